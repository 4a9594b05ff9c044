package cli

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/importer"
	"github.com/ciobulk/ciobulk/readback"
	"github.com/ciobulk/ciobulk/runs"
)

// goneFlags are the flags of verbs that delete people.
func (o *proofOptions) goneFlags() []command.Flag {
	o.ProofDelay = time.Minute
	return []command.Flag{
		{Name: "verify", Part: partProof, Into: command.OnOff(&o.Gone), Usage: "look everyone up before and after; receipt.csv says who was found; needs an App API key"},
		{Name: "settle", Value: "DURATION", Part: partProof, Into: command.Duration(&o.ProofDelay), Usage: "how long people who are still there are looked up again"},
	}
}

// whoIsThere looks the people of the rows up: 100 with a request.
func whoIsThere(ctx context.Context, s *session, settle time.Duration) (there map[uint64]bool, found *readback.Result, err error) {
	again := s.job
	if again.Sources, err = s.in.again(); err != nil {
		return nil, nil, err
	}
	defer closeSources(again.Sources)
	job := &readback.Job{Import: &again, App: s.access.Opened, Seed: 1, Settle: settle, Plain: true, Note: s.report.Note}
	progress, stop := s.report.Watch()
	job.Progress = func(done, total int64) { progress("people", done, total) }
	found, err = job.Do(ctx)
	stop()
	s.report.Clear()
	if err != nil {
		return nil, nil, fmt.Errorf("people cannot be looked up: %w", s.access.Mistaken(err))
	}
	return job.Differing(), found, nil
}

// lookBefore records who is there before the first request. A resumed run has what was
// recorded, or cannot know.
func lookBefore(ctx context.Context, s *session, stop <-chan struct{}) error {
	run := s.job.Run
	if !s.o.Gone || run.Checkpoint.Resumed > 0 { // rows may have been sent
		return nil
	}
	ctx, end := call.Until(ctx, stop)
	defer end()
	there, _, err := whoIsThere(ctx, s, 0)
	if err != nil {
		return err
	}
	return runs.Proof{Run: run}.NoteBefore(there)
}

// proveGone looks everyone up after the run, and adds what was found to the receipt.
func proveGone(ctx context.Context, s *session, stop <-chan struct{}, summary *runs.Summary) error {
	if summary.ReceiptFile == "" {
		return nil
	}
	ctx, end := call.Until(ctx, stop)
	defer end()
	proof := runs.Proof{Run: s.job.Run}
	before, err := proof.Before()
	if err != nil {
		return err
	}
	after, result, err := whoIsThere(ctx, s, s.o.ProofDelay)
	if err != nil {
		return err
	}
	names, err := namesOf(ctx, s, before, after)
	if err != nil {
		return err
	}
	summary.ReceiptSHA256, err = proof.Complete(func(match, name string) (string, string) {
		if cells, known := names[match+"\x00"+name]; known {
			return cells[0], cells[1]
		}
		return "unknown", "unknown"
	})
	v := &ui.ReadBack{Result: result, Absent: true}
	v.Sentence = v.Say()
	s.proof, summary.Verified = v, v
	return err
}

// namesOf reads the rows again, for how the receipt names the people: someone may be
// written in several ways.
func namesOf(ctx context.Context, s *session, before, after map[uint64]bool) (names map[string][2]string, err error) {
	again := s.job
	if again.Sources, err = s.in.again(); err != nil {
		return nil, err
	}
	defer closeSources(again.Sources)
	names = make(map[string][2]string)
	_, err = importer.Each(ctx, &again, func(v *importer.Visit) error {
		was := "unknown"
		if before != nil {
			was = strconv.FormatBool(before[v.Hash])
		}
		hash := v.Hash
		value, _, _ := v.Mapper.Identify(v.Block, v.Record)
		names[string(v.Mapper.Match())+"\x00"+s.job.Receipt.Name(value)] = [2]string{was, strconv.FormatBool(after[hash])}
		return nil
	})
	return names, err
}
