package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/importer"
	"github.com/ciobulk/ciobulk/ratelimit"
	"github.com/ciobulk/ciobulk/rows"
)

// rehearse does all but sending.
func (s *session) rehearse() error {
	path := s.c.String("rejected")
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return usage(fmt.Sprintf("--rejected: %s is no file", path), "")
	}
	if path != "" {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	s.job.RejectedPath = path
	s.job.Forecast = new(importer.Forecast)
	ctx, stop, done := s.signals()
	defer done()
	found, err := s.look(ctx, stop)
	if err != nil {
		return err
	}
	if err := s.expected(ctx, found); err != nil {
		return err
	}
	if found != nil && found.People > 0 {
		s.report.note(fmt.Sprintf("%s would be %s", counted(found.People, "distinct person"), s.done()))
	}
	s.job.Stop = stop
	s.job.Progress = s.report.progress
	summary, err := s.job.Do(ctx)
	return s.conclude(summary, err)
}

// send is the run itself.
func (s *session) send() error {
	ctx, stop, done := s.signals()
	defer done()
	values, err := s.settings(s.c.String("credentials"))
	if err != nil {
		return err
	}
	if s.c.Bool("simulate") {
		end, err := s.simulated(values)
		if err != nil {
			return err
		}
		defer end()
	}
	track, err := s.connect(ctx, stop, values)
	if err != nil {
		return err
	}
	if err := s.date(); err != nil {
		return err
	}
	found, err := s.look(ctx, stop)
	if err != nil {
		return err
	}
	if err := s.consent(ctx, stop, found); err != nil {
		return err
	}
	if found != nil {
		if err := s.unchanged(); err != nil {
			return err
		}
	}
	if err := s.begin(); err != nil {
		return err
	}
	defer s.job.Run.Close()
	s.report.begun(s)
	if err := s.makeSegment(ctx); err != nil {
		return errors.Join(err, s.job.Run.Drop()) // there is nothing to continue
	}
	counting, end := until(ctx, stop)
	defer end()
	var before *int64
	if s.job.Run.Checkpoint.Resumed == 0 { // or what was done before would count as nothing
		before = s.countSegment(counting)
	}
	s.job.Sender, s.job.Stop, s.job.Progress = track, stop, s.report.progress
	summary, err := s.job.Do(ctx)
	s.compareSegment(counting, before, summary)
	s.noteReplaced()
	return s.conclude(summary, err)
}

// look reads the inputs once, where that is needed, until the first signal.
func (s *session) look(ctx context.Context, stop <-chan struct{}) (*importer.Survey, error) {
	ctx, cancel := until(ctx, stop)
	defer cancel()
	return s.survey(ctx)
}

// connect makes the clients, finds out which workspace they open, and finds the
// segment.
func (s *session) connect(ctx context.Context, stop <-chan struct{}, values map[string]string) (*customerio.Track, error) {
	limiter := ratelimit.New(s.rate())
	track, err := s.track(s.c, values, limiter, s.report.waiting)
	if err != nil {
		return nil, err
	}
	ctx, cancel := until(ctx, stop)
	defer cancel()
	if err := s.locate(ctx, track, values["CUSTOMERIO_TRACK_URL"] != ""); err != nil {
		return nil, err
	}
	if !s.c.Bool("simulate") {
		s.share(limiter, s.allowance(track, values), s.report.note)
	}
	if values["CUSTOMERIO_APP_API_KEY"] != "" {
		if s.app, err = s.appClient(s.c, values, s.account.Region, s.report.waiting, s.report.note); err != nil {
			return nil, err
		}
	}
	return track, s.chooseSegment(ctx)
}

// allowance is what the run's requests are counted against. Of shards on one
// machine, all together may spend the whole rate.
func (s *session) allowance(track *customerio.Track, values map[string]string) allowance {
	owner := "site " + values["CUSTOMERIO_SITE_ID"]
	if s.account.WorkspaceID != 0 { // a proxy may hide it
		owner = fmt.Sprintf("workspace %d", s.account.WorkspaceID)
	}
	return allowance{"track", track.BaseURL(), owner, s.c.Float64("rate")}
}

// until returns a context that ends with stop, too.
func until(ctx context.Context, stop <-chan struct{}) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		select {
		case <-stop:
			cancel(importer.ErrInterrupted)
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(nil) }
}

// date settles when the run began, which the first reading needs to know as well.
func (s *session) date() error {
	work, err := s.describe()
	if mode(s.c) == importer.Resume {
		s.job.Begun = s.state().Started(work)
	}
	if s.job.Begun.IsZero() {
		s.job.Begun = time.Now()
	}
	return err
}

func (s *session) state() importer.State { return importer.State{Dir: s.c.String("state-dir")} }

// begin finds or makes the run's record.
func (s *session) begin() error {
	work, err := s.describe()
	if err != nil {
		return err
	}
	s.noteLooseState(s.c.String("state-dir"))
	s.job.Run, err = s.state().Begin(work, mode(s.c), s.job.Begun)
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return usage(path.Error(), "--state-dir names another place for the records of runs")
	}
	if err != nil {
		return err
	}
	if err := s.keepRecipe(); err != nil {
		s.job.Run.Close()
		return fmt.Errorf("cannot record what the run does: %w", err)
	}
	return nil
}

// locate finds out which workspace the credentials open, before anything is
// sent to it.
func (s *session) locate(ctx context.Context, track *customerio.Track, given bool) (err error) {
	s.account, err = track.Locate(ctx)
	if refused, ok := errors.AsType[*customerio.Error](err); ok && given && hidesAccount(refused) {
		s.report.note("the server at CUSTOMERIO_TRACK_URL does not tell which workspace it is")
		err = nil
	}
	if err != nil {
		return err
	}
	for _, want := range []struct {
		id      int64
		who, or string
	}{
		{s.mapping.Workspace, "the mapping", ", or correct the mapping's workspace"},
		{s.c.Int64("workspace"), "--workspace", ", or correct --workspace"},
		{s.retriedWorkspace(), "the run that is retried", ""},
	} {
		if want.id != 0 && want.id != s.account.WorkspaceID {
			return &exitError{exitCredentials,
				fmt.Sprintf("%s is for workspace %d, but these credentials are for %d", want.who, want.id, s.account.WorkspaceID),
				"use the credentials of that workspace" + want.or}
		}
	}
	return nil
}

// hidesAccount tells the answers of a proxy that passes batches on and does not
// know the question which account it is.
func hidesAccount(e *customerio.Error) bool {
	return e.Trouble == customerio.Refused &&
		(e.Status == http.StatusOK || e.Status == http.StatusNotFound || e.Status == http.StatusMethodNotAllowed)
}

// describe says what the run is about, for its checkpoint.
func (s *session) describe() (importer.Work, error) {
	w := importer.Work{Verb: s.job.Verb, Segment: s.wanted, Mapping: s.mapping.Digest(), Workspace: s.account.WorkspaceID, Skip: s.job.Skip, Limit: s.job.Limit}
	if s.job.Shard.Count > 1 {
		w.Shard = s.job.Shard.String()
	}
	if s.c.String("event-ids") == "run" {
		w.EventIDs = "run"
	}
	if s.job.NoTriggers {
		w.Options = "no-triggers"
	}
	if s.job.Class != "" {
		w.Options += " class=" + string(s.job.Class)
	}
	for _, source := range s.job.Sources {
		f, err := workFile(source.Input)
		if err != nil {
			return w, err
		}
		w.Inputs = append(w.Inputs, f)
	}
	return w, nil
}

// workFile is an input as checkpoints know it.
func workFile(in *rows.Input) (f importer.WorkFile, err error) {
	f = importer.WorkFile{Path: in.Path, Size: in.Size, Digest: in.Digest, ReadAs: readAs(in)}
	if f.Path != "-" {
		f.Path, err = filepath.Abs(f.Path)
		f.Path = rows.Printable(f.Path) // which JSON keeps as it is
	}
	return f, err
}

// conclude reports how the run ended and returns the error of its exit code.
func (s *session) conclude(summary *importer.Summary, err error) error {
	if summary == nil {
		return err
	}
	summary.Region = s.account.Region
	if summary.Plan != nil {
		summary.Plan.Seconds = float64(summary.Requests) / s.rate()
	}
	end := s.outcome(summary, err)
	summary.ExitCode = end.code
	summary.Error = end.msg
	saveErr := s.save(summary)
	if saveErr == nil && err == nil && s.job.Run != nil {
		saveErr = s.job.Run.Finish()
	}
	if saveErr != nil && end.code != exitBroken {
		end = &exitError{exitBroken, saveErr.Error(), ""}
	}
	s.report.ended(s, summary, end)
	if end.code == exitDone {
		return nil
	}
	return end
}

// outcome turns what Do returned into an exit code with its message.
func (s *session) outcome(summary *importer.Summary, err error) *exitError {
	if err == nil {
		if summary.Rejected+summary.Unknown > 0 {
			return &exitError{code: exitRejected}
		}
		return &exitError{code: exitDone}
	}
	code, hint := classify(err)
	msg := err.Error()
	if code == exitBudget {
		msg += fmt.Sprintf(": --max-errors is %s", s.c.String("max-errors"))
		hint = "mend what is wrong and go on by --resume; the errors so far do not count then"
	}
	if code == exitUsage && summary.Requests > 0 && !summary.DryRun {
		code = exitBroken // exit code 2 promises that nothing was sent
	}
	return &exitError{code, msg, hint}
}

// save writes the summary and what the flags ask for besides.
func (s *session) save(summary *importer.Summary) error {
	if err := summary.Save(s.job.Run, s.c.String("summary")); err != nil {
		return fmt.Errorf("cannot write the summary: %w", err)
	}
	if path := s.c.String("rejected"); path != "" && s.job.Run != nil {
		if err := s.job.CopyRejected(path); err != nil {
			return fmt.Errorf("cannot write the rejected rows to %s: %w", path, err)
		}
	}
	return nil
}
