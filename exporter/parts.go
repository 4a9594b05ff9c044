package exporter

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/rows"
)

// partFiles are the files of export jobs, whose columns are taken by their names.
// In CSV an empty cell is one that is not there.
type partFiles struct {
	paths []string
	shape func(record) record
}

// columns are the names in the headers, in their order.
func (p *partFiles) columns() (names []string, err error) {
	for _, path := range p.paths {
		in, err := openPart(path)
		if err != nil {
			return nil, err
		}
		if in == nil {
			continue
		}
		for _, c := range in.Columns {
			if !slices.Contains(names, c.Name) {
				names = append(names, c.Name)
			}
		}
		in.Close()
	}
	return names, nil
}

// openPart opens a file; nil is one without a byte, as a job without rows may have.
func openPart(path string) (*rows.Input, error) {
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		return nil, err
	}
	in, err := rows.Open(path, rows.Options{Format: rows.CSV, Delimiter: ','})
	if err != nil {
		return nil, unreadable(err)
	}
	return in, nil
}

func (p *partFiles) each(yield func(record) error) error {
	for _, path := range p.paths {
		if err := p.file(path, yield); err != nil {
			return err
		}
	}
	return nil
}

const (
	blockRows  = 1000
	blockBytes = 256 << 10
)

func (p *partFiles) file(path string, yield func(record) error) error {
	in, err := openPart(path)
	if err != nil || in == nil {
		return err
	}
	defer in.Close()
	parser := in.Parser(nil)
	var r record
	for b := new(rows.Block); ; {
		err := in.Next(b, blockRows, blockBytes)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return unreadable(err)
		}
		for i := range b.Len() {
			row := parser.Row(b, i)
			if row.Broken != nil {
				return unreadable(fmt.Sprintf("line %d: %s", row.Line, row.Broken.Message))
			}
			if r = rowRecord(r[:0], parser.Columns(), row); len(r) == 0 {
				continue
			}
			if err := yield(p.shape(r)); err != nil {
				return err
			}
		}
	}
}

// unreadable is an error of the service, and not of an input.
func unreadable(reason any) error {
	return &customerio.Error{Trouble: customerio.Refused, Msg: fmt.Sprintf("the file of an export job cannot be read: %v", reason)}
}

func rowRecord(r record, columns []rows.Column, row *rows.Row) record {
	for i, c := range row.Cells {
		if len(c.Text) > 0 {
			r = append(r, field{name: []byte(columns[i].Name), value: c.Text})
		}
	}
	return r
}
