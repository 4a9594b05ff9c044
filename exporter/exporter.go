// Package exporter takes people, segments, deliveries and activities out of
// Customer.io and writes them to a file.
//
// Start with State.Begin, which holds the run, and Job.Do. What the service gives
// is kept in the run's directory first, page by page, and the file is written from
// there: so that its columns are those of all records, no one is in it twice, and a
// run that was killed continues where it was. A resumed export of a workspace that
// did not change is byte for byte the file of an unbroken one.
package exporter

import (
	"context"
	"encoding/json"
	"time"

	"github.com/ciobulk/ciobulk/customerio"
)

// What is what an export is of.
type What string

// The kinds of exports.
const (
	People     What = "people"     // with their attributes, unless IdentifiersOnly
	Segment    What = "segment"    // the identifiers of its members
	Segments   What = "segments"   // the list of the workspace's segments
	Deliveries What = "deliveries" // messages to people
	Activities What = "activities" // what happened to people
)

// Via is the way by which people are read.
type Via string

// The ways. The zero value is the one that fits their number.
const (
	ViaPages Via = "pages" // lists, and attributes of 100 people a request
	ViaJob   Via = "job"   // a file that the service prepares
)

// Query says what to export. Two queries that differ are different work.
type Query struct {
	What      What   `json:"what"`
	Workspace string `json:"workspace,omitempty"` // which one, for the record
	// WorkspaceID finds the number of people to compare with; 0 means that of
	// the only workspace that the key sees.
	WorkspaceID int64 `json:"workspace_id,omitempty"`

	Segment         int64           `json:"segment,omitempty"` // of People and Segment
	Filter          json.RawMessage `json:"filter,omitempty"`  // of People, in the App API's grammar
	Attributes      []string        `json:"attributes,omitempty"`
	IdentifiersOnly bool            `json:"identifiers_only,omitempty"`
	Via             Via             `json:"via,omitempty"`

	// Of Deliveries exactly one of the four is needed.
	Campaign      int64  `json:"campaign,omitempty"`
	Newsletter    int64  `json:"newsletter,omitempty"`
	Transactional int64  `json:"transactional,omitempty"`
	Action        int64  `json:"action,omitempty"`
	Metric        string `json:"metric,omitempty"`

	Type  string `json:"type,omitempty"`  // of Activities; empty means all
	Since bool   `json:"since,omitempty"` // only Activities after those of the last export that said so

	// From and To bound Deliveries and Activities, in Unix seconds. 0 means the
	// last six months, or 30 days, up to the beginning of the run.
	From int64 `json:"from,omitempty"`
	To   int64 `json:"to,omitempty"`
}

// Job is one export. Its zero values mean the defaults; App, Run and Output are
// needed.
type Job struct {
	Query     Query
	Output    Output
	App       *customerio.App
	Run       *Run
	PerSecond float64        // requests a second that App is paced at, for the estimates; 0 means AppPerSecond
	Outage    time.Duration  // how long a file that does not come is asked for; 0 means 10 minutes
	Progress  func(Progress) // called on one goroutine, often; may be nil
	Note      func(Note)     // called for what a user should know; may be nil

	pollFirst time.Duration // the first pause before a job is asked for again
}

// Progress is how far an export is.
type Progress struct {
	Stage string // what is being done, such as "reading attributes"
	Done  int64
	Total int64 // 0 where it is not known
}

// Note is what a user should know of an export, for the caller to word.
type Note struct {
	Kind   NoteKind
	People int64         // of the notes about pages and jobs
	Takes  time.Duration // by pages
}

// NoteKind says what a Note is about.
type NoteKind int

// The kinds of notes.
const (
	PagesAreUsed    NoteKind = iota // and take a while
	JobNeedsNames                   // pages are used; a job could be faster if the attributes were named
	JobIsUsed                       // as pages would take too long
	CountIsUnknown                  // the key may not see the list of workspaces
	NoEarlierExport                 // of these activities: those of the last 30 days are read
	EarlierIsOld                    // the last export of these activities was more than 30 days ago
)

// Do does the export, or what is left of it, and returns its summary, also along
// with an error. Errors are the context's cause, *customerio.Error, *OutputError or
// of the file system; Summary.Short is not an error.
func (j *Job) Do(ctx context.Context) (*Summary, error) {
	e := newExport(j)
	err := e.do(ctx)
	if closeErr := e.close(); err == nil {
		err = closeErr
	}
	return e.summary(err), err
}

// export is one Job while it is done.
type export struct {
	*Job
	c        *Checkpoint
	spools   []*spool // that are open; saved with the checkpoint
	saved    time.Time
	broken   bool     // a spool holds a part of a record or of a page: the checkpoint must not move
	exported int64    // records in the file
	lead     []string // the first columns, of deliveries
	jobTotal int64    // what export jobs say that they have
	columns  int
	began    time.Time
}

func newExport(j *Job) *export {
	return &export{Job: j, c: &j.Run.Checkpoint, began: time.Now(), saved: time.Now()}
}

func (e *export) do(ctx context.Context) error {
	if !e.published() {
		if err := e.Output.Check(); err != nil {
			return err
		}
	}
	s, err := e.fetch(ctx)
	if err != nil {
		return err
	}
	if err := e.save(); err != nil {
		return err
	}
	return publisher{e}.publish(ctx, s)
}

// published reports whether the file is in its place already: the run was killed
// after that.
func (e *export) published() bool { return e.c.SHA256 != "" && e.Output.holds(e.c.SHA256) }

// fetch reads everything into the run's directory.
func (e *export) fetch(ctx context.Context) (source, error) {
	switch e.Query.What {
	case Segments:
		return lists{e}.segments(ctx)
	case Activities:
		return lists{e}.activities(ctx)
	case Deliveries:
		return jobFiles{e}.deliveries(ctx)
	}
	return census{e}.people(ctx)
}

// saveEvery is how much work a crash may cost.
const saveEvery = time.Second

// step saves from time to time. It is called where every spool ends with a whole
// page.
func (e *export) step() error {
	if time.Since(e.saved) < saveEvery {
		return nil
	}
	return e.save()
}

// save writes the spools to the disk, and then the checkpoint that tells their
// sizes.
func (e *export) save() error {
	if e.broken {
		return nil
	}
	for _, s := range e.spools {
		if err := s.sync(); err != nil {
			e.broken = true
			return err
		}
	}
	e.saved = time.Now()
	return e.Run.save()
}

// close saves what there is and lets go of the spools.
func (e *export) close() error {
	err := e.save()
	for _, s := range e.spools {
		if closeErr := s.close(); err == nil {
			err = closeErr
		}
	}
	return err
}

func (e *export) progress(stage string, done, total int64) {
	if e.Progress != nil {
		e.Progress(Progress{stage, done, total})
	}
}

func (e *export) note(n Note) {
	if e.Note != nil {
		e.Note(n)
	}
}
