package cli

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/importer"
	"github.com/ciobulk/ciobulk/join"
	"github.com/ciobulk/ciobulk/runs"
)

// changedOptions are about sending only rows that differ from what was last sent.
type changedOptions struct {
	OnlyChanged  bool
	State        string
	ChangedSince string
	Refresh      int64 // days; 0: unchanged people are never sent again
	MaxChanged   string

	maxChanged bound
}

func (o *changedOptions) flags() []command.Flag {
	return []command.Flag{
		{Name: "only-changed", Part: partChanged, Into: command.OnOff(&o.OnlyChanged), Usage: "send only rows that differ from what was last sent"},
		{Name: "state", Value: "FILE", Part: partChanged, Into: command.Word(&o.State), Usage: "where what was last sent is kept (default: in --state-dir, by the name of the mapping)"},
		{Name: "changed-since", Value: "FILE", Part: partChanged, Into: command.Word(&o.ChangedSince), Usage: "send only rows that differ from this older file, and remember nothing"},
		{Name: "refresh", Value: "DAYS", Part: partChanged, Into: days{&o.Refresh}, Usage: "send unchanged people again after this many days, such as 30d"},
		{Name: "max-changed", Value: "N|N%", Part: partChanged, Into: command.Parsed(&o.MaxChanged, func(text string) string { return o.maxChanged.parse(text, "people") }), Usage: "stop before the first request if more people are new or have changed"},
	}
}

func (o *changedOptions) check() error {
	switch {
	case o.ChangedSince != "" && (o.OnlyChanged || o.State != "" || o.Refresh != 0):
		return exit.Usage("--changed-since compares with a file: --only-changed, --state and --refresh do not apply", "leave them out")
	case !o.compares() && (o.State != "" || o.Refresh != 0 || o.MaxChanged != ""):
		return exit.Usage("--state, --refresh and --max-changed need --only-changed", "add it, or leave them out")
	}
	return nil
}

// compares reports whether rows are compared before they are sent.
func (o *changedOptions) compares() bool { return o.OnlyChanged || o.ChangedSince != "" }

// days is a number of days.
type days struct{ to *int64 }

func (k days) Set(text string) string {
	n, err := strconv.ParseInt(strings.TrimSuffix(text, "d"), 10, 64)
	if err != nil || n < 1 || n > 36500 {
		return "it is a number of days, such as 30d"
	}
	*k.to = n
	return ""
}

func (k days) Text() string {
	if *k.to == 0 {
		return ""
	}
	return strconv.FormatInt(*k.to, 10) + "d"
}
func (k days) Field() any { return k.to }

// changed compares the rows of a session with what was last sent.
type changed struct {
	changedOptions
	session *session
	sent    *runs.Sent
	found   *importer.Changes

	temporary string // a folder of this run's own; empty: there is none
	seeded    int64  // people
}

// compare finds the rows that differ, tells how many there are, and stops where they
// are too many. Without --only-changed it does nothing.
func compare(ctx context.Context, s *session, stop <-chan struct{}) error {
	if !s.o.compares() {
		return nil
	}
	if s.job.Begun.IsZero() { // a plan
		s.job.Begun = time.Now()
	}
	c := &changed{changedOptions: s.o.changedOptions, session: s}
	s.changed = c
	if err := c.open(ctx, stop); err != nil {
		return err
	}
	if err := c.find(ctx, stop); err != nil {
		return err
	}
	if err := s.in.unchanged(); err != nil {
		return err
	}
	s.job.Changed = c.found
	n := c.found.Counts
	s.report.Note(fmt.Sprintf("people: %s new, %s changed, %s unchanged, %s in %s alone", ui.Grouped(n.New), ui.Grouped(n.Changed+n.Refreshed), ui.Grouped(n.Unchanged), ui.Grouped(n.Gone), cmp.Or(c.ChangedSince, c.sent.Path)))
	return c.bounded()
}

// open opens what the rows are compared with. A plan does not lock the file, nor create it.
func (c *changed) open(ctx context.Context, stop <-chan struct{}) (err error) {
	s := c.session
	for _, source := range s.in.sources {
		if source.Input.Rejected {
			return exit.Usage(source.Input.Name+" is a file of rejected rows, which are all sent", "leave out --only-changed")
		}
	}
	want := join.Header{Workspace: s.account.WorkspaceID, Verb: s.verb.Name, Match: s.in.mapping.Fields()}
	if s.job.Shard.Count > 1 {
		want.Shard = s.job.Shard.String()
	}
	if c.ChangedSince != "" {
		return c.since(ctx, stop, want)
	}
	path := cmp.Or(c.State, filepath.Join(s.o.StateDir, sentName(s, want.Shard)))
	if s.o.DryRun {
		c.sent, err = runs.PeekSent(path, want)
	} else {
		if c.State == "" {
			err = os.MkdirAll(s.o.StateDir, 0o700)
		}
		if err == nil {
			c.sent, err = runs.OpenSent(path, want)
		}
	}
	if err == nil && !c.sent.Exists {
		s.report.Note(fmt.Sprintf("%s does not exist yet: all rows are new", path))
	}
	return err
}

// since makes what the rows are compared with of an older file, for this run alone.
func (c *changed) since(ctx context.Context, stop <-chan struct{}, want join.Header) (err error) {
	if c.temporary, err = os.MkdirTemp("", "ciobulk-"); err != nil {
		return err
	}
	if c.sent, err = runs.OpenSent(filepath.Join(c.temporary, "older"+runs.SentSuffix), want); err != nil {
		return err
	}
	return c.seed(ctx, stop, c.ChangedSince)
}

// seed takes the rows of a file for what was last sent.
func (c *changed) seed(ctx context.Context, stop <-chan struct{}, path string) error {
	s := c.session
	older, err := s.in.bindAll([]string{path}, s.report.Opened)
	if err != nil {
		return err
	}
	defer closeSources(older)
	first := s.job
	first.Stop, first.Sources = stop, older
	found, err := importer.ReadChanges(ctx, &first, c.sent.Header.Secret, filepath.Dir(c.sent.Path))
	if err != nil {
		return err
	}
	defer found.Close()
	if err := found.Compare(nil, join.Terms{}); err != nil {
		return err
	}
	c.seeded = found.Counts.New
	return c.sent.Replace("seed "+older[0].Input.Digest, s.job.Begun, func(w *join.StateWriter) error {
		return found.Update(nil, join.Terms{}, older, nil, w)
	})
}

// sentName is the file of what was last sent with a mapping, or with a match field alone.
func sentName(s *session, shard string) string {
	name := "match-" + s.in.mapping.Fields()
	if s.o.Mapping != "" {
		path, err := filepath.Abs(s.o.Mapping)
		if err != nil {
			path = s.o.Mapping
		}
		sum := sha256.Sum256([]byte(path))
		base := filepath.Base(path)
		name = strings.TrimSuffix(base, filepath.Ext(base)) + "-" + hex.EncodeToString(sum[:4])
	}
	if shard != "" {
		name += "-shard-" + strings.ReplaceAll(shard, "/", "-of-")
	}
	if s.o.Simulate {
		name += "-simulated"
	}
	return name + runs.SentSuffix
}

// find reads the inputs once and compares them.
func (c *changed) find(ctx context.Context, stop <-chan struct{}) (err error) {
	s := c.session
	first := s.job
	first.Stop = stop
	if first.Sources, err = s.in.again(); err != nil {
		return err
	}
	defer closeSources(first.Sources)
	dir := os.TempDir()
	if !s.o.DryRun {
		dir = filepath.Dir(c.sent.Path)
	}
	if c.found, err = importer.ReadChanges(ctx, &first, c.sent.Header.Secret, dir); err != nil {
		return err
	}
	return c.sent.Read(func(old, doubt *join.StateReader) error {
		return c.found.Compare(old, join.Terms{Due: c.due(), Doubt: doubt})
	})
}

// due tells which people are sent again although they have not changed: each day's share
// of them, for all days since the run before.
func (c *changed) due() func(key uint64) bool {
	const day = 24 * 60 * 60
	if c.Refresh == 0 || !c.sent.Exists {
		return nil
	}
	last, today := c.sent.Header.Updated/day, c.session.job.Begun.Unix()/day
	return func(key uint64) bool {
		slot := int64(key % uint64(c.Refresh))
		return today-last >= c.Refresh || today-last > 0 && ((today-slot)%c.Refresh+c.Refresh)%c.Refresh < today-last
	}
}

// bounded stops where more people differ than --max-changed allows.
func (c *changed) bounded() error {
	n := c.found.Counts
	differ, all := n.New+n.Changed, n.New+n.Changed+n.Refreshed+n.Unchanged
	c.session.Guarded("max-changed", c.MaxChanged, fmt.Sprintf("%s of %s", ui.Counted(differ, "person"), ui.Grouped(all)))
	if !c.maxChanged.Given || differ <= c.maxChanged.of(all) {
		return nil
	}
	return exit.New(exit.Budget, fmt.Sprintf("%s of %s are new or have changed, but --max-changed %s allows %s; nothing was sent",
		ui.Counted(differ, "person"), ui.Grouped(all), c.MaxChanged, ui.Grouped(c.maxChanged.of(all))),
		"look at the file; if this is right, run it once without --max-changed")
}

// lastSent is what the run's record says of the comparison.
func (c *changed) lastSent() string {
	if c == nil {
		return ""
	}
	return cmp.Or(c.sent.Header.Run, "none")
}

// doubt records whom the run is about to send.
func (c *changed) doubt() error {
	if c == nil || c.found.Rows() == 0 {
		return nil
	}
	return c.sent.Read(func(_, before *join.StateReader) error {
		return c.sent.Doubt(func(w *join.StateWriter) error { return c.found.Doubt(before, w) })
	})
}

// remember records what was sent, once the run has ended.
func (c *changed) remember(run *runs.Run, begun time.Time) error {
	if c == nil {
		return nil
	}
	return c.sent.Read(func(old, doubt *join.StateReader) error {
		return c.sent.Replace(run.Name, begun, func(w *join.StateWriter) error {
			return c.found.Update(old, join.Terms{Doubt: doubt}, c.session.job.Sources, run, w)
		})
	})
}

func (c *changed) close() {
	if c == nil {
		return
	}
	if c.found != nil {
		c.found.Close()
	}
	if c.sent != nil {
		c.sent.Close()
	}
	if c.temporary != "" {
		_ = os.RemoveAll(c.temporary)
	}
}
