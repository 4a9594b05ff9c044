// Package call is what one call of the program has, for the packages of commands: its
// arguments, streams and environment, what it says while it works, the signals that
// end it, and the options that several commands share. Start with Program and Reporter.
package call

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/access"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/importer"
	"github.com/ciobulk/ciobulk/runs"
)

// Program is one call of ciobulk.
type Program struct {
	Args []string
	In   io.Reader
	Out  *Results
	Err  io.Writer // everything else
	Env  *access.Env
	Log  *slog.Logger // set when messages are to be JSON

	quiet     bool
	run       string // its name, once it is known; in each line of JSON
	workspace int64

	MaxPerSecond float64 // the upper limit of --rate; benchmarks go beyond the service's

	// Progressed is told how far a run is, from any goroutine; nil: no one is.
	Progressed func(importer.Progress)

	// What the step of a job has in addition. Around calls what the step does, unless its
	// input must not be read. Guard is told how many rows there are, before anything is
	// sent: an error ends the step. Ended is told what the step came to.
	Job    string // the path of its file
	Step   string
	Around func(func() error) error
	Guard  func(rows int64) error
	Ended  func(Outcome)

	Guards []runs.Guard // that the command was held to, so far
}

// Outcome is what a step of a job came to.
type Outcome struct {
	Run      string `json:"run,omitempty"`
	Rows     int64  `json:"rows"` // of an export, its records
	Accepted int64  `json:"accepted"`
	Rejected int64  `json:"rejected"` // and unknown ones
}

// Do does what a command does: as its job wants it, if it is a step.
func (p *Program) Do(run func() error) error {
	if p.Around == nil {
		return run()
	}
	return p.Around(run)
}

// Guarded notes what a guard has found, whether it holds or not. Where there is no limit,
// nothing is guarded.
func (p *Program) Guarded(name, limit, found string) {
	if limit != "" {
		p.Guards = append(p.Guards, runs.Guard{Name: name, Limit: limit, Found: found})
	}
}

// End tells the job of an outcome, if there is one.
func (p *Program) End(o Outcome) {
	if p.Ended != nil {
		p.Ended(o)
	}
}

// Bind gives a command the program that it is called by.
func Bind(p *Program, run func(context.Context, *Program, []string) error) func(context.Context, []string) error {
	return func(ctx context.Context, args []string) error { return run(ctx, p, args) }
}

// Fail prints err, if there is one, and returns its exit code.
func (p *Program) Fail(err error) int {
	if err == nil {
		return exit.Done
	}
	err = exit.Worded(err)
	code, hint := exit.Classify(err)
	hint = strings.TrimSuffix(hint, ".")
	if p.Log == nil && p.wantsJSON() {
		p.Log = Logger(p)
	}
	if p.Log != nil {
		if err.Error() != "" {
			p.Log.Error(err.Error(), "exit_code", code, "hint", hint)
		}
		p.failed(code, err.Error(), hint)
		return code
	}
	paint := ui.PaintOf(p.Err, p.Env.Getenv)
	if err.Error() != "" {
		fmt.Fprintf(p.Err, "%s %s\n", paint.Red("ciobulk:"), ui.Safe(err.Error()))
	}
	if hint != "" {
		fmt.Fprintf(p.Err, "%s %s\n", paint.Yellow("hint:"), ui.Safe(hint))
	}
	return code
}

// wantsJSON reports whether the arguments ask for JSON, where they were not understood.
func (p *Program) wantsJSON() bool {
	at := slices.Index(p.Args, "--log-format")
	return slices.Contains(p.Args, "--log-format=json") || at >= 0 && at+1 < len(p.Args) && p.Args[at+1] == "json"
}

// failed prints the result of a command that has printed none, as one line of JSON: a
// summary of no rows.
func (p *Program) failed(code int, msg, hint string) {
	if p.quiet || p.Out.Printed {
		return
	}
	now := time.Now().UTC()
	s := runs.Summary{ExitCode: code, Error: msg, Hint: hint, Step: p.Step, Workspace: p.workspace, Inputs: []string{}, Reasons: []runs.Reason{}, StartedAt: now, FinishedAt: now}
	if len(p.Args) > 1 {
		s.Verb = p.Args[1]
	}
	_ = PrintLine(p.Out, s) // Out remembers an error
}

// Warn is the note of a command without a reporter.
func (p *Program) Warn(text string) { fmt.Fprintf(p.Err, "ciobulk: %s\n", ui.Safe(text)) }

// Results is where results go. It remembers that they could not be written, so that
// the exit code is not 0 then.
type Results struct {
	io.Writer
	Err     error
	Paint   ui.Paint
	Printed bool // something was
}

// Write writes to the stream.
func (r *Results) Write(p []byte) (int, error) {
	r.Printed = true
	n, err := r.Writer.Write(p)
	if err != nil && r.Err == nil {
		r.Err = err
	}
	return n, err
}
