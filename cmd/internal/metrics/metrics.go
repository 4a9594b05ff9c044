// Package metrics writes what a command is doing to a file of the Prometheus text
// format, for the textfile collector of node_exporter. Start with Watch.
package metrics

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/importer"
	"github.com/ciobulk/ciobulk/internal/atomicfile"
)

// Metric is one metric: its name without the prefix, its type, and what it says.
type Metric struct{ Name, Type, Help string }

// prefix begins the names of all metrics.
const prefix = "ciobulk_"

// Metrics are all metrics, in the order of the file.
var Metrics = []Metric{
	{"running", "gauge", "1 while the command runs, otherwise 0"},
	{"rows_total", "counter", "rows of the run, by their verdicts"},
	{"requests_total", "counter", "requests that were answered"},
	{"retries_total", "counter", "requests that were sent again"},
	{"throttled_total", "counter", "answers that asked to slow down (429, 503, 408)"},
	{"sent_bytes_total", "counter", "bytes of request bodies"},
	{"last_exit_code", "gauge", "the exit code of the last run that ended"},
	{"last_started_timestamp_seconds", "gauge", "when the last run began"},
	{"last_success_timestamp_seconds", "gauge", "when a run last ended with exit code 0; 0: never"},
	{"last_finished_timestamp_seconds", "gauge", "when a run last ended with exit code 0 or 3; 0: never"},
}

// Flag is the flag of a command that writes metrics.
func Flag(to *string) command.Flag {
	return command.Flag{Name: "metrics", Value: "FILE", Part: call.PartRecord, Into: command.Word(to), Usage: "write metrics for Prometheus to FILE (node_exporter's textfile collector) while it runs and at its end"}
}

// every is how often the file is written.
const every = 10 * time.Second

// Watch calls run and writes what happens to the file at path, which must be none of
// the files: at its start, every 10 s and at its end, each time as a whole. An empty
// path is none. Files that cannot be written are a note, and do not change the result
// of run.
func Watch(ctx context.Context, p *call.Program, path, verb string, files []call.Protected, run func() error) error {
	if path == "" {
		return run()
	}
	if err := call.CheckOutputs([]call.Output{{Flag: "metrics", Path: path}}, files); err != nil {
		return err
	}
	f := &file{path: path, labels: fmt.Sprintf(`name="%s",verb="%s"`, escaped(strings.TrimSuffix(filepath.Base(path), ".prom")), escaped(verb)), warn: p.Warn}
	f.start(time.Now())
	before := p.Progressed
	p.Progressed = f.note
	defer func() { p.Progressed = before }()
	ended, done := make(chan struct{}), make(chan struct{})
	go func() { // ends with run
		defer close(done)
		f.tick(ctx, ended)
	}()
	err := run()
	close(ended)
	<-done
	code, _ := exit.Classify(exit.Worded(err))
	if err == nil {
		code = exit.Done
	}
	f.end(code, time.Now())
	return err
}

// file is the file of metrics of one command. Its methods may be called from any
// goroutine.
type file struct {
	path, labels string
	warn         func(string)

	mu       sync.Mutex // above what the run and the ticker use
	progress importer.Progress
	values   map[string]float64 // of the metrics that are not about rows
	warned   bool
}

func (f *file) start(now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.values = f.last()
	f.values["running"], f.values["last_started_timestamp_seconds"] = 1, seconds(now)
	f.write()
}

// last takes what must outlive a run from the file that is there.
func (f *file) last() map[string]float64 {
	values := make(map[string]float64)
	text, err := os.ReadFile(f.path)
	if err != nil {
		return values
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		for _, name := range []string{"last_exit_code", "last_success_timestamp_seconds", "last_finished_timestamp_seconds"} {
			rest, is := strings.CutPrefix(lines.Text(), prefix+name+"{")
			if !is {
				continue
			}
			if value, err := strconv.ParseFloat(rest[strings.LastIndex(rest, " ")+1:], 64); err == nil {
				values[name] = value
			}
		}
	}
	return values
}

func (f *file) note(p importer.Progress) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.progress = p
}

func (f *file) tick(ctx context.Context, ended <-chan struct{}) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			f.mu.Lock()
			f.write()
			f.mu.Unlock()
		case <-ended:
			return
		case <-ctx.Done():
			<-ended
			return
		}
	}
}

func (f *file) end(code int, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.values["running"], f.values["last_exit_code"] = 0, float64(code)
	if code == exit.Done {
		f.values["last_success_timestamp_seconds"] = seconds(now)
	}
	if code == exit.Done || code == exit.Rejected {
		f.values["last_finished_timestamp_seconds"] = seconds(now)
	}
	f.write()
}

// write replaces the file. The caller holds the lock.
func (f *file) write() {
	if err := atomicfile.Write(f.path, f.text(), 0o644); err != nil && !f.warned {
		f.warned = true
		f.warn(fmt.Sprintf("cannot write the metrics: %v", err))
	}
}

// text is the content of the file.
func (f *file) text() []byte {
	p := f.progress
	f.values["requests_total"], f.values["retries_total"] = float64(p.Requests), float64(p.Retries)
	f.values["throttled_total"], f.values["sent_bytes_total"] = float64(p.Throttled), float64(p.Bytes)
	var b bytes.Buffer
	for _, m := range Metrics {
		fmt.Fprintf(&b, "# HELP %s%s %s\n# TYPE %s%s %s\n", prefix, m.Name, m.Help, prefix, m.Name, m.Type)
		if m.Name != "rows_total" {
			fmt.Fprintf(&b, "%s%s{%s} %s\n", prefix, m.Name, f.labels, strconv.FormatFloat(f.values[m.Name], 'f', -1, 64))
			continue
		}
		for _, v := range []struct {
			verdict string
			n       int64
		}{{"accepted", p.Accepted}, {"rejected", p.Rejected}, {"filtered", p.Filtered}, {"unchanged", p.Unchanged}, {"duplicates", p.Duplicates}, {"unknown", p.Unknown}} {
			fmt.Fprintf(&b, "%s%s{%s,verdict=\"%s\"} %d\n", prefix, m.Name, f.labels, v.verdict, v.n)
		}
	}
	return b.Bytes()
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

// escaped is text as the value of a label.
func escaped(text string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(strings.ToValidUTF8(text, "\uFFFD"))
}
