package join

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
)

// A state is a line that names the format, the header as one line of JSON, the entries by
// key, and a trailer. An entry is the distance to the key before plus one as a varint,
// and the 8 bytes of the value; the trailer is a zero, the number of entries and a
// CRC-32C of all before it. Of keys, the first 48 bits are kept: ten million entries take
// 12 bytes each. Two keys that begin alike stay apart by their values.
const (
	stateLine    = "ciobulk state\n"
	stateVersion = 1
	keyShift     = 64 - 48
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// crcResidue is the CRC-32C of any text that is followed by its own CRC-32C.
const crcResidue = 0x48674bc7

// ErrDamaged is in the errors about a state that is not as it was written.
var ErrDamaged = errors.New("damaged")

// ErrVersion is in the errors about a state of another version.
var ErrVersion = errors.New("another version")

// Header is what a state is about.
type Header struct {
	Version   int    `json:"version"`   // of the format; set by NewStateWriter
	Secret    Secret `json:"key"`       // that hashes are made with
	Workspace int64  `json:"workspace"` // 0 where the service does not tell
	Verb      string `json:"verb"`
	Match     string `json:"match"` // the field that people are found by
	Shard     string `json:"shard,omitempty"`
	Updated   int64  `json:"updated"` // when the last run that wrote it began, in unix seconds
	Run       string `json:"run"`     // the name of that run
}

// Secret makes the hashes of a state those of this state alone, so that no one can choose
// rows whose hashes are equal.
type Secret [16]byte

// MarshalText and UnmarshalText write it in hexadecimal digits.
func (s Secret) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(s[:])), nil }

// UnmarshalText reads what MarshalText writes.
func (s *Secret) UnmarshalText(text []byte) error {
	if len(text) != 2*len(s) {
		return fmt.Errorf("%d digits, not %d", len(text), 2*len(s))
	}
	_, err := hex.Decode(s[:], text)
	return err
}

// StateReader reads the entries of a state.
type StateReader struct {
	Header Header

	text  *bufio.Reader
	sum   hash.Hash32
	key   uint64 // of the last entry, its first 48 bits
	value uint64
	count uint64
	ended bool
	buf   [8]byte
}

// NewStateReader reads the header of a state. The errors of text that is not a whole state
// of this version contain ErrDamaged.
func NewStateReader(from io.Reader) (*StateReader, error) {
	r := &StateReader{sum: crc32.New(castagnoli)}
	r.text = bufio.NewReaderSize(io.TeeReader(from, r.sum), 64<<10)
	line, err := r.text.ReadSlice('\n')
	if err != nil || string(line) != stateLine {
		return nil, fmt.Errorf("%w: it does not begin as a state does", ErrDamaged)
	}
	if line, err = r.text.ReadSlice('\n'); err != nil {
		return nil, fmt.Errorf("%w: its header is not complete", ErrDamaged)
	}
	if err := json.Unmarshal(line, &r.Header); err != nil {
		return nil, fmt.Errorf("%w: its header: %w", ErrDamaged, err)
	}
	if r.Header.Version != stateVersion {
		return nil, fmt.Errorf("%w: it is of version %d; this program reads version %d", ErrVersion, r.Header.Version, stateVersion)
	}
	return r, nil
}

// next reads one more entry; ok is false after the last. Only then it is certain that the
// entries are those that were written.
func (r *StateReader) next() (ok bool, err error) {
	if r.ended {
		return false, nil
	}
	distance, err := binary.ReadUvarint(r.text)
	if err != nil {
		return false, r.cut(err)
	}
	if distance == 0 {
		r.ended = true
		return false, r.trailer()
	}
	if _, err := io.ReadFull(r.text, r.buf[:]); err != nil {
		return false, r.cut(err)
	}
	r.count++
	r.key, r.value = r.key+distance-1, binary.LittleEndian.Uint64(r.buf[:])
	if r.key >= 1<<48 {
		return false, fmt.Errorf("%w: an entry is out of order", ErrDamaged)
	}
	return true, nil
}

// Count reads the rest, and returns how many entries there are.
func (r *StateReader) Count() (int64, error) {
	for {
		if ok, err := r.next(); !ok || err != nil {
			return int64(r.count), err
		}
	}
}

func (r *StateReader) trailer() error {
	var trailer [12]byte
	if _, err := io.ReadFull(r.text, trailer[:]); err != nil {
		return r.cut(err)
	}
	if _, err := r.text.ReadByte(); err == nil {
		return fmt.Errorf("%w: something follows its end", ErrDamaged)
	} else if !errors.Is(err, io.EOF) {
		return err
	}
	if binary.LittleEndian.Uint64(trailer[:]) != r.count || r.sum.Sum32() != crcResidue {
		return fmt.Errorf("%w: its checksum does not match", ErrDamaged)
	}
	return nil
}

func (r *StateReader) cut(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: its end is missing", ErrDamaged)
	}
	return err
}

// StateWriter writes a state.
type StateWriter struct {
	text  *bufio.Writer
	sum   hash.Hash32
	key   uint64
	count uint64
	buf   []byte
}

// NewStateWriter writes the header of a state.
func NewStateWriter(to io.Writer, h Header) (*StateWriter, error) {
	h.Version = stateVersion
	line, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	w := &StateWriter{sum: crc32.New(castagnoli)}
	w.text = bufio.NewWriterSize(io.MultiWriter(to, w.sum), 64<<10)
	_, err = w.text.WriteString(stateLine + string(line) + "\n")
	return w, err
}

// put writes an entry. Keys, of which the first 48 bits count, must not descend.
func (w *StateWriter) put(key, value uint64) error {
	w.buf = binary.AppendUvarint(w.buf[:0], key-w.key+1)
	w.buf = binary.LittleEndian.AppendUint64(w.buf, value)
	w.key = key
	w.count++
	_, err := w.text.Write(w.buf)
	return err
}

// Count returns how many entries were written.
func (w *StateWriter) Count() int64 { return int64(w.count) }

// Finish writes the trailer. The state is not whole without it.
func (w *StateWriter) Finish() error {
	w.buf = binary.LittleEndian.AppendUint64(append(w.buf[:0], 0), w.count)
	if _, err := w.text.Write(w.buf); err != nil {
		return err
	}
	if err := w.text.Flush(); err != nil {
		return err
	}
	if _, err := w.text.Write(binary.LittleEndian.AppendUint32(nil, w.sum.Sum32())); err != nil {
		return err
	}
	return w.text.Flush()
}
