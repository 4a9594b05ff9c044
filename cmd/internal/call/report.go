package call

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/importer"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/ciobulk/ciobulk/runs"
)

// Reporter says what happens while a command works, in words or as JSON. Its methods
// may be called from any goroutine.
type Reporter struct {
	err   io.Writer
	quiet bool
	lines bool // progress is wanted
	log   *slog.Logger
	bar   *ui.Bar // nil: no terminal, or none is wanted
	title ui.Title

	mu      sync.Mutex // above what the goroutine of tick uses too
	last    time.Time  // when progress was last printed
	sample  importer.Progress
	tracker ui.Tracker
	waits   bool // for the service

	progressed func(importer.Progress)
	program    *Program
	samples    runs.Samples
	worked     time.Duration // before this process
	begun      time.Time
}

// progressEvery is how often plain lines of progress are printed.
const progressEvery = 10 * time.Second

// NewReporter returns what a command says things with. It also makes the program's own messages JSON, if that is asked for.
func NewReporter(p *Program, o TalkOptions) *Reporter {
	p.quiet = o.Quiet
	if o.LogFormat == "json" {
		p.Log = Logger(p)
	}
	r := &Reporter{err: p.Err, log: p.Log, quiet: o.Quiet, last: time.Now(), progressed: p.Progressed, program: p}
	r.lines = !r.quiet && !o.NoProgress
	if f, is := ui.BarOf(p.Err, p.Env.Getenv); is && r.lines && r.log == nil {
		r.bar, r.title = f, ui.TitleOf(p.Err, p.Env.Getenv)
	}
	return r
}

// Logger returns what writes the program's messages as JSON: with the run and the
// workspace, empty and 0 until they are known, and the step of a job.
func Logger(p *Program) *slog.Logger {
	log := slog.New(slog.NewJSONHandler(p.Err, nil)).With("run", p.run, "workspace", p.workspace)
	if p.Step != "" {
		log = log.With("step", p.Step)
	}
	return log
}

// In notes which workspace the command is about, for lines of JSON.
func (r *Reporter) In(workspace int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.program.workspace = workspace
	r.relog()
}

// relog begins lines of JSON with what is known now. The caller holds the lock.
func (r *Reporter) relog() {
	if r.log != nil {
		r.log = Logger(r.program)
		r.program.Log = r.log
	}
}

// Say prints one line, or one object.
func (r *Reporter) Say(level slog.Level, msg string, args ...any) {
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
		r.bar.Clear()
	}
	fmt.Fprintf(r.err, "ciobulk: %s\n", ui.Safe(msg))
}

// Note says what is not an error and may matter.
func (r *Reporter) Note(text string) { r.Say(slog.LevelWarn, text) }

// Opened says what an input was found to be.
func (r *Reporter) Opened(in *rows.Input) {
	found := strings.Join(facts(in), ", ")
	if in.Sample != "" && r.log == nil { // logs are kept, and the sample is of the user's data
		found = strings.Replace(found, string(in.Encoding), fmt.Sprintf(`%s: "%s"`, in.Encoding, in.Sample), 1)
	}
	r.Say(slog.LevelInfo, in.Name+": "+found, attributes(in)...)
	for _, note := range in.Notes {
		r.Note(note)
	}
}

// Begun says where a run goes, and whether it is resumed. limit is how many rows it
// takes, 0 for all.
func (r *Reporter) Begun(what string, run *runs.Run, limit int64) {
	c := run.Checkpoint
	r.mu.Lock()
	r.program.run = run.Name
	r.relog()
	r.mu.Unlock()
	r.sample = importer.Progress{Ledger: c.Ledger, Requests: c.Requests}
	r.worked = time.Duration(c.Seconds * float64(time.Second))
	r.Start(limit)
	if c.Resumed == 0 {
		r.Say(slog.LevelInfo, fmt.Sprintf("%s, run %s", what, run.Name))
		return
	}
	msg := fmt.Sprintf("%s, run %s, resuming after row %s", what, run.Name, ui.Grouped(c.Rows))
	if c.Ahead.Rows > 0 {
		msg += "; rows sent after the last checkpoint are sent again"
	}
	r.Say(slog.LevelInfo, msg)
}

// Start begins the time of a run.
func (r *Reporter) Start(limit int64) {
	r.tracker.Limit, r.begun = limit, time.Now()
	r.tracker.Start(time.Now(), sampleOf(r.sample))
}

// Samples are the course of the run.
func (r *Reporter) Samples() []runs.Sample {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.samples.All()
}

// Waiting says that the service does not answer well, or does so again.
func (r *Reporter) Waiting(reason error) {
	r.mu.Lock()
	r.waits = reason != nil
	r.mu.Unlock()
	if reason == nil {
		r.Say(slog.LevelInfo, "Customer.io answers again")
		return
	}
	r.Say(slog.LevelWarn, fmt.Sprintf("waiting for Customer.io: %v", reason))
}

// Progress notes how far the run is. It is shown every second, see tick.
func (r *Reporter) Progress(p importer.Progress) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sample = p
	r.samples.Add(r.worked+time.Since(r.begun), p.Rows, p.Requests)
	if r.progressed != nil {
		r.progressed(p)
	}
	if r.bar != nil && r.lines {
		r.show(time.Now())
	}
}

// Tick shows how far the run is once a second, also while nothing is settled. The
// caller calls stop at the end of the run.
func (r *Reporter) Tick() (stop func()) {
	return r.every(func(now time.Time) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.show(now)
	})
}

// every calls show once a second until stop, if progress is wanted.
func (r *Reporter) every(show func(now time.Time)) (stop func()) {
	if !r.lines {
		return func() {}
	}
	ticker, ended, done := time.NewTicker(time.Second), make(chan struct{}), make(chan struct{})
	go func() { // ends with stop
		defer close(done)
		for {
			select {
			case now := <-ticker.C:
				show(now)
			case <-ended:
				return
			}
		}
	}()
	return func() {
		ticker.Stop()
		close(ended)
		<-done
		r.mu.Lock()
		defer r.mu.Unlock()
		r.title.Restore()
	}
}

// show prints the progress of a run. The caller holds the lock.
func (r *Reporter) show(now time.Time) {
	p := r.sample
	shown := r.tracker.At(now, sampleOf(p))
	shown.Waiting = r.waits
	r.print(now, shown, func() []any {
		return []any{"rows", p.Rows, "accepted", p.Accepted, "rejected", p.Rejected, "unknown", p.Unknown,
			"requests", p.Requests, "retries", p.Retries, "rows_per_second", int64(shown.RowsPerSecond), "requests_per_second", int64(shown.RequestsPerSecond),
			"rows_estimated", shown.Total, "bytes_read", p.Read, "bytes_total", p.Size, "eta_seconds", int64(shown.Left.Seconds())}
	})
}

// print prints progress: on the bar, or every ten seconds in a line, or as an object
// with fields. The caller holds the lock.
func (r *Reporter) print(now time.Time, shown ui.Progress, fields func() []any) {
	switch {
	case r.bar != nil:
		r.bar.Show(shown)
		r.title.Show(shown.Done())
		return
	case now.Sub(r.last) < progressEvery:
		return
	}
	r.last = now
	if r.log != nil {
		r.log.Info("progress", fields()...)
		return
	}
	line := shown.Line(0)
	if done := shown.Done(); done >= 0 {
		line = fmt.Sprintf("%.0f %%, %s", 100*done, line)
	}
	fmt.Fprintf(r.err, "ciobulk: %s\n", line)
}

func sampleOf(p importer.Progress) ui.Sample {
	return ui.Sample{Rows: p.Rows, Rejected: p.Rejected + p.Unknown, Requests: p.Requests, Read: p.Read, Size: p.Size}
}

// Clear takes the bar off the screen before something else is printed.
func (r *Reporter) Clear() {
	if r.bar != nil {
		r.bar.Clear()
	}
}
