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
)

// rehearse does all but sending.
func (s *session) rehearse() error {
	path := s.c.String("rejected")
	if path != "" {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	s.job.RejectedPath = path
	s.job.Sample = s.report.sample
	ctx, stop, done := s.signals()
	defer done()
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
	track, err := s.track(s.c, values, ratelimit.New(s.rate()), s.report.waiting)
	if err != nil {
		return err
	}
	if err := s.locate(ctx, stop, track, values["CUSTOMERIO_TRACK_URL"] != ""); err != nil {
		return err
	}
	work, err := s.describe()
	if err != nil {
		return err
	}
	s.job.Run, err = importer.State{Dir: s.c.String("state-dir")}.Begin(work, mode(s.c), time.Now())
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return usage(path.Error(), "--state-dir names another place for the records of runs")
	}
	if err != nil {
		return err
	}
	defer s.job.Run.Close()
	s.report.begun(s)
	s.job.Sender, s.job.Stop, s.job.Progress = track, stop, s.report.progress
	summary, err := s.job.Do(ctx)
	return s.conclude(summary, err)
}

// locate finds out which workspace the credentials open, before anything is
// sent to it.
func (s *session) locate(ctx context.Context, stop <-chan struct{}, track *customerio.Track, given bool) error {
	var err error
	s.account, err = s.ask(ctx, stop, track)
	if refused, ok := errors.AsType[*customerio.Error](err); ok && given && hidesAccount(refused) {
		s.report.note("the server at CUSTOMERIO_TRACK_URL does not tell which workspace it is")
		err = nil
	}
	if err != nil {
		return err
	}
	if want := s.mapping.Workspace; want != 0 && want != s.account.WorkspaceID {
		return &exitError{exitCredentials,
			fmt.Sprintf("the mapping is for workspace %d, but these credentials are for %d", want, s.account.WorkspaceID),
			"use the credentials of that workspace, or correct the mapping's workspace"}
	}
	return nil
}

// hidesAccount tells the answers of a proxy that passes batches on and does not
// know the question which account it is.
func hidesAccount(e *customerio.Error) bool {
	return e.Trouble == customerio.Refused &&
		(e.Status == http.StatusOK || e.Status == http.StatusNotFound || e.Status == http.StatusMethodNotAllowed)
}

// ask asks for the account, until the first signal.
func (s *session) ask(ctx context.Context, stop <-chan struct{}, track *customerio.Track) (customerio.Account, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-stop:
			cancel(importer.ErrInterrupted)
		case <-ctx.Done():
		}
	}()
	return track.Locate(ctx)
}

// describe says what the run is about, for its checkpoint.
func (s *session) describe() (importer.Work, error) {
	w := importer.Work{Verb: s.verb, Mapping: s.mapping.Digest(), Workspace: s.account.WorkspaceID, Skip: s.job.Skip, Limit: s.job.Limit}
	if s.job.Shard.Count > 1 {
		w.Shard = s.job.Shard.String()
	}
	for _, source := range s.job.Sources {
		f := importer.WorkFile{Path: source.Input.Path, Size: source.Input.Size, Digest: source.Input.Digest}
		if f.Path != "-" {
			path, err := filepath.Abs(f.Path)
			if err != nil {
				return w, err
			}
			f.Path = path
		}
		w.Inputs = append(w.Inputs, f)
	}
	return w, nil
}

// conclude reports how the run ended and returns the error of its exit code.
func (s *session) conclude(summary *importer.Summary, err error) error {
	if summary == nil {
		return err
	}
	summary.Region = s.account.Region
	end := s.outcome(summary, err)
	summary.ExitCode = end.code
	summary.Error = end.msg
	if saveErr := s.save(summary); saveErr != nil && end.code != exitBroken {
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
	if code == exitUsage && summary.Requests > 0 && !summary.DryRun {
		code = exitBroken // exit code 2 promises that nothing was sent
	}
	return &exitError{code, err.Error(), hint}
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
