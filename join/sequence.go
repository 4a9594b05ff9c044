package join

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"os"
)

const (
	parts      = 256      // of a sequence, by the first 8 bits of the key
	entryBytes = 20       // key without those bits, number of the row, value
	chunkBytes = 40 << 10 // of a part, written at a time
)

// Sequence holds the entries of rows, in parts that fit in memory. It is filled by one
// goroutine, and may be read as often as needed after that. Close it when done.
type Sequence struct {
	dir   string
	file  *os.File // nil until a chunk was written
	size  int64    // of the file
	rows  int64
	parts [parts]part
}

// part is the entries whose keys begin with the same 8 bits, in the order of the rows.
type part struct {
	count  int64
	first  uint64  // the key of the first
	mixed  bool    // there is another key
	chunks []int64 // where they are in the file; each is full
	tail   []byte  // what follows them
}

// NewSequence returns an empty sequence. What does not fit in memory goes to a file in
// dir, which has no name, so that nothing is left of it when the process ends.
func NewSequence(dir string) *Sequence { return &Sequence{dir: dir} }

// Len returns how many rows were added.
func (s *Sequence) Len() int64 { return s.rows }

// Add appends the next row. Rows are numbered from 0 in the order of the calls. Errors
// are those of the file system.
func (s *Sequence) Add(e Entry) error {
	return s.AddAt(s.rows, e)
}

// AddAt appends a row with a number, which must not be lower than that of the row before.
// Numbers that are left out have no entry.
func (s *Sequence) AddAt(row int64, e Entry) error {
	if row < s.rows || row >= maxRows {
		return fmt.Errorf("row %d cannot be compared after row %d; the most is %d rows", row, s.rows-1, int64(maxRows))
	}
	return s.put(row, e)
}

// put is AddAt without the order of all rows: those of one key must ascend.
func (s *Sequence) put(row int64, e Entry) error {
	s.rows = max(s.rows, row+1)
	p := &s.parts[e.Key>>56]
	if p.count == 0 {
		p.first = e.Key
	}
	p.mixed = p.mixed || e.Key != p.first
	p.tail = binary.LittleEndian.AppendUint64(p.tail, e.Key<<8|uint64(row)>>32)
	p.tail = binary.LittleEndian.AppendUint32(p.tail, uint32(row))
	p.tail = binary.LittleEndian.AppendUint64(p.tail, e.Value)
	p.count++
	if len(p.tail) < chunkBytes {
		return nil
	}
	return s.spill(p)
}

// spill moves the tail of a part to the file.
func (s *Sequence) spill(p *part) error {
	if s.file == nil {
		f, err := unnamed(s.dir)
		if err != nil {
			return err
		}
		s.file = f
	}
	if _, err := s.file.WriteAt(p.tail, s.size); err != nil {
		return err
	}
	p.chunks = append(p.chunks, s.size)
	s.size += int64(len(p.tail))
	p.tail = p.tail[:0]
	return nil
}

// unnamed creates a file and removes its name at once. Where the system does not allow
// that, the name stays until Close.
func unnamed(dir string) (*os.File, error) {
	f, err := os.CreateTemp(dir, "compare-*.tmp")
	if err == nil {
		_ = os.Remove(f.Name())
	}
	return f, err
}

// Close releases the file. The sequence must not be used after that.
func (s *Sequence) Close() error {
	if s.file == nil {
		return nil
	}
	_ = os.Remove(s.file.Name())
	return s.file.Close()
}

// record is an entry with the number of its row.
type record struct {
	Entry
	row int64
}

// scan calls each with the records of a part, in the order of the rows.
func (s *Sequence) scan(n int, each func(record) error) error {
	p := &s.parts[n]
	if len(p.chunks) > 0 {
		chunk := make([]byte, chunkBytes)
		for _, at := range p.chunks {
			if _, err := s.file.ReadAt(chunk, at); err != nil {
				return err
			}
			if err := decode(chunk, n, each); err != nil {
				return err
			}
		}
	}
	return decode(p.tail, n, each)
}

func decode(data []byte, n int, each func(record) error) error {
	for ; len(data) >= entryBytes; data = data[entryBytes:] {
		head := binary.LittleEndian.Uint64(data)
		err := each(record{
			Entry: Entry{Key: uint64(n)<<56 | head>>8, Value: binary.LittleEndian.Uint64(data[12:])},
			row:   int64(head&0xff)<<32 | int64(binary.LittleEndian.Uint32(data[8:])),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// narrow returns a part as a sequence whose parts are chosen by the next 8 bits of the
// key: those move to the front, and the first 8 to the end.
func (s *Sequence) narrow(n int) (*Sequence, error) {
	narrow := NewSequence(s.dir)
	err := s.scan(n, func(r record) error {
		return narrow.AddAt(r.row, Entry{bits.RotateLeft64(r.Key, 8), r.Value})
	})
	if err != nil {
		_ = narrow.Close()
		return nil, err
	}
	return narrow, nil
}
