package runs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/internal/atomicfile"
	"github.com/ciobulk/ciobulk/rows"
)

// Recipe is what a run does and reads, kept beside its checkpoint so that it can be
// continued, and its rejected rows sent again, without knowing all of it by heart. It
// holds no credentials.
type Recipe struct {
	Verb       string      `json:"verb"`
	Mapping    bool        `json:"mapping"` // there is a copy of it
	Match      string      `json:"match,omitempty"`
	Where      string      `json:"where,omitempty"`
	Segment    string      `json:"segment,omitempty"`
	ObjectType int64       `json:"object_type,omitempty"` // as the command says it; 0: it does not
	Format     rows.Format `json:"format"`                // of the rejected file
	Delimiter  string      `json:"delimiter,omitempty"`
	NoTriggers bool        `json:"no_triggers,omitempty"`
	Receipt    Identifiers `json:"receipt_identifiers,omitempty"`
	Inputs     []File      `json:"inputs"` // that the run reads
	// Origins are the inputs that the rows came from first, where the run is a
	// retry; empty: they are Inputs.
	Origins []Origin `json:"origins,omitempty"`
	Nonce   string   `json:"nonce,omitempty"` // of the run that the rows were first read by
	// Command is the command line that began the run, without the program's name.
	Command []string `json:"command,omitempty"`
}

// Origin is an input that rows, and so the ids of their events, came from.
type Origin struct {
	Name   string `json:"name"` // the path as it was given, printable
	Size   int64  `json:"size"`
	Digest string `json:"sha256_of_ends"`
}

const (
	recipeFile  = "job.json"
	mappingCopy = "mapping.yaml"
)

// From returns the inputs that the run's rows came from first.
func (r Recipe) From() []Origin {
	if len(r.Origins) > 0 {
		return r.Origins
	}
	from := make([]Origin, len(r.Inputs))
	for i, f := range r.Inputs {
		from[i] = Origin{f.Name, f.Size, f.Digest}
	}
	return from
}

// save writes the recipe, and the source of the mapping if there is one, to dir.
func (r Recipe) save(dir string, mapping []byte) error {
	if r.Mapping = len(mapping) > 0; r.Mapping {
		if err := atomicfile.Write(filepath.Join(dir, mappingCopy), mapping, fileMode); err != nil {
			return err
		}
	}
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(dir, recipeFile), append(data, '\n'), fileMode)
}

// line is the command line that began the run, without its condition, which may name
// people.
func (r Recipe) line() []string {
	line := slices.Clone(r.Command)
	for i := range line {
		if r.Where != "" {
			line[i] = strings.ReplaceAll(line[i], r.Where, "…")
		}
	}
	return line
}

// loadRecipe reads the recipe of the run in dir.
func loadRecipe(dir string) (Recipe, error) {
	data, err := readRecord(filepath.Join(dir, recipeFile))
	if err != nil {
		return Recipe{}, err
	}
	return readRecipe(data)
}

// readRecipe reads a recipe and refuses what no run has written.
func readRecipe(data []byte) (r Recipe, err error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return r, err
	}
	_, after := d.Token()
	switch {
	case !errors.Is(after, io.EOF):
		return r, errors.New("there is text after it")
	case len(r.Inputs) == 0:
		return r, errors.New("it names no input")
	case r.Format != rows.CSV && r.Format != rows.JSONL:
		return r, fmt.Errorf("its format is %q", r.Format)
	case len(r.Delimiter) > 1 || (r.Delimiter == "") != (r.Format == rows.JSONL):
		return r, fmt.Errorf("its delimiter is %q", r.Delimiter)
	case r.Receipt != "" && r.Receipt != ClearIdentifiers && r.Receipt != HashIdentifiers:
		return r, fmt.Errorf("its receipt_identifiers is %q", r.Receipt)
	}
	return r, nil
}

// readRecord reads one of the files that say what a run is. Where something else has
// its name, such as a link or a pipe, that is an error: a directory may come from
// elsewhere.
func readRecord(path string) ([]byte, error) {
	data, _, err := readDated(path)
	return data, err
}

// readDated is readRecord, and when the file was written.
func readDated(path string) (data []byte, written time.Time, err error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, written, err
	}
	if !info.Mode().IsRegular() {
		return nil, info.ModTime(), fmt.Errorf("%s is not a regular file", path)
	}
	data, err = readFile(path, info.Size())
	return data, info.ModTime(), err
}
