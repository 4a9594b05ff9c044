package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/lookup"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/importer"
	"github.com/ciobulk/ciobulk/readback"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/ciobulk/ciobulk/runs"
)

// proofOptions are about reading back what a run has sent.
type proofOptions struct {
	ReadBack   int64 // people; 0: none
	Gone       bool  // everyone is looked up, before and after
	ProofDelay time.Duration
}

const partProof = "Proof"

func (o *proofOptions) flags() []command.Flag {
	o.ProofDelay = time.Minute
	return []command.Flag{
		{Name: "verify", Value: "N", Part: partProof, Into: command.Whole(&o.ReadBack, 1, 1<<62, "a number of people"), Usage: "after the run, read a sample of N people back and compare; needs an App API key"},
		{Name: "settle", Value: "DURATION", Part: partProof, Into: command.Duration(&o.ProofDelay), Usage: "how long people who differ are asked for again"},
	}
}

// refuseProof returns an error if people are to be read back and cannot be, before
// anything is sent.
func refuseProof(ctx context.Context, s *session) error {
	if s.o.ReadBack == 0 && !s.o.Gone {
		return nil
	}
	if s.access.Opened == nil {
		return exit.Usage("--verify needs CUSTOMERIO_APP_API_KEY, to look people up; nothing was sent", "set it, or leave out --verify")
	}
	_, err := lookup.WorkspaceOf(ctx, s.access.Opened, s.account.WorkspaceID)
	return err
}

// prove reads people of a run back that has ended: a sample, or everyone it has deleted.
func prove(ctx context.Context, s *session, stop <-chan struct{}, summary *runs.Summary) (err error) {
	if s.o.Gone {
		return proveGone(ctx, s, stop, summary)
	}
	if s.o.ReadBack == 0 || summary.Accepted == 0 {
		return nil
	}
	ctx, end := call.Until(ctx, stop)
	defer end()
	again := s.job
	if again.Sources, err = s.in.again(); err != nil {
		return err
	}
	defer closeSources(again.Sources)
	job := &readback.Job{Import: &again, App: s.access.Opened, Size: s.o.ReadBack, Seed: 1, Settle: s.o.ProofDelay, Note: s.report.Note}
	if job.Left, err = importer.Undelivered(again.Sources, s.job.Run, s.job.Changed); err != nil {
		return err
	}
	progress, done := s.report.Watch()
	job.Progress = func(done, total int64) { progress("people", done, total) }
	found, err := job.Do(ctx)
	done()
	s.report.Clear()
	if err != nil {
		return fmt.Errorf("the rows were sent, but people cannot be read back: %w", s.access.Mistaken(err))
	}
	if found.People == 0 {
		return nil
	}
	v := &ui.ReadBack{Result: found}
	if v.Short() {
		v.File = differsIn(s.job.Run.Dir, s)
		if err := listDifferences(ctx, s, job, v.File); err != nil {
			return err
		}
	}
	v.Sentence = v.Say()
	s.proof, summary.Verified = v, v
	return nil
}

// differsIn is the file of differences in a directory: of the form of the first input.
func differsIn(dir string, s *session) string {
	if s.in.sources[0].Input.Format != rows.CSV {
		return filepath.Join(dir, "differs.jsonl")
	}
	return filepath.Join(dir, "differs.csv")
}

// listDifferences writes the rows of the people who differ to path.
func listDifferences(ctx context.Context, s *session, job *readback.Job, path string) error {
	sources, err := s.in.again()
	if err != nil {
		return err
	}
	defer closeSources(sources)
	if err := job.WriteDifferences(ctx, sources, path); err != nil {
		return fmt.Errorf("cannot write the rows that differ: %w", err)
	}
	return nil
}
