package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/importer"
	"github.com/ciobulk/ciobulk/mapping"
)

// history is what is recorded of an input: its runs, and the retries of these.
type history struct {
	runs    []past                     // of the input itself, the newest first
	retries map[string][]past          // by the rejected file that they are of, likewise
	shards  map[string]*mapping.Mapper // that some of the runs are
	mapping string                     // the present mapping's digest
	note    func(string)

	refused map[string]map[int64]refusal // by run, of the rows that are judged at present
}

// past is one run, and where the input stands in it.
type past struct {
	*importer.Run
	recipe  recipe
	source  int    // which of the run's inputs it is
	changed string // how the input differs from what it was, or ""
}

// verdict is what a run recorded of a row.
type verdict struct {
	Run     string `json:"run"`
	RetryOf string `json:"retry_of,omitempty"`
	Verdict string `json:"verdict"`
	Reason  string `json:"reason,omitempty"`
	Field   string `json:"field,omitempty"`
	Message string `json:"message,omitempty"`
	Status  string `json:"status,omitempty"`
	Changed string `json:"changed,omitempty"` // what is another now than it was in the run
}

// The verdicts that are no ledger's.
const (
	notSettled  = "not settled yet"
	notLookedAt = "not looked at"
	notKnown    = "not known"
)

// recall finds the runs of the input and the verb.
func (x *explainer) recall(plan *mapping.Plan) (*history, error) {
	now, err := workFile(x.input)
	if err != nil {
		return nil, err
	}
	h := &history{retries: make(map[string][]past), shards: make(map[string]*mapping.Mapper), mapping: x.mapping.Digest(), note: x.report.note}
	dirs, err := recorded(x.c.String("state-dir"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, usage(err.Error(), "--state-dir names where runs are recorded")
	}
	for _, dir := range slices.Backward(dirs) {
		p := past{}
		if p.Run, err = importer.LoadRun(dir); err == nil {
			p.recipe, err = loadRecipe(dir)
		}
		if err != nil {
			x.report.note(fmt.Sprintf("the record of run %s cannot be read: %v", filepath.Base(dir), err))
			continue
		}
		if slices.Contains(x.names, p.Checkpoint.Work.Verb) {
			h.keep(p, now)
		}
	}
	for shard := range h.shards {
		s := mapping.Shard{}
		if _, err := fmt.Sscanf(shard, "%d/%d", &s.Index, &s.Count); err == nil {
			h.shards[shard] = plan.Mapper(x.input, mapping.Terms{Shard: s})
		}
	}
	return h, nil
}

// keep notes a run if it is of the input, or a retry of some run.
func (h *history) keep(p past, now importer.WorkFile) {
	work := p.Checkpoint.Work
	p.source = slices.IndexFunc(work.Inputs, func(f importer.WorkFile) bool { return f.Path == now.Path })
	if strings.Contains(work.Options, "class=") && len(work.Inputs) == 1 {
		p.source = 0
		h.retries[work.Inputs[0].Path] = append(h.retries[work.Inputs[0].Path], p)
	} else if p.source >= 0 && p.source < len(p.recipe.Origins) {
		p.changed = difference(work.Inputs[p.source], now)
		h.runs = append(h.runs, p)
	} else {
		return
	}
	if work.Shard != "" {
		h.shards[work.Shard] = nil
	}
}

// difference says how an input differs from what a run read, or "".
func difference(was, now importer.WorkFile) string {
	switch {
	case was.Size != now.Size:
		return fmt.Sprintf("the file has changed since (%s then, %s now), so that it may have been another row", counted(was.Size, "byte"), counted(now.Size, "byte"))
	case was.Digest != now.Digest:
		return "the file has changed since, so that it may have been another row"
	case was.ReadAs != now.ReadAs:
		return fmt.Sprintf("the file was read as %s, so that it may have been another row", was.ReadAs)
	}
	return ""
}

// judge adds the verdicts of rows: the last one that is known, behind the newest
// run's if that has not come to the row.
func (h *history) judge(all []*explained) {
	h.refused = make(map[string]map[int64]refusal)
	wanted := make(map[int64]bool)
	for _, e := range all {
		wanted[e.Row] = true
	}
	for _, e := range all {
		for i, p := range h.runs {
			if p.Checkpoint.Work.Shard != "" && e.elsewhere[p.Checkpoint.Work.Shard] {
				continue
			}
			v := h.last(p, e, wanted, p.origin())
			settled := v.Verdict != notSettled && v.Verdict != notLookedAt
			if settled || i == 0 {
				e.verdicts = append(e.verdicts, v)
			}
			if settled {
				break
			}
		}
	}
}

// origin is the input's name in the run's messages.
func (p past) origin() string { return p.recipe.Origins[p.source].Name }

// last returns what a run recorded, or the newest of its retries that took up the
// row.
func (h *history) last(p past, e *explained, wanted map[int64]bool, origin string) verdict {
	v := h.verdict(p, e, wanted, origin)
	if v.Reason == "" {
		return v
	}
	path, err := filepath.Abs(p.rejectedPath())
	if err != nil {
		return v
	}
	for _, r := range h.retries[path] {
		if r.Finished() && r.takes(v.Reason) && !(r.Checkpoint.Work.Shard != "" && e.elsewhere[r.Checkpoint.Work.Shard]) {
			again := h.last(r, e, wanted, origin)
			again.RetryOf = p.Name
			return again
		}
	}
	return v
}

// takes tells whether a retry looked at rows that were refused for a reason.
func (p past) takes(reason string) bool {
	_, class, _ := strings.Cut(p.Checkpoint.Work.Options, "class=")
	switch unknown := reason == customerio.ReasonUnknown; mapping.Class(class) {
	case mapping.UnknownClass:
		return unknown
	case mapping.RejectedClass:
		return !unknown && reason != "duplicate"
	}
	return reason != "duplicate"
}

func (p past) isRetry() bool { return strings.Contains(p.Checkpoint.Work.Options, "class=") }

func (p past) rejectedPath() string { return filepath.Join(p.Dir, "rejected."+p.recipe.Format) }

// verdict returns what the run itself recorded of a row.
func (h *history) verdict(p past, e *explained, wanted map[int64]bool, origin string) verdict {
	v := verdict{Run: p.Name, Changed: p.changed}
	if same := p.Checkpoint.Work.Mapping == h.mapping; !same && v.Changed == "" {
		v.Changed = "the mapping, --match or --where was another"
	}
	if v.Verdict = p.reach(e.Row); v.Verdict != "" {
		return v
	}
	refused, err := h.refusals(p, wanted, origin)
	if err != nil {
		v.Verdict, v.Message = notKnown, err.Error()
		return v
	}
	r, is := refused[e.Row]
	if !is {
		v.Verdict = p.unrefused(e, v.Changed == "" && !p.isRetry())
		return v
	}
	v.Verdict, v.Reason, v.Field, v.Message, v.Status = "rejected", r.reason, r.field, r.message, r.status
	if r.reason == customerio.ReasonUnknown {
		v.Verdict = "unknown"
	}
	return v
}

// reach says why the run has no verdict on a row of the input, or "".
func (p past) reach(row int64) string {
	c := p.Checkpoint
	switch beyond := p.source > c.Position.Source || p.source == c.Position.Source && row > c.Position.Row; {
	case p.isRetry(): // its rows have other places
		return ""
	case p.source == 0 && row <= c.Work.Skip, beyond && p.Finished():
		return notLookedAt
	case beyond:
		return notSettled
	case p.source > 0 && c.Work.Skip > 0:
		return notKnown // whether it was passed over
	}
	return ""
}

// unrefused is the verdict on a settled row that the rejected file does not have, as
// far as the ledger tells; or else the mapping, if the run had the same.
func (p past) unrefused(e *explained, same bool) string {
	l := p.Checkpoint.Ledger
	certain := same && p.Checkpoint.Work.Options == "" && l.Duplicates == 0
	var may []string
	for _, c := range []struct {
		n       int64
		name    string
		outcome mapping.Outcome
	}{{l.Accepted, "accepted", mapping.Send}, {l.Filtered, "filtered", mapping.Filtered}, {l.Duplicates, "duplicate", -1}, {l.Unchanged, "unchanged", -1}} {
		switch {
		case c.n == 0:
		case certain && c.outcome == e.Outcome:
			return c.name
		default:
			may = append(may, c.name)
		}
	}
	if may == nil {
		return notKnown
	}
	return strings.Join(may, " or ")
}
