package importer

import (
	"errors"
	"fmt"
	"io"

	"github.com/ciobulk/ciobulk/rows"
	"github.com/ciobulk/ciobulk/runs"
)

// Verify reads what a checkpoint has settled again, and returns an error if it has
// changed. open opens a source; Verify closes it.
func Verify(c runs.Checkpoint, open func(source int) (*rows.Input, error)) error {
	earlier := uint32(0)
	for i := range c.Position.Source {
		in, err := open(i)
		if err != nil {
			return err
		}
		sum, err := sumOf(in)
		in.Close()
		if err != nil {
			return err
		}
		earlier = runs.Chain(earlier, sum)
	}
	if earlier != c.Settled.Earlier {
		return errors.New("a file of which all rows are settled has changed")
	}
	in, err := open(c.Position.Source)
	if err != nil {
		return err
	}
	defer in.Close()
	err = in.Continue(c.Position.Position, c.Settled.Source, true)
	if e, is := errors.AsType[*rows.Error](err); is && e.Kind == rows.Moved {
		return fmt.Errorf("%s has changed before row %d, up to which its rows are settled", in.Name, c.Position.Row)
	}
	return err
}

// sumOf returns the sum of all text of an input.
func sumOf(in *rows.Input) (sum uint32, err error) {
	var b rows.Block
	for {
		switch err := in.Next(&b, 1<<14, blockBytes); {
		case errors.Is(err, io.EOF):
			return sum, nil
		case err != nil:
			return 0, err
		}
		sum = b.Sum
	}
}
