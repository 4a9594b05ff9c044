package exporter

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/ciobulk/ciobulk/internal/jsontext"
	"github.com/ciobulk/ciobulk/rows"
)

// publisher makes the file.
type publisher struct{ *export }

// publish writes the file from what was read, and puts it in its place.
func (e publisher) publish(ctx context.Context, from source) error {
	columns, err := e.unite(from)
	if err != nil {
		return err
	}
	e.columns = len(columns)
	if !e.published() {
		if err := e.Output.Check(); err != nil { // someone may have made the file meanwhile
			return err
		}
		if err := e.write(ctx, from, columns); err != nil {
			return err
		}
	}
	if err := census(e).recount(ctx); err != nil {
		return err
	}
	return marks(e).move(from)
}

func (e publisher) write(ctx context.Context, from source, columns []string) error {
	out, err := e.Output.create()
	if err != nil {
		return err
	}
	err = e.writeRecords(ctx, out, from, columns)
	sha, finishErr := out.finish()
	if err = errors.Join(err, finishErr); err != nil {
		return err
	}
	e.c.SHA256 = sha
	if err := e.save(); err != nil {
		return err
	}
	return e.Output.rename()
}

// unite returns the columns of all records: those that every file of its kind
// begins with, and then the others in the order of their bytes. It counts the
// records.
func (e publisher) unite(from source) ([]string, error) {
	lead := e.leadColumns()
	seen := make(map[string]bool)
	e.exported = 0
	err := from.each(func(r record) error {
		e.exported++
		for _, f := range r {
			if !seen[string(f.name)] {
				seen[string(f.name)] = true
			}
		}
		return nil
	})
	for _, name := range lead {
		delete(seen, name)
	}
	return append(slices.Clone(lead), slices.Sorted(maps.Keys(seen))...), err
}

// leadColumns are the columns that there are whatever the records have.
func (e publisher) leadColumns() []string {
	switch e.Query.What {
	case Segments:
		return segmentColumns
	case Activities:
		return activityColumns
	case Deliveries:
		return e.lead
	}
	lead := slices.Clone(identifierColumns)
	if e.Query.attributed() {
		for _, name := range e.Query.Attributes {
			if !slices.Contains(lead, name) {
				lead = append(lead, name)
			}
		}
	}
	return lead
}

func (e publisher) writeRecords(ctx context.Context, out *sink, from source, columns []string) error {
	w := newWriter(out, columns)
	write := w.object
	if e.Output.Format == CSV {
		write = w.line
		if err := w.header(); err != nil {
			return err
		}
	}
	n := int64(0)
	return from.each(func(r record) error {
		if n++; n%1000 == 0 {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			e.progress("writing", n, e.exported)
		}
		return write(r)
	})
}

// writer writes records with columns.
type writer struct {
	out     *sink
	columns []string
	index   map[string]int
	row     []*field // by column; nil: it is not there
	buffer  []byte
}

func newWriter(out *sink, columns []string) *writer {
	w := &writer{out: out, columns: columns, index: make(map[string]int, len(columns)), row: make([]*field, len(columns))}
	for i, name := range columns {
		w.index[name] = i
	}
	return w
}

func (w *writer) header() error {
	w.buffer = w.buffer[:0]
	for i, name := range w.columns {
		if i > 0 {
			w.buffer = append(w.buffer, ',')
		}
		w.buffer = rows.AppendCSVCell(w.buffer, []byte(name), ',')
	}
	return w.end()
}

func (w *writer) end() error {
	_, err := w.out.Write(append(w.buffer, '\n'))
	return err
}

// arrange puts a record's fields in the order of the columns.
func (w *writer) arrange(r record) {
	clear(w.row)
	for i := range r {
		w.row[w.index[string(r[i].name)]] = &r[i]
	}
}

// line writes a record as CSV.
func (w *writer) line(r record) error {
	w.arrange(r)
	w.buffer = w.buffer[:0]
	for i, f := range w.row {
		if i > 0 {
			w.buffer = append(w.buffer, ',')
		}
		if f != nil {
			w.buffer = rows.AppendCSVCell(w.buffer, f.value, ',')
		}
	}
	return w.end()
}

// object writes a record as JSONL: a field that is not there is left out, which
// differs from one that is empty.
func (w *writer) object(r record) error {
	w.arrange(r)
	w.buffer = append(w.buffer[:0], '{')
	for i, f := range w.row {
		if f == nil {
			continue
		}
		if len(w.buffer) > 1 {
			w.buffer = append(w.buffer, ',')
		}
		w.buffer = append(jsontext.AppendString(w.buffer, w.columns[i]), ':')
		if f.json {
			w.buffer = append(w.buffer, f.value...)
		} else {
			w.buffer = jsontext.AppendString(w.buffer, f.value)
		}
	}
	w.buffer = append(w.buffer, '}')
	return w.end()
}
