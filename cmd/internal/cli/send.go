package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/access"
	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/lookup"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/importer"
	"github.com/ciobulk/ciobulk/ratelimit"
	"github.com/ciobulk/ciobulk/runs"
)

// rehearse does everything but send.
func (s *session) rehearse(ctx context.Context) error {
	path := s.o.Rejected
	if path != "" {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	s.job.RejectedPath = path
	s.job.Forecast = new(importer.Forecast)
	ctx, stop, done := call.Signals(ctx, s.report.Note)
	defer done()
	found, err := s.survey(ctx, stop)
	if err != nil {
		return err
	}
	consent := consentOf(s, found)
	if err := consent.check(ctx); err != nil {
		return err
	}
	if found != nil && found.People > 0 {
		s.report.Note(consent.would())
	}
	if err := compare(ctx, s, stop); err != nil {
		return err
	}
	if s.sync != nil {
		end, err := s.sync.rehearse(ctx, stop)
		defer end()
		if err != nil {
			return err
		}
	}
	s.job.Stop, s.job.Progress = stop, s.report.Progress
	s.report.Start(s.job.Limit)
	untick := s.report.Tick()
	summary, err := s.job.Do(ctx)
	untick()
	if s.sync != nil && summary != nil {
		summary.Sync = &s.sync.result
	}
	return s.conclude(summary, err)
}

// send is the run itself.
func (s *session) send(ctx context.Context) error {
	ctx, stop, done := call.Signals(ctx, s.report.Note)
	defer done()
	track, end, err := s.connect(ctx, stop)
	defer end()
	if err != nil {
		return notSent(err, s.Args)
	}
	if err := s.date(); err != nil {
		return err
	}
	found, err := s.survey(ctx, stop)
	if err != nil {
		return err
	}
	if err := s.agree(ctx, stop, found); err != nil {
		return err
	}
	if err := compare(ctx, s, stop); err != nil {
		return err
	}
	if s.sync != nil {
		if err := s.sync.compare(ctx, stop); err != nil {
			return err
		}
	}
	if err := s.begin(); err != nil {
		return err
	}
	defer s.job.Run.Close()
	if s.sync != nil {
		if err := s.sync.prepare(ctx, stop); err != nil {
			return err
		}
	}
	if err := s.changed.doubt(); err != nil {
		return err
	}
	s.report.Begun(fmt.Sprintf("%s in %s", s.verb.Name, place(s.account)), s.job.Run, s.job.Limit)
	if s.target != nil {
		if err := s.makeSegment(ctx); err != nil {
			return errors.Join(err, s.job.Run.Drop()) // there is nothing to continue
		}
	}
	s.job.Sender, s.job.Stop, s.job.Progress = track, stop, s.report.Progress
	untick := s.report.Tick()
	summary, err := s.do(ctx, stop)
	if err == nil {
		err = s.changed.remember(s.job.Run, s.job.Begun)
	}
	if err == nil && s.sync != nil {
		err = s.sync.finish(ctx, stop, track, summary)
	}
	untick()
	if err == nil {
		err = prove(ctx, s, stop, summary)
	}
	s.in.noteReplaced()
	return s.conclude(summary, err)
}

// do sends the rows, and counts the segment before and after.
func (s *session) do(ctx context.Context, stop <-chan struct{}) (*runs.Summary, error) {
	s.in.sent = true
	if err := lookBefore(ctx, s, stop); err != nil {
		return nil, errors.Join(err, s.job.Run.Drop()) // nothing was sent
	}
	if s.target == nil || s.sync != nil {
		return s.job.Do(ctx)
	}
	counting, end := call.Until(ctx, stop)
	defer end()
	var before *int64
	if s.job.Run.Checkpoint.Resumed == 0 { // or what was done before would count as nothing
		before = s.target.count(counting)
	}
	summary, err := s.job.Do(ctx)
	if summary != nil {
		summary.Segment = s.target.compare(counting, before, summary.Accepted)
	}
	if err == nil {
		nameNotFound(counting, s, summary.Segment)
	}
	return summary, err
}

// survey reads the inputs once, where that is needed, until the first signal, and
// notes what the run needs of it.
func (s *session) survey(ctx context.Context, stop <-chan struct{}) (*importer.Survey, error) {
	if !s.in.surveyed() {
		return nil, nil
	}
	ctx, cancel := call.Until(ctx, stop)
	defer cancel()
	first := s.job
	var err error
	if first.Sources, err = s.in.again(); err != nil {
		return nil, err
	}
	defer closeSources(first.Sources)
	found, err := first.Survey(ctx, s.in.mapping.DuplicateRule(), os.TempDir())
	if err == nil {
		s.job.Duplicates = found.Duplicates
	}
	return found, err
}

// agree makes sure that what was found is wanted, and is still there.
func (s *session) agree(ctx context.Context, stop <-chan struct{}, found *importer.Survey) error {
	if err := refuseProof(ctx, s); err != nil {
		return err
	}
	c := consentOf(s, found)
	if c.found != nil {
		s.Guarded("max-delete", c.MaxDelete, ui.Counted(found.People, c.whom))
	}
	if err := c.obtain(ctx, stop); err != nil {
		return err
	}
	if found == nil {
		return nil
	}
	return s.in.unchanged()
}

// connect makes the clients, finds out which workspace they open, and finds the
// segment. end stops what it has started.
func (s *session) connect(ctx context.Context, stop <-chan struct{}) (track *customerio.Track, end func(), err error) {
	end = func() {}
	if s.access, err = access.Open(s.Env, s.o.Choice(), s.o.Outage, int(s.o.Concurrency)); err != nil {
		return nil, end, err
	}
	if s.o.Simulate {
		if end, err = s.access.Simulate(s.report.Note); err != nil {
			return nil, func() {}, err
		}
	}
	if err := s.o.takeRate(s.access); err != nil {
		return nil, end, err
	}
	limiter := ratelimit.New(s.o.perSecond())
	if track, err = s.access.Track(limiter, s.report.Waiting); err != nil {
		return nil, end, err
	}
	ctx, cancel := call.Until(ctx, stop)
	defer cancel()
	if err := s.locate(ctx, track); err != nil {
		return nil, end, err
	}
	s.access.ShareTrack(limiter, track, s.account, s.o.Rate, s.report.Note)
	var app *customerio.App
	if s.access.HasApp() {
		if app, err = s.access.App(s.account.Region, s.report.Waiting, s.report.Note); err != nil {
			return nil, end, err
		}
	}
	s.access.Opened = app
	if s.target == nil {
		return track, end, nil
	}
	return track, end, s.chooseSegment(ctx, app)
}

// locate finds out which workspace the credentials open, before anything is sent to
// it, and refuses a workspace that is not the one that was meant.
func (s *session) locate(ctx context.Context, track *customerio.Track) (err error) {
	if s.account, err = s.access.Locate(ctx, track, s.report.Note); err != nil {
		return err
	}
	s.report.In(s.account.WorkspaceID)
	for _, want := range []struct {
		id      int64
		who, or string
	}{
		{s.in.mapping.Workspace, "the mapping", ", or correct the mapping's workspace"},
		{s.o.Workspace, "--workspace", ", or correct --workspace"},
		{s.retried.workspace(), "the run that is retried", ""},
	} {
		if want.id != 0 && want.id != s.account.WorkspaceID {
			return exit.New(exit.Credentials,
				fmt.Sprintf("%s is for workspace %d, but these credentials are for %d", want.who, want.id, s.account.WorkspaceID),
				"use the credentials of that workspace"+want.or)
		}
	}
	return nil
}

// date settles when the run began, which the first reading needs to know as well.
func (s *session) date() error {
	claim, err := claimOf(s)
	if mode := s.o.Mode(); mode == runs.Resume || mode == runs.ResumeOrRestart {
		s.job.Begun = s.state().Started(claim)
	}
	if s.job.Begun.IsZero() {
		s.job.Begun = time.Now()
	}
	return err
}

func (s *session) state() runs.State { return runs.State{Dir: s.o.StateDir} }

// begin finds or makes the run's record.
func (s *session) begin() error {
	claim, err := claimOf(s)
	if err != nil {
		return err
	}
	noteLooseState(s.o.StateDir, s.report.Note)
	s.job.Run, err = s.state().Begin(claim, s.o.Mode(), time.Now()) // a run that is continued keeps its beginning
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return exit.Usage(path.Error(), "--state-dir names another place for the records of runs")
	}
	return err
}

// noteLooseState warns of a directory of runs in which others may replace our files.
// That others may read it does no harm: each run's own directory is closed to them.
func noteLooseState(dir string, note func(string)) {
	info, err := os.Stat(dir)
	if err != nil || info.Mode()&os.ModeSticky != 0 || info.Mode().Perm()&0o022 == 0 {
		return
	}
	note(fmt.Sprintf("others may write to %s (mode %04o), where runs are recorded: chmod 700 %s", dir, info.Mode().Perm(), ui.ShellLine([]string{dir})))
}

// chooseSegment finds the segment of the run. app is nil where there is no key.
func (s *session) chooseSegment(ctx context.Context, app *customerio.App) error {
	t := s.target
	t.app, t.wanted = app, cmp.Or(s.retried.segment(), s.o.Segment, s.in.mapping.Segment())
	if app != nil { // its segments, by name or id, and their members
		if _, err := lookup.WorkspaceOf(ctx, app, s.account.WorkspaceID); err != nil {
			return err
		}
	}
	if err := t.choose(ctx); err != nil || t.found.ID == 0 {
		return err // makeSegment creates it
	}
	return s.callSegment()
}

// makeSegment creates the segment if it did not exist, once the run is on record.
func (s *session) makeSegment(ctx context.Context) (err error) {
	t := s.target
	if t.found.ID > 0 {
		return nil
	}
	if t.found, err = t.app.CreateSegment(ctx, t.wanted, ""); err != nil {
		return err
	}
	s.report.Note(fmt.Sprintf("created the manual segment %d, %q", t.found.ID, t.wanted))
	return s.callSegment()
}

func (s *session) callSegment() (err error) {
	s.job.Call, err = customerio.SegmentCall(s.target.found.ID, s.target.remove, s.in.mapping.Match())
	return err
}
