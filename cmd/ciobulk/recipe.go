package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/ciobulk/ciobulk/importer"
	"github.com/ciobulk/ciobulk/rows"
)

// recipe is what a run does, kept beside its record so that its rejected rows can
// be sent again without saying all of it anew. It holds no credentials.
type recipe struct {
	Verb       string   `json:"verb"`
	Mapping    bool     `json:"mapping"` // there is a copy of it
	Match      string   `json:"match,omitempty"`
	Where      string   `json:"where,omitempty"`
	Segment    string   `json:"segment,omitempty"`
	Format     string   `json:"format"`
	Delimiter  string   `json:"delimiter,omitempty"`
	NoTriggers bool     `json:"no_triggers,omitempty"`
	Receipt    string   `json:"receipt_identifiers,omitempty"`
	Origins    []origin `json:"origins"` // the inputs that the rows came from
	Nonce      string   `json:"nonce,omitempty"`
}

// origin is an input that rows, and so the ids of their events, came from.
type origin struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	Digest string `json:"sha256_of_ends"`
}

const (
	recipeFile  = "job.json"
	mappingCopy = "mapping.yaml"
)

// keepRecipe records what the run does.
func (s *session) keepRecipe() error {
	in := s.job.Sources[0].Input
	r := recipe{
		Verb: s.verb.name, Match: s.c.String("match"), Where: s.c.String("where"), Segment: s.wanted,
		NoTriggers: s.job.NoTriggers, Receipt: string(s.job.Receipt),
		Format: string(in.Format), Nonce: s.job.Run.Checkpoint.Nonce,
	}
	if in.Format == rows.CSV {
		r.Delimiter = string(in.Delimiter)
	}
	for _, source := range s.job.Sources {
		r.Origins = append(r.Origins, origin{source.Input.Name, source.Input.Size, source.Input.Digest})
	}
	if s.retried != nil {
		was := s.retried.recipe
		r.Match, r.Where, r.Origins, r.Nonce = was.Match, was.Where, was.Origins, was.Nonce
	}
	if source := s.mapping.Source(); len(source) > 0 {
		r.Mapping = true
		if err := s.job.Run.WriteFile(mappingCopy, source); err != nil {
			return err
		}
	}
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return s.job.Run.WriteFile(recipeFile, append(data, '\n'))
}

// loadRecipe reads the recipe of the run in dir.
func loadRecipe(dir string) (recipe, error) {
	data, err := os.ReadFile(filepath.Join(dir, recipeFile))
	if err != nil {
		return recipe{}, err
	}
	return readRecipe(data)
}

// readRecipe reads a recipe and refuses what no run has written.
func readRecipe(data []byte) (r recipe, err error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return r, err
	}
	_, behind := d.Token()
	switch receipt := importer.ReceiptIdentifiers(r.Receipt); {
	case !errors.Is(behind, io.EOF):
		return r, errors.New("there is something behind it")
	case len(r.Origins) == 0:
		return r, errors.New("it names no input")
	case r.Format != string(rows.CSV) && r.Format != string(rows.JSONL):
		return r, fmt.Errorf("its format is %q", r.Format)
	case len(r.Delimiter) > 1 || (r.Delimiter == "") != (r.Format == string(rows.JSONL)):
		return r, fmt.Errorf("its delimiter is %q", r.Delimiter)
	case receipt != "" && receipt != importer.ClearIdentifiers && receipt != importer.HashIdentifiers:
		return r, fmt.Errorf("its receipt_identifiers is %q", r.Receipt)
	}
	return r, nil
}
