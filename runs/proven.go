package runs

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/ciobulk/ciobulk/internal/atomicfile"
)

// receiptColumns is how many columns a receipt has that is not proven.
const receiptColumns = 7

// foundFile has the hashes of the identifiers of people who were there before the run.
const foundFile = "found_before.csv"

// Name is how a receipt names the person with an identifier.
func (i Identifiers) Name(value []byte) string {
	r := Receipt{identifiers: i}
	return Inert(r.name(value))
}

// Proof completes the receipt of a run whose people are looked up before and after.
type Proof struct{ Run *Run }

// NoteBefore records who was there before the first request, by the hashes of their
// identifiers, so that a resumed run knows it.
func (p Proof) NoteBefore(found map[uint64]bool) error {
	var text bytes.Buffer
	text.WriteString("hash\n")
	for _, hash := range slices.Sorted(maps.Keys(found)) {
		fmt.Fprintf(&text, "%016x\n", hash)
	}
	return atomicfile.Write(filepath.Join(p.Run.Dir, foundFile), text.Bytes(), fileMode)
}

// Before returns what NoteBefore has recorded; nil if it was not called.
func (p Proof) Before() (map[uint64]bool, error) {
	f, err := os.Open(filepath.Join(p.Run.Dir, foundFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	found := make(map[uint64]bool)
	lines := bufio.NewScanner(f)
	for lines.Scan(); lines.Scan(); { // after the header
		hash, err := strconv.ParseUint(lines.Text(), 16, 64)
		if err != nil {
			return nil, fmt.Errorf("%s is damaged: %w", f.Name(), err)
		}
		found[hash] = true
	}
	return found, lines.Err()
}

// Complete adds the columns found_before and found_after to the receipt of a run that has
// sent everything. found returns their cells for the name of a person. A run without a
// receipt stays as it is. It returns the SHA-256 of the file.
func (p Proof) Complete(found func(match, name string) (before, after string)) (sum string, err error) {
	path := filepath.Join(p.Run.Dir, "receipt.csv")
	from, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer from.Close()
	to, err := atomicfile.Create(path, fileMode)
	if err != nil {
		return "", err
	}
	defer to.Discard()
	hash := sha256.New()
	counted := &counter{to: io.MultiWriter(to, hash)}
	if err := complete(csv.NewReader(from), csv.NewWriter(counted), found); err != nil {
		return "", err
	}
	c := p.Run.Checkpoint
	c.ReceiptFile = Extent{Bytes: counted.n, SHA256: hex.EncodeToString(hash.Sum(nil))}
	if err := to.Commit(); err != nil {
		return "", err
	}
	return c.ReceiptFile.SHA256, p.Run.Save(c)
}

func complete(from *csv.Reader, to *csv.Writer, found func(match, name string) (before, after string)) error {
	for first := true; ; first = false {
		line, err := from.Read()
		if errors.Is(err, io.EOF) {
			to.Flush()
			return to.Error()
		}
		if err != nil {
			return err
		}
		before, after := "found_before", "found_after"
		if !first {
			before, after = found(line[2], line[3])
		}
		if err := to.Write(append(slices.Clip(line[:receiptColumns]), before, after)); err != nil {
			return err
		}
	}
}

// counter counts the bytes that it writes.
type counter struct {
	to io.Writer
	n  int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.to.Write(p)
	c.n += int64(n)
	return n, err
}
