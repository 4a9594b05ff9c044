package cli

import (
	"context"
	"slices"

	"github.com/ciobulk/ciobulk/cmd/internal/access"
	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/cmd/internal/verbs"
	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/importer"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/runs"
)

// session is one call of a verb that turns rows into operations.
type session struct {
	*call.Program
	o       *rowOptions
	verb    verbs.Verb
	report  *call.Reporter
	in      *inputs
	job     importer.Import
	access  *access.Access // nil: nothing is sent
	account customerio.Account
	target  *target      // nil: the verb is not about a segment
	retried *retried     // nil: the input is the user's
	changed *changed     // nil: all rows are sent
	sync    *syncing     // nil: the verb is not about one
	proof   *ui.ReadBack // nil: people were not read back
}

// newSession begins a call: options are checked, and nothing is read yet.
func newSession(p *call.Program, o *rowOptions) (*session, error) {
	collectOften(p.Env.Getenv)
	report := call.NewReporter(p, o.TalkOptions)
	if err := o.check(); err != nil {
		return nil, err
	}
	s := &session{Program: p, o: o, verb: o.verb, report: report, in: &inputs{report: report, verb: o.verb.Name, compared: o.compares() || o.verb.Sync || o.ReadBack > 0 || p.Guard != nil}}
	if o.verb.Action == mapping.Member {
		s.target = &target{segmentOptions: o.segmentOptions, remove: o.verb.Remove, report: report}
	}
	if o.verb.Sync {
		s.sync = &syncing{syncOptions: o.syncOptions, session: s}
	}
	return s, nil
}

// run opens the inputs and does what is to be done with them.
func (s *session) run(ctx context.Context, paths []string) error {
	if err := s.in.open(paths, s.Program.In); err != nil {
		return err
	}
	if s.o.ResumeOrRestart && s.in.mapping.Events() {
		if s.Step == "" {
			return runs.ErrDerivedIDs
		}
		s.o.ResumeOrRestart, s.o.Resume = false, true // a job never takes new events for those of before
	}
	if s.retried == nil {
		if err := s.in.findOrigins(s.state()); err != nil {
			return err
		}
	}
	if err := s.prepare(); err != nil {
		return err
	}
	if err := call.CheckOutputs(s.o.outputs(), protectedFiles(s)); err != nil {
		return err
	}
	if err := s.guard(ctx); err != nil {
		return err
	}
	if s.o.DryRun {
		return s.rehearse(ctx)
	}
	if err := s.in.refuseHidden(s.verb); err != nil {
		return err
	}
	return s.send(ctx)
}

// guard counts the rows and asks the job, if there is one, whether these are to be sent.
func (s *session) guard(ctx context.Context) error {
	if s.Guard == nil {
		return nil
	}
	sources, err := s.in.again()
	if err != nil {
		return err
	}
	defer closeSources(sources)
	n, err := importer.CountRows(ctx, sources)
	if err != nil {
		return err
	}
	return s.Guard(n)
}

// prepare makes the job of the options.
func (s *session) prepare() (err error) {
	o, j := s.o, &s.job
	if o.compares() && len(s.in.mapping.Actions()) > 1 {
		return exit.Usage("--only-changed needs a mapping in which every row is an upsert", "leave out operation: {column: …}, or --only-changed")
	}
	j.Sources, j.Verb, j.Match = s.in.sources, s.verb.Name, string(s.in.mapping.Match())
	j.Concurrency, j.BatchRows = int(o.Concurrency), int(o.BatchRows)
	j.Skip, j.Limit, j.NoTriggers = o.Skip, o.Limit, o.NoTriggers
	j.Shard, j.Budget = o.shard, o.budget
	receipt := runs.Identifiers(o.Receipt)
	if s.retried != nil { // as the run had it, unless the call says more
		j.NoTriggers = j.NoTriggers || s.retried.run.Recipe.NoTriggers
		if receipt == "" {
			receipt = s.retried.run.Recipe.Receipt
		}
	}
	if slices.ContainsFunc(s.in.mapping.Actions(), mapping.Action.Certified) {
		if j.Receipt = receipt; receipt == "" {
			j.Receipt = runs.ClearIdentifiers
		}
	}
	if s.target != nil {
		// The segment is not known yet, and the call is of the same size.
		if j.Call, err = customerio.SegmentCall(1, s.target.remove, s.in.mapping.Match()); err != nil {
			return err
		}
		j.BatchRows = min(j.BatchRows, customerio.MaxSegmentIDs)
	}
	if s.in.mapping.Merges() { // which are about two people, whose rows are in different lanes
		j.Concurrency = 1
	}
	if s.in.mapping.Anonymous() {
		j.Call, j.BatchRows = customerio.AnonymousCall(), 1
	}
	if err := j.Check(); err != nil {
		return exit.Usage(err.Error(), "")
	}
	return nil
}

func (s *session) close() {
	s.changed.close()
	s.sync.close()
	s.in.close()
}

// wanted is the segment as it was named, or empty.
func (s *session) wanted() string {
	if s.target == nil {
		return ""
	}
	return s.target.wanted
}
