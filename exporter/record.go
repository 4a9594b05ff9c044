package exporter

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// A record is one line of the file to be: the fields that are there, in no
// particular order. It may be read until the next one.
type record []field

// field is one value. A name appears once in a record.
type field struct {
	name, value []byte
	json        bool // the value is JSON that is not a string
}

func text(name, value string) field { return field{name: []byte(name), value: []byte(value)} }

// get returns the value of a field, empty where it is not there.
func (r record) get(name string) []byte {
	for _, f := range r {
		if string(f.name) == name {
			return f.value
		}
	}
	return nil
}

// appendTo writes a record as a spool has it: its length, and then for each field
// its kind, name and value.
func (r record) appendTo(dst []byte) []byte {
	size := 0
	for _, f := range r {
		size += 1 + uvarintSize(len(f.name)) + len(f.name) + uvarintSize(len(f.value)) + len(f.value)
	}
	dst = binary.AppendUvarint(dst, uint64(size))
	for _, f := range r {
		kind := byte(0)
		if f.json {
			kind = 1
		}
		dst = append(dst, kind)
		dst = append(binary.AppendUvarint(dst, uint64(len(f.name))), f.name...)
		dst = append(binary.AppendUvarint(dst, uint64(len(f.value))), f.value...)
	}
	return dst
}

func uvarintSize(n int) int {
	size := 1
	for ; n >= 0x80; n >>= 7 {
		size++
	}
	return size
}

var errSpool = errors.New("the run's directory holds a damaged record")

// maxRecord bounds a record, in bytes: 300 attributes of 1000 bytes are 350 kB.
const maxRecord = 64 << 20

// recordReader reads records one after the other.
type recordReader struct {
	r      *bufio.Reader
	buffer []byte
	record record
}

// next reads a record; io.EOF is the end.
func (d *recordReader) next() (record, error) {
	size, err := binary.ReadUvarint(d.r)
	if err != nil {
		return nil, err
	}
	if size > maxRecord {
		return nil, errSpool
	}
	if uint64(cap(d.buffer)) < size {
		d.buffer = make([]byte, size+size/2)
	}
	b := d.buffer[:size]
	if _, err := io.ReadFull(d.r, b); err != nil {
		return nil, fmt.Errorf("%w: %w", errSpool, err)
	}
	d.record = d.record[:0]
	for len(b) > 0 {
		f := field{json: b[0] == 1}
		b = b[1:]
		var ok bool
		if f.name, b, ok = cut(b); !ok {
			return nil, errSpool
		}
		if f.value, b, ok = cut(b); !ok {
			return nil, errSpool
		}
		d.record = append(d.record, f)
	}
	return d.record, nil
}

// cut takes a length and so many bytes off the front.
func cut(b []byte) (head, rest []byte, ok bool) {
	n, width := binary.Uvarint(b)
	if width <= 0 || n > uint64(len(b)-width) {
		return nil, nil, false
	}
	b = b[width:]
	return b[:n:n], b[n:], true
}
