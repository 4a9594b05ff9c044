// Package history is the command runs: what past and unfinished runs came to, how to
// go on with them, and how they are removed. Start with Command.
package history

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/runs"
)

// Command is the command runs. Without a sub, it lists.
func Command(p *call.Program) command.Command {
	return command.Command{
		Name: "runs", Usage: "past and unfinished runs: list, show, report, prune", Args: "[list]|show|report|prune …",
		About: `Every run leaves a directory in .ciobulk: how far it came, the rows that were not
accepted, and a summary. runs lists them, says how to go on with those that did not end
well, and removes old ones.`,
		Examples: `ciobulk runs
ciobulk runs --failed
ciobulk runs show 20261124-080000.000-upsert-people-1a2b3c4d
ciobulk runs prune --older-than 90d --personal 7d`,
		Subs:    []command.Command{listCommand(p), showCommand(p), reportCommand(p), pruneCommand(p)},
		Default: "list",
	}
}

// Find returns the directory of a run, which is given as a directory, as the name of
// one in the state directory, or as the end of such a name.
func Find(stateDir, name string) (dir string, err error) {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return name, nil
	}
	found, err := os.ReadDir(stateDir)
	if err != nil {
		return "", exit.Usage(err.Error(), "--state-dir names where runs are recorded")
	}
	var matches []string
	for _, e := range found {
		if !e.IsDir() || e.Name() != name && !strings.HasSuffix(e.Name(), "-"+name) {
			continue
		}
		if _, is := runs.ReadEntry(filepath.Join(stateDir, e.Name())); is {
			matches = append(matches, e.Name())
		}
	}
	switch len(matches) {
	case 0:
		return "", exit.Usage(fmt.Sprintf("there is no run %q in %s", name, stateDir), "ciobulk runs lists them; --state-dir names another place")
	case 1:
		return filepath.Join(stateDir, matches[0]), nil
	}
	return "", exit.Usage(fmt.Sprintf("%d runs in %s have that name, the last one is %s", len(matches), stateDir, matches[len(matches)-1]), "give the whole name of one of them")
}

// Last returns the directory of the newest run of rows that has ended.
func Last(stateDir string) (dir string, err error) {
	entries, err := runs.Entries(stateDir)
	if err != nil {
		return "", exit.Usage(err.Error(), "--state-dir names where runs are recorded")
	}
	for _, e := range entries {
		if e.Status == runs.StatusFinished && e.OfRows() {
			return e.Dir, nil
		}
	}
	return "", exit.Usage("no run has ended in "+stateDir, "--state-dir names another place")
}

// listed is a run as it is printed: what its record says, how it ended in words, and
// the command that goes on with it.
type listed struct {
	runs.Entry
	Ending string `json:"ending"`
	Next   string `json:"next,omitempty"`
}

func listedOf(e runs.Entry, stateDir string) listed {
	return listed{Entry: e, Ending: ending(e), Next: next(e, stateDir)}
}

// listedAll is listedOf for each of the entries. The command that goes on with a run is
// read from its directory, of several runs at once.
func listedAll(entries []runs.Entry, stateDir string) []listed {
	all := make([]listed, len(entries))
	var next atomic.Int64
	var readers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(entries)) {
		readers.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(entries)); i = next.Add(1) - 1 {
				all[i] = listedOf(entries[i], stateDir)
			}
		})
	}
	readers.Wait()
	return all
}

// ending is how a run ended, in a few words.
func ending(e runs.Entry) string {
	switch {
	case e.Status == runs.StatusUnfinished && e.ExitCode == nil:
		return "killed"
	case e.Status != runs.StatusFinished && e.Status != runs.StatusUnfinished, e.ExitCode == nil:
		return string(e.Status)
	}
	return exit.Word(*e.ExitCode)
}

// next is the command that goes on with a run; empty where there is nothing to do.
func next(e runs.Entry, stateDir string) string {
	switch {
	case e.Status == runs.StatusUnfinished:
		if words := e.Command(); len(words) > 0 {
			return call.Again(words, "--resume")
		}
	case e.Status == runs.StatusFinished && e.Rejected+e.Unknown > 0 && e.HasRejected():
		words := []string{"ciobulk", "retry", e.Run}
		if stateDir != call.DefaultStateDir {
			words = append(words, "--state-dir", stateDir)
		}
		if e.CommandHas("--simulate") {
			words = append(words, "--simulate")
		}
		return ui.ShellLine(words)
	}
	return ""
}

// minute is a time as it is shown in a list.
func minute(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04")
}

// at is a time as it is shown.
func at(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}
