package runs

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"

	"github.com/ciobulk/ciobulk/rows"
	"github.com/ciobulk/ciobulk/rows/charset"
)

// Refused is what a rejected file says of a row.
type Refused struct {
	Input                          string // the path of the input that the row comes from, as it was given
	Row, Line                      int64
	Reason, Field, Message, Status string
}

// Options are how the run's rejected file is read as input again: as the run wrote it,
// or if it was saved since, perhaps in another form, as it is found to be.
func (r *Run) Options() rows.Options {
	if !r.intact() {
		return rows.Options{Rejected: true}
	}
	return r.options()
}

// intact reports whether the rejected file is as the run left it.
func (r *Run) intact() bool {
	f, err := os.Open(r.RejectedPath())
	if err != nil {
		return false
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	return err == nil && Extent{n, hex.EncodeToString(h.Sum(nil))} == r.Checkpoint.RejectedFile
}

func (r *Run) options() rows.Options {
	o := rows.Options{Format: r.Recipe.Format, Encoding: charset.UTF8, Rejected: true}
	if r.Recipe.Delimiter != "" {
		o.Delimiter = r.Recipe.Delimiter[0]
	}
	return o
}

// EachRefused calls f with each row of the run's rejected file, in its order. Rows
// whose report was removed are left out.
func (r *Run) EachRefused(f func(Refused)) error {
	if r.Checkpoint.RejectedFile.Bytes == 0 {
		return nil
	}
	in, err := rows.Open(r.RejectedPath(), r.Options())
	if err != nil {
		return err
	}
	defer in.Close()
	parser := in.Parser(rows.ReportColumns)
	var b rows.Block
	for {
		err := in.Next(&b, 1<<14, 1<<20)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		for i := range b.Len() {
			if row := parser.Row(&b, i); len(row.Report.Reason) > 0 {
				f(refusedOf(row))
			}
		}
	}
}

func refusedOf(row *rows.Row) Refused {
	p := row.Report
	r := Refused{string(p.Input), row.Number, row.Line, string(p.Reason), string(p.Field), string(p.Message), string(p.Status)}
	if r.Status == "null" { // JSONL has it so
		r.Status = ""
	}
	return r
}
