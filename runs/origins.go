package runs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/ciobulk/ciobulk/rows"
)

// mostCompared bounds how many rows of a rejected file are looked for in the records
// of runs.
const mostCompared = 10_000

// RunOf finds the run of a verb that rejected the rows of in, which is read to its end;
// nil if no row says that it was rejected. A file in the directory of a run is that
// run's; another one, such as a copy, is that of the newest run that refused all of its
// rows. An error says why the run is not known.
func RunOf(s State, in *rows.Input, verb string) (found *Run, err error) {
	asked, inputs, err := reported(in)
	if err != nil || len(asked) == 0 {
		return nil, err
	}
	dirs, err := s.List()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, dir := range slices.Backward(dirs) {
		r, err := Load(dir)
		if err != nil || r.Recipe.Verb != verb || !readsFrom(r, inputs) {
			continue
		}
		if sameFile(in.Path, r.RejectedPath()) {
			return r, nil
		}
		if has, err := hasRefused(r, asked); err != nil || !has {
			continue
		}
		if found != nil && (found.Recipe.Nonce != r.Recipe.Nonce || !slices.Equal(found.Recipe.From(), r.Recipe.From())) {
			return nil, fmt.Errorf("several runs recorded in %s have rejected these rows, of inputs that differ", s.Dir)
		}
		if found == nil {
			found = r
		}
	}
	if found == nil {
		return nil, fmt.Errorf("no run of %s recorded in %s has rejected these rows", verb, s.Dir)
	}
	return found, nil
}

func sameFile(a, b string) bool {
	one, err := os.Stat(a)
	other, otherErr := os.Stat(b)
	return err == nil && otherErr == nil && os.SameFile(one, other)
}

// place is a row of an input.
type place struct {
	input string
	row   int64
}

// reported returns which rows of which inputs are in a file of rejected rows.
func reported(in *rows.Input) (asked map[place]bool, inputs map[string]bool, err error) {
	asked, inputs = make(map[place]bool), make(map[string]bool)
	parser := in.Parser(rows.ReportColumns)
	var b rows.Block
	for {
		err := in.Next(&b, 1<<14, 1<<20)
		if errors.Is(err, io.EOF) {
			return asked, inputs, nil
		}
		if err != nil {
			return nil, nil, err
		}
		for i := range b.Len() {
			row := parser.Row(&b, i)
			if p := row.Report; !p.Given || p.Lost || len(p.Input) == 0 {
				continue
			}
			inputs[string(row.Report.Input)] = true
			if len(asked) < mostCompared {
				asked[place{string(row.Report.Input), row.Number}] = true
			}
		}
	}
}

// readsFrom reports whether the run's rows come from some of the inputs. Names that no run
// has were edited: their rows are not known, and do not matter for the others.
func readsFrom(r *Run, inputs map[string]bool) bool {
	return slices.ContainsFunc(r.Recipe.From(), func(o Origin) bool { return inputs[o.Name] })
}

// hasRefused reports whether the run has refused all rows of its inputs that are
// asked for, and one at least.
func hasRefused(r *Run, asked map[place]bool) (bool, error) {
	wanted := 0
	for p := range asked {
		if readsFrom(r, map[string]bool{p.input: true}) {
			wanted++
		}
	}
	found := make(map[place]bool)
	err := r.EachRefused(func(f Refused) {
		if p := (place{f.Input, f.Row}); asked[p] {
			found[p] = true
		}
	})
	return wanted > 0 && len(found) >= wanted, err
}
