package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/ciobulk/ciobulk/importer"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/urfave/cli/v2"
	"golang.org/x/term"
)

// reporter tells the user what goes on, in words or as JSON. Its methods may be
// called from any goroutine.
type reporter struct {
	out, err io.Writer
	quiet    bool
	lines    bool // plain lines about progress
	log      *slog.Logger
	bar      *bar // nil: no terminal, or none is wanted
	plan     bool // the result is one object of JSON

	mu     sync.Mutex
	begin  time.Time
	last   time.Time // when progress was last told
	before importer.Progress
}

// progressEvery is how often plain lines tell about progress.
const progressEvery = 10 * time.Second

func (p *program) newReporter(c *cli.Context) *reporter {
	r := &reporter{out: p.out, err: p.err, log: p.log, quiet: c.Bool("quiet"), plan: p.planJSON, begin: time.Now(), last: time.Now()}
	r.lines = !r.quiet && !c.Bool("no-progress")
	if f, ok := p.err.(*os.File); ok && r.lines && r.log == nil && term.IsTerminal(int(f.Fd())) {
		r.bar = newBar(f)
	}
	return r
}

// say prints one line, or one object.
func (r *reporter) say(level slog.Level, msg string, args ...any) {
	if r.quiet {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.log != nil {
		r.log.Log(context.Background(), level, msg, args...)
		return
	}
	if r.bar != nil {
		r.bar.clear()
	}
	fmt.Fprintf(r.err, "ciobulk: %s\n", tame(msg))
}

// note tells what is no error and may matter.
func (r *reporter) note(text string) { r.say(slog.LevelWarn, text) }

// opened tells what an input was found to be.
func (r *reporter) opened(in *rows.Input) {
	r.say(slog.LevelInfo, in.Name+": "+strings.Join(facts(in), ", "), attributes(in)...)
	for _, note := range in.Notes {
		r.note(note)
	}
}

// begun tells where a run goes and whether it goes on.
func (r *reporter) begun(s *session) {
	c := s.job.Run.Checkpoint
	msg := fmt.Sprintf("%s in %s, run %s", s.verb.name, s.place(), s.job.Run.Name)
	if c.Resumed > 0 {
		msg += fmt.Sprintf(", resumed behind row %s", grouped(c.Rows))
		if c.Ahead.Rows > 0 {
			msg += ": it was killed, and what it had sent of the rows behind that is sent again"
		}
		r.before = importer.Progress{Ledger: c.Ledger, Requests: c.Requests}
	}
	r.say(slog.LevelInfo, msg)
}

// waiting tells that the service does not answer well, or does again.
func (r *reporter) waiting(reason error) {
	if reason == nil {
		r.say(slog.LevelInfo, "Customer.io answers again")
		return
	}
	r.say(slog.LevelWarn, fmt.Sprintf("waiting for Customer.io: %v", reason))
}

// progress tells how far the run is: on the bar, or in a line now and then.
func (r *reporter) progress(p importer.Progress) {
	if !r.lines {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	rate := r.pace(p)
	if r.bar != nil {
		r.bar.show(p, rate)
		return
	}
	if time.Since(r.last) < progressEvery {
		return
	}
	r.last = time.Now()
	if r.log != nil {
		r.log.Info("progress", "rows", p.Rows, "accepted", p.Accepted, "rejected", p.Rejected, "unknown", p.Unknown,
			"requests", p.Requests, "retries", p.Retries, "rows_per_second", int64(rate.rows), "requests_per_second", int64(rate.requests),
			"bytes_read", p.Read, "bytes_total", p.Size, "eta_seconds", int64(rate.left.Seconds()))
		return
	}
	line := progressLine(p, rate)
	if p.Size > 0 {
		line = fmt.Sprintf("%d %%, %s", p.Read*100/p.Size, line)
	}
	fmt.Fprintf(r.err, "ciobulk: %s\n", line)
}

// pace is how fast a run is, over all of this process.
type pace struct {
	rows, requests float64       // a second
	left           time.Duration // negative where it cannot be told
}

func (r *reporter) pace(p importer.Progress) pace {
	elapsed := time.Since(r.begin).Seconds()
	rate := pace{left: -1}
	if elapsed <= 0 {
		return rate
	}
	rate.rows = float64(p.Rows-r.before.Rows) / elapsed
	rate.requests = float64(p.Requests-r.before.Requests) / elapsed
	if r.before.Read == 0 && r.before.Rows > 0 {
		r.before.Read = p.Read // the first block after a resume
	}
	if done := p.Read - r.before.Read; p.Size > 0 && done > 0 {
		rate.left = time.Duration(float64(p.Size-p.Read) / float64(done) * elapsed * float64(time.Second))
	}
	return rate
}

func progressLine(p importer.Progress, rate pace) string {
	line := fmt.Sprintf("%s rows, %s rows/s, %.0f requests/s, %s rejected",
		grouped(p.Rows), grouped(int64(rate.rows)), rate.requests, grouped(p.Rejected+p.Unknown))
	if rate.left >= 0 {
		line += fmt.Sprintf(", %v left", rate.left.Round(time.Second))
	}
	return line
}

// ended prints the run's result: a table, or the summary as one line of JSON.
func (r *reporter) ended(s *session, summary *importer.Summary, end *exitError) {
	if r.bar != nil {
		r.bar.clear()
	}
	if r.plan {
		if text, err := json.MarshalIndent(planOf(summary), "", "  "); err == nil {
			fmt.Fprintf(r.out, "%s\n", text)
		}
		return
	}
	if r.quiet {
		return
	}
	if r.log != nil {
		line, err := json.Marshal(summary)
		if err == nil {
			fmt.Fprintf(r.out, "%s\n", line)
		}
		return
	}
	t := table{summary: summary, session: s, end: end}
	fmt.Fprint(r.out, tame(t.text()))
}

// grouped writes a number with commas between its thousands.
func grouped(n int64) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
