package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/importer"
	"github.com/ciobulk/ciobulk/runs"
)

// execution is one time that a job is done.
type execution struct {
	*options
	p        *call.Program
	commands Commands
	report   *call.Reporter
	job      *job
	record   *record
	results  map[string]result // of the goroutine of steps

	mu sync.Mutex // above what steps that run at once print
}

// partial reports whether the execution does not do the job as a whole: what it does
// is not what a killed job has done.
func (e *execution) partial() bool { return e.Only != "" || e.From != "" || e.DryRun }

// do does the steps and returns the job's exit code.
func (e *execution) do(ctx context.Context) (code int, err error) {
	ctx, stop, done := call.Signals(ctx, func(string) {}) // each step says it
	defer done()
	began := time.Now()
	if !e.partial() {
		changed := e.record.kept.Version > 0 && !e.record.kept.Ended && e.record.kept.Job != e.job.digest
		again, err := e.record.begin(e.job, began)
		switch {
		case err != nil:
			return 0, err
		case again:
			e.report.Note(e.job.path + " was stopped before its end; going on with it")
		case changed:
			e.report.Note(e.job.path + " was stopped before its end, and has changed since; starting with its first step")
		}
	}
	ping := e.pinger()
	ping.started()
	e.results = e.earlier()
	stopped, err := e.steps(ctx, stop)
	if err == nil && !stopped && !e.partial() {
		err = e.record.end()
	}
	if err == nil && !stopped && !e.DryRun {
		e.prune()
	}
	if err != nil {
		code, _ = exit.Classify(err)
		ping.ended(code, e.summary(code, began))
		return code, err
	}
	code = e.code(stopped)
	ping.ended(code, e.summary(code, began))
	return code, e.print(code, began)
}

// earlier are the steps that had finished when the job was killed, and whose files are
// as they were then. What comes after a step that is done again is done again as well.
func (e *execution) earlier() map[string]result {
	results := make(map[string]result)
	if e.partial() {
		return results
	}
	for range e.job.steps { // each time, those are found that come after the ones of before
		for _, s := range e.job.steps {
			done, is := e.record.earlier(s.name)
			again := slices.ContainsFunc(s.after, func(name string) bool { _, has := results[name]; return !has })
			if is && !again && done.Input == s.filesNow() {
				results[s.name] = done
			}
		}
	}
	return results
}

// steps runs the steps, each once those that it comes after have finished. stopped says
// that a signal ended that.
func (e *execution) steps(ctx context.Context, stop <-chan struct{}) (stopped bool, err error) {
	ended := make(chan named)
	running := 0
	for {
		select {
		case <-stop:
			stopped = true
		default:
		}
		for !stopped && running < int(e.Parallel) {
			s, more, err := e.next()
			if err != nil {
				return stopped, err
			}
			if !more {
				break
			}
			e.results[s.name] = result{Code: stillRunning}
			running++
			go func() { ended <- named{s.name, e.step(ctx, s)} }() // it is waited for below
		}
		if running == 0 {
			return stopped, nil
		}
		done := <-ended
		running--
		e.results[done.name] = done.result
		e.progress()
		stopped = stopped || done.Code == exit.Interrupted
		if !e.partial() && done.Code != exit.Interrupted {
			err = errors.Join(err, e.record.note(done.name, done.result))
		}
	}
}

// progress tells the metrics of the job what its steps came to so far.
func (e *execution) progress() {
	if e.p.Progressed == nil {
		return
	}
	var all runs.Ledger
	for _, done := range e.results {
		all.Rows, all.Accepted, all.Rejected = all.Rows+done.Rows, all.Accepted+done.Accepted, all.Rejected+done.Rejected
	}
	e.p.Progressed(importer.Progress{Ledger: all})
}

// named is the result of a step.
type named struct {
	name string
	result
}

// stillRunning is the code of a step that has not ended.
const stillRunning = -1

// next returns the first step that may run now. Steps that are not to run any more get
// their results on the way.
func (e *execution) next() (s *step, more bool, err error) {
	for _, s := range e.job.steps {
		if _, has := e.results[s.name]; has || !s.chosen {
			continue
		}
		ready, failed := e.ready(s)
		if failed != "" {
			e.report.Note(fmt.Sprintf("step %s is skipped: step %s failed", s.name, failed))
			e.results[s.name] = result{Skipped: failed}
			return e.next() // those that come after it
		}
		if ready {
			return s, true, nil
		}
	}
	return nil, false, nil
}

// ready reports whether all steps that a step comes after have finished. Steps that are
// not chosen do not count.
func (e *execution) ready(s *step) (ready bool, failed string) {
	ready = true
	for _, name := range s.after {
		at := slices.IndexFunc(e.job.steps, func(other *step) bool { return other.name == name })
		done, has := e.results[name]
		switch {
		case !e.job.steps[at].chosen:
		case !has || done.Code == stillRunning:
			ready = false
		case !done.finished():
			return false, name
		}
	}
	return ready, ""
}

// code is the job's exit code: that of the first step that did not end with 0.
func (e *execution) code(stopped bool) int {
	if stopped {
		return exit.Interrupted
	}
	for _, s := range e.job.steps {
		if done, has := e.results[s.name]; has && done.Skipped == "" && done.Code != exit.Done {
			return done.Code
		}
	}
	return exit.Done
}

// prune removes old runs, as the job says. That it could not is a note: what the steps
// did has been done.
func (e *execution) prune() {
	if e.job.keep < 0 && e.job.personal < 0 {
		return
	}
	done, err := runs.Prune{OlderThan: e.job.keep, Keep: -1, Personal: e.job.personal}.Do(e.StateDir, time.Now())
	if err != nil {
		e.report.Note(fmt.Sprintf("cannot remove old runs: %v", err))
	}
	if len(done.Runs)+len(done.Personal) > 0 {
		e.report.Say(slog.LevelInfo, fmt.Sprintf("removed %s, and the people's data of %s more", ui.Counted(int64(len(done.Runs)), "old run"), ui.Grouped(int64(len(done.Personal)))))
	}
}

func (e *execution) summary(code int, began time.Time) summary {
	s := summary{Job: e.job.path, Code: code, Seconds: time.Since(began).Seconds(), Finished: time.Now().UTC(), Steps: []stepResult{}}
	for _, step := range e.job.steps {
		if done, has := e.results[step.name]; has {
			s.Steps = append(s.Steps, stepResult{step.name, done})
		}
	}
	return s
}

// print prints the result of the job.
func (e *execution) print(code int, began time.Time) error {
	s := e.summary(code, began)
	var err error
	switch {
	case e.LogFormat == "json":
		err = call.PrintLine(e.p.Out, s)
	case !e.Quiet:
		_, err = fmt.Fprint(e.p.Out, "\n"+ui.Safe(s.String()))
		if code == exit.Interrupted {
			e.report.Note("to go on: " + ui.ShellLine(e.args()))
		}
	}
	return err
}
