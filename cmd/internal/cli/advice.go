package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/ciobulk/ciobulk/rows/charset"
	"github.com/ciobulk/ciobulk/runs"
)

// advice is what to do after a run, in commands that can be copied and do what is
// said of them: while a run is unfinished, only the one that continues it.
type advice struct {
	o          *rowOptions
	args       []string // of this call
	summary    *runs.Summary
	in         *inputs
	unfinished bool
	retried    bool // the run is a retry itself
	damaged    bool // the input cannot be read further
}

// lines says what to do now.
func (a advice) lines() (lines []string) {
	file := a.rejectedFile()
	if a.unfinished && a.summary.Run != "" {
		if file != "" {
			lines = append(lines, "rejected rows so far: "+file+" (fix them when the run has finished)")
		}
		return append(lines, a.continued())
	}
	if file == "" {
		return nil
	}
	lines = append(lines, "rejected rows: "+file)
	again := a.summary.Run != ""
	switch {
	case !a.retried && !(again && a.in.mapping.Events()):
		lines = append(lines, "fix them in that file, then run: "+a.fixedCommand(file))
		if again {
			lines = append(lines, "or retry unchanged: "+a.retryCommand())
		}
	case again: // only in this way do events keep their ids
		lines = append(lines, "to retry, fixed in the run's own rejected file or unchanged: "+a.retryCommand())
	}
	return lines
}

// continued says how to go on with an unfinished run.
func (a advice) continued() string {
	switch {
	case a.damaged && a.in.mapping.Events():
		rest := a.againCommand("--restart", "--skip", strconv.FormatInt(a.o.Skip+a.summary.Rows, 10))
		return "resuming cannot help: fix the input, copy the rejected rows if there are any, then send the other rows: " + rest
	case a.damaged:
		return "resuming cannot help: fix the input, then start again: " + a.againCommand("--restart")
	case a.in.differ() && a.in.mapping.Events():
		return "the input has changed, and a run of the new file would create its events a second time; with the old file back, to resume: " + a.againCommand("--resume")
	case a.in.differ():
		return "to start again: " + a.againCommand("--restart")
	}
	return "to resume: " + a.againCommand("--resume")
}

// hints are about the reasons why rows were rejected.
func (a advice) hints() []string {
	if slices.ContainsFunc(a.summary.Reasons, func(r runs.Reason) bool { return r.Reason == rows.ReasonUTF8 }) {
		was, name := a.in.sources[0].Input.Encoding, "NAME, such as cp850 or macintosh"
		if was == charset.UTF8 {
			name = "windows-1252"
		}
		return []string{fmt.Sprintf("read as %s; if that is wrong, name the encoding: --encoding %s", was, name)}
	}
	return nil
}

func (a advice) rejectedFile() string {
	if a.summary.RejectedFile != "" && a.o.Rejected != "" {
		return a.o.Rejected
	}
	return a.summary.RejectedFile
}

// fixedCommand sends a fixed rejected file.
func (a advice) fixedCommand(file string) string {
	words := append(append([]string{"ciobulk"}, strings.Fields(a.o.verb.Resends())...), file)
	fresh := newRowOptions(a.o.verb, a.o.Rate)
	words = append(words, command.Given(a.o.table, fresh.table, func(f command.Flag) bool { return f.Fixed })...)
	// The file of rejected rows is UTF-8, has a header, and is CSV or JSONL: what said
	// how to read the input does not fit any more.
	format := a.in.sources[0].Input.Format
	if a.o.Format != "" {
		words = append(words, "--input-format", string(format))
	}
	if a.o.Delimiter != "" && format == rows.CSV {
		words = append(words, "--delimiter", a.o.Delimiter)
	}
	return ui.ShellLine(words)
}

// retryCommand sends the rows again that were not accepted.
func (a advice) retryCommand() string {
	words := []string{"ciobulk", "retry", a.summary.Run}
	if a.o.StateDir != call.DefaultStateDir {
		words = append(words, "--state-dir", a.o.StateDir)
	}
	if a.o.Simulate {
		words = append(words, "--simulate")
	}
	return ui.ShellLine(words)
}

// againCommand is the present call with other flags in the place of --resume and
// --restart.
func (a advice) againCommand(flags ...string) string { return call.Again(a.args[1:], flags...) }
