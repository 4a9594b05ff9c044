package readback

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"github.com/ciobulk/ciobulk/importer"
	"github.com/ciobulk/ciobulk/internal/atomicfile"
	"github.com/ciobulk/ciobulk/internal/jsontext"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/ciobulk/ciobulk/rows/charset"
	"github.com/ciobulk/ciobulk/runs"
)

// Columns are those that a file of differences has after the columns of its input.
var Columns = []string{"_attribute", "_expected", "_found"}

// WriteDifferences writes the rows of the people who differ to a file at path, in order:
// the file is input again. A row that set an attribute which differs is there once for
// each of those, the other rows of these people once. It reads the sources, which are
// those of the job opened again. The file is for its owner alone, and replaces path when
// it is whole.
func (j *Job) WriteDifferences(ctx context.Context, sources []importer.Source, path string) error {
	to, err := atomicfile.Create(path, 0o600)
	if err != nil {
		return err
	}
	defer to.Discard()
	w := &writer{to: bufio.NewWriter(to), first: sources[0].Input, people: make(map[uint64]*verdict), parser: make(map[int]*rows.Parser)}
	for _, v := range j.differ {
		w.people[v.hash] = v
	}
	w.header()
	im := *j.Import
	im.Sources = sources
	if _, err := importer.Each(ctx, &im, w.add(j, sources)); err != nil {
		return err
	}
	if err := w.to.Flush(); err != nil {
		return err
	}
	return to.Commit()
}

// writer writes rows with their differences.
type writer struct {
	to     *bufio.Writer
	first  *rows.Input
	people map[uint64]*verdict
	parser map[int]*rows.Parser // by source
	line   []byte
}

func (w *writer) header() {
	if w.first.Format != rows.CSV {
		return
	}
	d := w.first.Delimiter
	if w.first.BOM || w.first.Encoding != charset.UTF8 { // without it, spreadsheets take the file for another encoding
		_, _ = w.to.WriteString("\xef\xbb\xbf") // Flush tells of an error
	}
	var line []byte
	for _, c := range w.first.Columns {
		if !slices.Contains(Columns, c.Name) {
			line = append(rows.AppendCSVCell(line, []byte(c.Name), d), d)
		}
	}
	for i, name := range Columns {
		if i > 0 {
			line = append(line, d)
		}
		line = append(line, name...)
	}
	_, _ = w.to.Write(append(line, '\n'))
}

// add returns what writes the row of a visit, if its person differs.
func (w *writer) add(j *Job, sources []importer.Source) func(*importer.Visit) error {
	return func(v *importer.Visit) error {
		p := w.people[v.Hash]
		if p == nil || j.left(v) {
			return nil
		}
		if w.parser[v.Source] == nil {
			w.parser[v.Source] = sources[v.Source].Input.Parser(Columns)
		}
		parser := w.parser[v.Source]
		row := parser.Row(v.Block, v.Record)
		written := false
		for _, d := range p.differences {
			if d.row == v.Row {
				w.write(row, parser.Columns(), d)
				written = true
			}
		}
		if !written {
			w.write(row, parser.Columns(), Difference{})
		}
		return nil // Flush tells of an error
	}
}

func (w *writer) write(row *rows.Row, columns []rows.Column, d Difference) {
	if w.line = w.line[:0]; w.first.Format == rows.CSV {
		w.csv(row, columns, d)
	} else {
		w.json(row, columns, d)
	}
	_, _ = w.to.Write(append(w.line, '\n'))
}

// csv appends the cells and the difference. Values of the service must not become
// formulas in a spreadsheet.
func (w *writer) csv(row *rows.Row, columns []rows.Column, d Difference) {
	comma := w.first.Delimiter
	for i, c := range columns {
		if slices.Contains(Columns, c.Name) {
			continue
		}
		if i < len(row.Cells) {
			w.line = rows.AppendCSVCell(w.line, row.Cells[i].Text, comma)
		}
		w.line = append(w.line, comma)
	}
	for i, text := range []string{d.Attribute, d.Expected, d.Found} {
		if i > 0 {
			w.line = append(w.line, comma)
		}
		w.line = rows.AppendCSVCell(w.line, []byte(runs.Inert(text)), comma)
	}
}

func (w *writer) json(row *rows.Row, columns []rows.Column, d Difference) {
	w.line = append(w.line, '{')
	for _, i := range row.Order {
		c := row.Cells[i]
		if slices.Contains(Columns, columns[i].Name) {
			continue
		}
		w.line = append(jsontext.AppendString(w.line, columns[i].Name), ':')
		if c.Kind == rows.Text {
			w.line = jsontext.AppendString(w.line, c.Text)
		} else {
			w.line = append(w.line, oneLine(c.Text)...)
		}
		w.line = append(w.line, ',')
	}
	for i, text := range []string{d.Attribute, d.Expected, d.Found} {
		if i > 0 {
			w.line = append(w.line, ',')
		}
		w.line = append(jsontext.AppendString(w.line, Columns[i]), ':')
		w.line = jsontext.AppendString(w.line, text)
	}
	w.line = append(w.line, '}')
}

// oneLine puts a value that takes several lines on one.
func oneLine(value []byte) []byte {
	var line bytes.Buffer
	if bytes.IndexByte(value, '\n') < 0 || json.Compact(&line, value) != nil {
		return value
	}
	return line.Bytes()
}
