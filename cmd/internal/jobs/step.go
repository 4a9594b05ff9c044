package jobs

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/download"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/feed"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/rows"
)

// step runs one step in a program of its own.
func (e *execution) step(ctx context.Context, s *step) (done result) {
	began := time.Now()
	done.Input = s.filesNow()
	p := *e.p
	p.Job, p.Step, p.Args, p.Progressed = e.job.path, s.name, e.args(), nil
	p.Ended = func(o call.Outcome) { done.Outcome = o }
	var text bytes.Buffer
	if e.Parallel > 1 { // so that what several steps print does not mix
		p.Out = &call.Results{Writer: &text}
		if p.Err = (&prefixed{to: e.report, step: s.name}); p.Log != nil {
			p.Err = &shared{to: e.p.Err, mu: &e.mu}
		}
	}
	if e.Parallel == 1 {
		p.Out = &call.Results{Writer: e.p.Out, Paint: e.p.Out.Paint}
	}
	if p.Log != nil {
		p.Log = call.Logger(&p)
	}
	e.announce(&p, s)
	err := e.run(ctx, &p, s)
	done.Code = p.Fail(err)
	if done.Code == exit.Done && p.Out.Err != nil {
		done.Code = exit.Broken
	}
	done.Seconds = time.Since(began).Seconds()
	if e.Parallel > 1 {
		e.mu.Lock()
		_, _ = e.p.Out.Write(text.Bytes()) // Out remembers an error
		e.mu.Unlock()
	}
	return done
}

// overrides reports whether a step has a key of its own for one of the job: credentials
// stand for a profile, and a profile for credentials.
func (s *step) overrides(name string) bool {
	return slices.ContainsFunc(s.settings, func(own setting) bool {
		return own.name == name || name != "workspace" && (own.name == "profile" || own.name == "credentials")
	})
}

// filesNow identifies the files of a step by their names, sizes and times, so that a new
// export is known for one; empty for other inputs.
func (s *step) filesNow() string {
	if len(s.argv) > 0 || isExport(s.words) || slices.ContainsFunc(s.files, download.Is) {
		return ""
	}
	paths, err := rows.Expand(s.files)
	if err != nil {
		return "" // the step says what is wrong
	}
	h := sha256.New()
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil {
			fmt.Fprintf(h, "%s\x00%d\x00%d\x00", path, info.Size(), info.ModTime().UnixNano())
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// announce says which step begins: above its result, so that a file with all results
// has the names too.
func (e *execution) announce(p *call.Program, s *step) {
	from := s.files
	if len(s.argv) > 0 {
		from = s.argv[:1]
	}
	words := slices.Clone(s.words)
	for _, name := range from {
		words = append(words, download.Shown(name))
	}
	text := fmt.Sprintf("step %s: %s", s.name, ui.ShellLine(words))
	if p.Log != nil {
		e.report.Say(slog.LevelInfo, text, "step", s.name)
	} else if !e.Quiet {
		fmt.Fprintf(p.Out, "\n%s\n", ui.Safe(text))
	}
}

// args is the command line that goes on with the job.
func (e *execution) args() []string {
	args := []string{"ciobulk", "run", e.job.path}
	if e.StateDir != call.DefaultStateDir {
		args = append(args, "--state-dir", e.StateDir)
	}
	return args
}

// run fills the options of the step's command, and runs it.
func (e *execution) run(ctx context.Context, p *call.Program, s *step) error {
	c := command.Command{Subs: e.commands(p)}
	for _, word := range s.words {
		i := slices.IndexFunc(c.Subs, func(sub command.Command) bool { return sub.Name == word })
		c = c.Subs[i]
	}
	if e.DryRun && !canRehearse(c) {
		e.report.Note(fmt.Sprintf("step %s cannot be rehearsed: %s reads from Customer.io", s.name, strings.Join(s.words, " ")))
		return nil
	}
	if err := e.fill(c, s); err != nil {
		return err
	}
	if takesRows(c) {
		p.Around = func(run func() error) error { return s.around(p, run) }
		s.guards.allowEmpty = slices.ContainsFunc(s.settings, func(set setting) bool { return set.name == "allow-empty" })
		p.Guard = func(n int64) error { return s.guards.rows(n, e.record.lastRows(s.name), p.Guarded) }
	}
	if len(s.argv) > 0 {
		input, err := feed.Start(ctx, s.argv, func(line string) { e.report.Note(s.name + ": " + line) })
		if err != nil {
			return exit.Usage(fmt.Sprintf("step %s: %v", s.name, err), "the first word of command: is the program")
		}
		defer input.Close()
		p.In = input
	}
	if isExport(s.words) {
		return c.Run(ctx, nil)
	}
	return c.Run(ctx, s.files)
}

// around refuses an input that is too old or is empty.
func (s *step) around(p *call.Program, run func() error) error {
	if len(s.argv) == 0 {
		if err := s.guards.age(s.files, time.Now(), p.Guarded); err != nil {
			return err
		}
	}
	err := run()
	if empty, is := errors.AsType[*rows.Error](err); is && (empty.Kind == rows.Empty || empty.Kind == rows.EmptySheet) {
		p.Guarded("empty", "refused", "0 rows")
		return refused(empty.Error())
	}
	return err
}

func canRehearse(c command.Command) bool {
	_, can := command.Named(c.Flags, "dry-run")
	return can
}

// fill sets the flags of the step's command: those of the job, those of the step, and
// those that say how it is run.
func (e *execution) fill(c command.Command, s *step) error {
	all := slices.Clone(s.settings)
	for _, d := range e.job.defaults {
		if !s.overrides(d.name) {
			all = append([]setting{d}, all...)
		}
	}
	if isExport(s.words) {
		all = append(all, setting{name: "output", values: s.files})
	}
	for _, o := range []struct{ name, value string }{
		{"log-format", e.LogFormat}, {"quiet", fmt.Sprint(e.Quiet)}, {"no-progress", fmt.Sprint(e.NoProgress || e.Parallel > 1)},
		{"state-dir", e.StateDir}, {"dry-run", fmt.Sprint(e.DryRun)}, {"resume-or-restart", "true"},
	} {
		all = append(all, setting{name: o.name, values: []string{o.value}})
	}
	for _, set := range all {
		f, has := command.Named(c.Flags, set.name)
		if !has {
			continue // a default of the job that this command does not have
		}
		for _, value := range set.values {
			if err := f.Apply(value); err != nil {
				return err
			}
		}
	}
	return nil
}
