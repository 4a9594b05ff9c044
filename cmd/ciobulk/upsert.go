package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/importer"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/ratelimit"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/urfave/cli/v2"
)

func (p *program) upsertCommand() *cli.Command {
	return &cli.Command{
		Name:      "upsert",
		Usage:     "create people and set their attributes",
		ArgsUsage: "FILE…",
		Flags:     rowFlags(),
		Description: `Each row of the files becomes one person: created if there is none, updated
if there is. FILE is a path, a pattern in quotes, or - for standard input; CSV or
JSONL, plain, gzip or zstd. Without a mapping, --match is enough: every other
column becomes the attribute of its name, as it stands.`,
		UsageText: `ciobulk upsert people.csv -m people.yaml
ciobulk upsert people.csv -m people.yaml --dry-run
ciobulk upsert people.csv --match email=E-mail --simulate
ciobulk upsert 'export/*.jsonl.gz' --match id --resume --log-format json
echo '{"id":"123","plan":"pro"}' | ciobulk upsert --match id -`,
		Action: func(c *cli.Context) error { return p.rows(c, "upsert") },
	}
}

// session is one call of a verb that turns rows into operations.
type session struct {
	*program
	c       *cli.Context
	verb    string
	mapping *mapping.Mapping
	job     importer.Job
	account customerio.Account
	work    importer.Work
	report  *reporter
}

// rows runs a verb over the files of the command line.
func (p *program) rows(c *cli.Context, verb string) error {
	if p.getenv("GOGC") == "" {
		// The buffers of a run are made once and live as long as it does, and
		// there is next to no garbage: collecting sooner is cheap, and the
		// default would let the heap grow to twice the buffers.
		debug.SetGCPercent(25)
	}
	s := &session{program: p, c: c, verb: verb}
	if err := checkFlags(c); err != nil {
		return err
	}
	s.report = p.newReporter(c)
	if err := s.open(); err != nil {
		return err
	}
	defer s.close()
	if c.Bool("dry-run") {
		return s.rehearse()
	}
	return s.send()
}

// open reads the mapping, opens the inputs and binds the one to the others.
func (s *session) open() error {
	if s.c.NArg() == 0 {
		return usage("no file to read", `name one or more, or - for standard input: ciobulk `+s.verb+` people.csv --match id`)
	}
	var err error
	if s.mapping, err = s.readMapping(); err != nil {
		return err
	}
	options, err := inputOptions(s.c)
	if err != nil {
		return err
	}
	options.Stdin = s.in
	paths, err := rows.Expand(s.c.Args().Slice())
	if err != nil {
		return err
	}
	for _, path := range paths {
		if err := s.openInput(path, options); err != nil {
			return err
		}
	}
	s.job.Verb = s.verb
	s.job.Concurrency, s.job.BatchRows = s.c.Int("concurrency"), s.c.Int("batch-rows")
	s.job.Skip, s.job.Limit = s.c.Int64("skip"), s.c.Int64("limit")
	if s.job.Budget, err = budget(s.c); err != nil {
		return err
	}
	if err := s.job.Check(); err != nil {
		return usage(err.Error(), "")
	}
	return s.checkOutputs()
}

func (s *session) close() {
	for _, source := range s.job.Sources {
		source.Input.Close()
	}
}

func (s *session) readMapping() (*mapping.Mapping, error) {
	file, match := s.c.String("mapping"), s.c.String("match")
	var m *mapping.Mapping
	switch {
	case file != "":
		source, err := os.ReadFile(file)
		if err != nil {
			return nil, usage(fmt.Sprintf("--mapping: %v", err), "")
		}
		if m, err = mapping.Parse(file, source, match != ""); err != nil {
			return nil, err
		}
		if match != "" {
			if err := m.SetMatch(match); err != nil {
				return nil, err
			}
		}
	case match != "":
		var err error
		if m, err = mapping.FromMatch(match); err != nil {
			return nil, err
		}
	default:
		return nil, usage("nothing says how to find people", "give a mapping by -m FILE, or --match id|email|cio_id|phone[=COLUMN]")
	}
	if where := s.c.String("where"); where != "" {
		m.AddWhere(where)
	}
	return m, m.CheckVerb(s.verb)
}

func (s *session) openInput(path string, o rows.Options) error {
	in, err := rows.Open(path, o)
	if err != nil {
		return err
	}
	s.report.opened(in)
	plan, err := s.mapping.Bind(in)
	if err != nil {
		in.Close()
		return err
	}
	for _, note := range plan.Notes {
		s.report.note(note)
	}
	s.job.Sources = append(s.job.Sources, importer.Source{Input: in, Plan: plan})
	return nil
}

// checkOutputs refuses to write over an input.
func (s *session) checkOutputs() error {
	for _, flag := range []string{"rejected", "summary"} {
		out, err := os.Stat(s.c.String(flag))
		if err != nil {
			continue // nothing there yet, or no such flag
		}
		for _, source := range s.job.Sources {
			if in, err := os.Stat(source.Input.Path); err == nil && os.SameFile(in, out) {
				return usage(fmt.Sprintf("--%s names the input %s, which would be overwritten", flag, source.Input.Path), "")
			}
		}
	}
	return nil
}

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
	track, err := s.track(s.c, values, ratelimit.New(s.c.Float64("rate")), s.report.waiting)
	if err != nil {
		return err
	}
	if err := s.locate(ctx, stop, track, values["CUSTOMERIO_TRACK_URL"] != ""); err != nil {
		return err
	}
	if s.work, err = s.describe(); err != nil {
		return err
	}
	s.job.Run, err = importer.State{Dir: s.c.String("state-dir")}.Begin(s.work, mode(s.c), time.Now())
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
	if refused, ok := errors.AsType[*customerio.Error](err); ok && refused.Status == 404 && given {
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
