package importer

import (
	"context"
	"errors"
	"io"

	"github.com/ciobulk/ciobulk/rows"
)

// CountRows reads the sources to their ends and returns how many rows they have,
// whatever becomes of these. The sources cannot be used again after that. Errors are
// those of reading and the context's cause.
func CountRows(ctx context.Context, sources []Source) (n int64, err error) {
	for _, source := range sources {
		in, end, err := source.open()
		if err != nil {
			return n, err
		}
		more, err := countRows(ctx, in)
		end()
		if err != nil {
			return n, err
		}
		n += more
	}
	return n, nil
}

func countRows(ctx context.Context, in *rows.Input) (int64, error) {
	for b := new(rows.Block); ctx.Err() == nil; {
		if err := in.Next(b, 1<<14, blockBytes); errors.Is(err, io.EOF) {
			return in.At().Row, nil
		} else if err != nil {
			return 0, err
		}
	}
	return 0, context.Cause(ctx)
}
