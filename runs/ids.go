package runs

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/ciobulk/ciobulk/rows"
)

// idsFile has the ids of the events in the rejected file that the service may have
// applied: whatever a spreadsheet makes of their cells, they are sent with these again.
const idsFile = "ids.csv"

// IDs writes the ids of a run's events. It belongs to one goroutine.
type IDs struct{ growing }

// NewIDs returns the ids of the run's events.
func NewIDs(r *Run) *IDs { return &IDs{r.ids} }

// Add adds the id of the event of a row; Flush writes it. input is the path of the
// input that the row comes from, as it was given.
func (f *IDs) Add(input string, row int64, id string) {
	f.buffer = append(rows.AppendCSVCell(f.buffer, []byte(input), ','), ',')
	f.buffer = append(strconv.AppendInt(f.buffer, row, 10), ',')
	f.buffer = append(append(f.buffer, id...), '\n')
}

// EventIDs returns a function that knows the ids of the events in the run's rejected
// file that the service may have applied.
func (r *Run) EventIDs() (func(input string, row int64) (id string, known bool), error) {
	ids := make(map[place]string)
	f, err := os.Open(filepath.Join(r.Dir, idsFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err == nil {
		defer f.Close()
		reader := csv.NewReader(f)
		reader.FieldsPerRecord = 3
		records, err := reader.ReadAll()
		if err != nil {
			return nil, fmt.Errorf("%s is damaged: %w", f.Name(), err)
		}
		for _, record := range records {
			row, err := strconv.ParseInt(record[1], 10, 64)
			if err != nil {
				return nil, fmt.Errorf("%s is damaged: %q", f.Name(), record)
			}
			ids[place{record[0], row}] = record[2]
		}
	}
	return func(input string, row int64) (string, bool) {
		id, known := ids[place{input, row}]
		return id, known
	}, nil
}
