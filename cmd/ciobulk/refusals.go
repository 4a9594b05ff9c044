package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/ciobulk/ciobulk/rows"
)

// refusal is what a rejected file says of a row.
type refusal struct{ reason, field, message, status string }

// refusals reads what a run's rejected file says of the rows that are judged.
func (h *history) refusals(p past, wanted map[int64]bool, origin string) (map[int64]refusal, error) {
	if refused, is := h.refused[p.Name]; is {
		return refused, nil
	}
	found := make(map[int64]refusal)
	h.refused[p.Name] = found
	if p.Checkpoint.RejectedFile.Bytes == 0 {
		return found, nil
	}
	o := rows.Options{Format: rows.Format(p.recipe.Format), Encoding: rows.UTF8, Rejected: true}
	if p.recipe.Delimiter != "" {
		o.Delimiter = p.recipe.Delimiter[0]
	}
	in, err := rows.Open(p.rejectedPath(), o)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	if len(p.recipe.Origins) == 1 {
		origin = "" // messages do not name it
	}
	parser := in.Parser(rows.ReportColumns)
	var b rows.Block
	for {
		err := in.Next(&b, 1<<14, 1<<20)
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		for i := range b.Len() {
			row := parser.Row(&b, i)
			if r, is := refusalOf(in, row, origin); is && wanted[row.Number] {
				found[row.Number] = r
			}
		}
	}
}

// refusalOf reads the report behind a rejected row, if the row is of origin. Of one
// that cannot be split, only the reason and the message are known.
func refusalOf(in *rows.Input, row *rows.Row, origin string) (r refusal, is bool) {
	prefix := ""
	if origin != "" {
		prefix = fmt.Sprintf("%s:%d: ", origin, row.Line)
	}
	r.reason = string(row.Report.Reason)
	if r.message, is = strings.CutPrefix(string(row.Report.Message), prefix); !is || r.reason == "" {
		return r, false
	}
	cells := row.Cells
	if in.Format == rows.CSV { // the last ones, also where there are too many
		cells = cells[max(len(cells)-len(rows.ReportColumns), 0):]
	}
	switch {
	case in.Format == rows.CSV && r.reason == rows.ReasonMalformed:
		r.message = strings.ReplaceAll(strings.TrimRight(r.message, `"`+string(in.Delimiter)), `""`, `"`)
	case len(cells) >= len(rows.ReportColumns):
		r.field, r.status = string(cells[3].Text), string(cells[5].Text)
	}
	if r.status == "null" { // JSONL has it so
		r.status = ""
	}
	return r, true
}
