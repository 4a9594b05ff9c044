package cli

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/importer"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
)

const (
	// mostOpen is how many inputs are kept open. Of more, each is closed once it is
	// known what it is, and opened again when its rows are wanted.
	mostOpen = 32
	// mostTold is how many inputs are described one by one.
	mostTold = 8
)

// bindAll opens the inputs, calls opened for the first of them, and binds the mapping
// to all. What was opened comes back along with an error.
func (in *inputs) bindAll(paths []string, opened func(*rows.Input)) (all []importer.Source, err error) {
	for i, path := range paths {
		if i == mostTold && len(paths) > mostTold+1 {
			opened = func(*rows.Input) {}
			in.report.Say(slog.LevelInfo, ui.Counted(int64(len(paths)-mostTold), "more file"))
		}
		source, err := in.bind(path, opened, all)
		if err != nil {
			return all, err
		}
		if len(paths) > mostOpen && path != "-" && source.Input.Size >= 0 {
			source.Input.Close()
			source.Open = func() (*rows.Input, error) { return in.openFile(path) }
		}
		all = append(all, source)
	}
	return all, nil
}

// bind opens an input, calls opened for it, and binds the mapping to it. An input
// may be opened as often as it is needed.
func (in *inputs) bind(path string, opened func(*rows.Input), before []importer.Source) (importer.Source, error) {
	file, err := in.openFile(path)
	if err != nil {
		return importer.Source{}, err
	}
	opened(file)
	if plan := planOfSameColumns(before, file); plan != nil {
		return importer.Source{Input: file, Plan: plan}, nil
	}
	plan, err := in.mapping.Bind(file)
	if err != nil {
		file.Close()
		return importer.Source{}, in.belowTitles(path, err)
	}
	return importer.Source{Input: file, Plan: plan}, nil
}

// lastTitle is the last row that a title above the header is looked for in.
const lastTitle = 20

// belowTitles adds to an error about a column that is not there in which row the header
// is, if one of the next rows has the column: spreadsheets have titles.
func (in *inputs) belowTitles(path string, err error) error {
	missing, is := errors.AsType[*mapping.Error](err)
	if !is || missing.Case != mapping.NoColumn || in.options.HeaderRow > 0 || path == "-" {
		return err
	}
	was := in.options
	defer func() { in.options = was }()
	for row := 2; row <= lastTitle; row++ {
		in.options.HeaderRow = row
		file, openErr := in.openFile(path)
		if openErr != nil {
			continue
		}
		_, bindErr := in.mapping.Bind(file)
		file.Close()
		if bindErr == nil {
			missing.Hint = fmt.Sprintf("row %d looks like the header, after titles: add --header %d", row, row)
			return missing
		}
	}
	return err
}

// planOfSameColumns returns the plan of the input before, if it serves in too: plans
// of CSV files depend on their columns alone.
func planOfSameColumns(before []importer.Source, in *rows.Input) *mapping.Plan {
	if len(before) == 0 || in.Stored != rows.CSV {
		return nil
	}
	last := before[len(before)-1]
	if last.Input.Stored != rows.CSV || !slices.Equal(last.Input.Columns, in.Columns) {
		return nil
	}
	return last.Plan
}
