package runs

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
)

// History is what is recorded of an input: its runs, and the retries of these. It
// belongs to one goroutine.
type History struct {
	// Shards are those that some of the runs are, such as 2/8.
	Shards []string
	// Notes say which runs could not be read.
	Notes []string

	runs    []past            // of the input itself, the newest first
	retries map[string][]past // by the rejected file that they read, the newest first
	mapping string            // the present mapping's digest
	refused map[string]map[int64]Refused
}

// past is one run, and which of its inputs the input is.
type past struct {
	*Run
	source  int
	changed string // how the input differs from what it was, or ""
}

// Row is a row whose verdict is asked for.
type Row struct {
	Number int64
	// Would is the verdict that the mapping alone would give the row now, accepted or
	// filtered; empty where it would be rejected.
	Would string
	// Elsewhere reports whether the row is not of a shard.
	Elsewhere func(shard string) bool
}

// Verdict is what a run recorded of a row.
type Verdict struct {
	Run     string `json:"run"`
	RetryOf string `json:"retry_of,omitempty"`
	Verdict string `json:"verdict"`
	Reason  string `json:"reason,omitempty"`
	Field   string `json:"field,omitempty"`
	Message string `json:"message,omitempty"`
	Status  string `json:"status,omitempty"`
	Changed string `json:"changed,omitempty"` // what is different now from what it was in the run
}

// The verdicts that no ledger counts.
const (
	NotSettled  = "not settled yet"
	NotLookedAt = "not looked at"
	NotKnown    = "not known"
)

// History finds the runs of an input by any of the verbs; mapping is the digest of
// the present mapping. An error is one of the file system.
func (s State) History(input File, verbs []string, mapping string) (*History, error) {
	h := &History{retries: make(map[string][]past), mapping: mapping}
	dirs, err := s.List()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, dir := range slices.Backward(dirs) {
		r, err := Load(dir)
		if err != nil {
			h.Notes = append(h.Notes, fmt.Sprintf("the record of run %s cannot be read: %v", filepath.Base(dir), err))
			continue
		}
		if slices.Contains(verbs, r.Checkpoint.Work.Verb) {
			h.keep(past{Run: r}, input)
		}
	}
	return h, nil
}

// keep notes a run if it is of the input, or a retry of some run.
func (h *History) keep(p past, now File) {
	inputs, shard := p.Recipe.Inputs, p.Checkpoint.Work.Shard
	p.source = slices.IndexFunc(inputs, func(f File) bool { return f.Path == now.Path })
	switch {
	case p.isRetry() && len(inputs) == 1:
		p.source = 0
		h.retries[inputs[0].Path] = append(h.retries[inputs[0].Path], p)
	case p.source >= 0 && p.source < len(p.Recipe.From()):
		p.changed = fileChanged(inputs[p.source], now)
		h.runs = append(h.runs, p)
	default:
		return
	}
	if shard != "" && !slices.Contains(h.Shards, shard) {
		h.Shards = append(h.Shards, shard)
	}
}

// fileChanged says how an input differs from what a run read, or "".
func fileChanged(was, now File) string {
	const other = ", so this may have been another row"
	switch {
	case was.Size != now.Size:
		return fmt.Sprintf("the file has changed since (%d bytes then, %d now)%s", was.Size, now.Size, other)
	case was.Digest != now.Digest:
		return "the file has changed since" + other
	case was.ReadAs != now.ReadAs:
		return "the file was read as " + was.ReadAs + other
	}
	return ""
}

// Judge returns the verdicts on each row: the last one that is known, after the
// newest run's if that has not come to the row.
func (h *History) Judge(all []Row) [][]Verdict {
	h.refused = make(map[string]map[int64]Refused)
	verdicts := make([][]Verdict, len(all))
	wanted := make(map[int64]bool)
	for _, row := range all {
		wanted[row.Number] = true
	}
	for n, row := range all {
		for i, p := range h.runs {
			if p.elsewhere(row) {
				continue
			}
			v := h.last(p, row, wanted, p.origin())
			settled := v.Verdict != NotSettled && v.Verdict != NotLookedAt
			if settled || i == 0 {
				verdicts[n] = append(verdicts[n], v)
			}
			if settled {
				break
			}
		}
	}
	return verdicts
}

// origin is what the run's rejected file calls the input.
func (p past) origin() string { return p.Recipe.From()[p.source].Name }

func (p past) isRetry() bool { return p.Checkpoint.Work.Class != "" }

// elsewhere reports whether the run is of a shard that the row is not of.
func (p past) elsewhere(row Row) bool {
	shard := p.Checkpoint.Work.Shard
	return shard != "" && row.Elsewhere(shard)
}
