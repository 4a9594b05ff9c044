package runs

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ciobulk/ciobulk/rows"
)

// Entry is one directory of a state directory, as it is listed: what the run's
// summary says, and of a run that has not ended what its checkpoint says. It holds no
// personal data, apart from what the names of inputs have.
type Entry struct {
	Run       string    `json:"run"`
	Dir       string    `json:"-"`
	Status    Status    `json:"status"`
	Started   time.Time `json:"started_at,omitzero"`
	Finished  time.Time `json:"finished_at,omitzero"` // when it last stopped; zero where that is not known
	Verb      string    `json:"verb"`
	Inputs    []string  `json:"inputs"`
	Workspace int64     `json:"workspace"`
	Ledger              // zero of exports
	Exported  int64     `json:"exported,omitempty"`  // records, of exports
	ExitCode  *int      `json:"exit_code,omitempty"` // absent where the process did not get as far as to say
	Error     string    `json:"error,omitempty"`     // why it broke off
	ended     time.Time // when its record was last written
	kind      entryKind
}

// Status is how far a run has come.
type Status string

// The statuses.
const (
	StatusRunning    Status = "running"    // a process works on it now
	StatusUnfinished Status = "unfinished" // it can be continued
	StatusFinished   Status = "finished"
	StatusDropped    Status = "dropped" // it will never be continued
	StatusDamaged    Status = "damaged" // its record cannot be read
)

// Failed reports whether a run ended, for now or for good, with another code than 0.
func (e Entry) Failed() bool {
	return e.Status != StatusRunning && (e.ExitCode == nil || *e.ExitCode != 0)
}

// OfRows reports whether a run sent rows: exports and what verify found did not.
func (e Entry) OfRows() bool { return e.kind == importRun && e.Verb != "verify" }

// Command reads the command line that began the run, without the program's name; empty
// where it is not recorded.
func (e Entry) Command() []string {
	data, err := readRecord(e.commandPath())
	if err != nil {
		return nil
	}
	return commandOf(data)
}

// CommandHas reports whether the command line that began the run has a word. It is cheap
// where it does not.
func (e Entry) CommandHas(word string) bool {
	data, err := readRecord(e.commandPath())
	return err == nil && bytes.Contains(data, []byte(word)) && slices.Contains(commandOf(data), word)
}

// commandPath is the file that has the command line.
func (e Entry) commandPath() string {
	return filepath.Join(e.Dir, []string{importRun: recipeFile, exportRun: ExportFile}[e.kind])
}

// commandOf takes the command line from the bytes of a recipe or of an export's
// checkpoint; of those that cannot be read, no command is known.
func commandOf(data []byte) []string {
	var c struct{ Command []string }
	_ = json.Unmarshal(data, &c)
	return c.Command
}

// HasRejected reports whether the file of rejected rows is still there.
func (e Entry) HasRejected() bool {
	for _, format := range []rows.Format{rows.CSV, rows.JSONL} {
		if _, err := os.Lstat(filepath.Join(e.Dir, "rejected."+string(format))); err == nil {
			return true
		}
	}
	return false
}

// has reports whether the run's directory has a file whose name begins so.
func (e Entry) has(begin string) bool {
	files, _ := os.ReadDir(e.Dir) // of one that cannot be read, none is there
	return slices.ContainsFunc(files, func(f fs.DirEntry) bool { return strings.HasPrefix(f.Name(), begin) })
}

// entryKind is what a checkpoint is of.
type entryKind int

const (
	importRun entryKind = iota
	exportRun
)

// ExportFile is the checkpoint of an export, which package exporter writes. It has its
// ending in the form that a checkpoint of a run has it.
const ExportFile = "export.json"

// damagedExport is the checkpoint of an export that could not be read.
const damagedExport = ExportFile + ".damaged"

const summaryFile = "summary.json"

// nameTime is how the names of runs begin, with when they began.
const nameTime = "20060102-150405.000"

// Entries returns the runs of a state directory, the newest first: of rows, exports,
// and what verify found. Directories that are none of these are left out, and links
// are not followed. An error is one of the file system.
func Entries(stateDir string) ([]Entry, error) {
	entries, _, err := List(stateDir)
	return entries, err
}

// List is Entries, and the names of the directories that are not runs.
func List(stateDir string) (entries []Entry, others []string, err error) {
	found, err := os.ReadDir(stateDir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	found = slices.DeleteFunc(found, func(e fs.DirEntry) bool { return !e.IsDir() })
	slices.Reverse(found)
	all, is := make([]Entry, len(found)), make([]bool, len(found))
	var next atomic.Int64
	var readers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		readers.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(found)); i = next.Add(1) - 1 {
				if name := found[i].Name(); !startOf(name).IsZero() {
					all[i], is[i] = ReadEntry(filepath.Join(stateDir, name))
				}
			}
		})
	}
	readers.Wait()
	entries = all[:0]
	for i, e := range all {
		if is[i] {
			entries = append(entries, e)
		} else {
			others = append(others, found[i].Name())
		}
	}
	slices.Reverse(others)
	return entries, others, nil
}

// startOf returns when a run with the name began; zero if it is not the name of one.
func startOf(name string) time.Time {
	if len(name) <= len(nameTime) || name[len(nameTime)] != '-' {
		return time.Time{}
	}
	at, err := time.Parse(nameTime, name[:len(nameTime)])
	if err != nil {
		return time.Time{}
	}
	return at
}

// ReadEntry reads what the directory of a run has, wherever it is. is reports whether
// it is one.
func ReadEntry(dir string) (e Entry, is bool) {
	e = Entry{Run: filepath.Base(filepath.Clean(dir)), Dir: dir, Inputs: []string{}}
	e.Started = startOf(e.Run)
	for kind, file := range []string{importRun: checkpointFile, exportRun: ExportFile} {
		data, written, err := readDated(filepath.Join(dir, file))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		e.kind, e.ended = entryKind(kind), written
		e.read(data, err)
		return e, true
	}
	if strings.Contains(e.Run, "-verify-") && e.has("differs.") {
		code := 3 // the directory is made only where someone differs
		e.Verb, e.Status, e.ExitCode = "verify", StatusFinished, &code
		e.ended, e.Finished = e.Started, e.Started
		return e, true
	}
	if _, err := os.Lstat(filepath.Join(dir, damagedExport)); err == nil { // set aside, when the same export began again
		e.kind, e.Status, e.Verb, e.Error = exportRun, StatusDropped, "export", "its record could not be read"
		e.ended = e.Started
		return e, true
	}
	if _, err := os.Stat(filepath.Join(dir, recipeFile)); err == nil { // killed before its first checkpoint: nothing was sent
		e.Status, e.Error = StatusDropped, "it was killed before it began"
		e.recipe()
		e.ended = e.Started
		return e, true
	}
	return e, false
}

// read fills in what the checkpoint, whose bytes are data, and the summary say.
func (e *Entry) read(data []byte, err error) {
	switch {
	case err != nil || !json.Valid(data):
		e.Status, e.Error = StatusDamaged, "its checkpoint cannot be read"
		e.recipe()
		return
	case !hasEnded(data):
		e.Status = StatusUnfinished
		if e.isLocked() {
			e.Status = StatusRunning
		}
	default:
		e.Status = StatusFinished
		if hasEndedAs(data, Dropped) {
			e.Status = StatusDropped
		}
	}
	said := e.summary()
	if e.Status == StatusFinished && said {
		return
	}
	e.checkpoint(data)
	if e.Status == StatusRunning { // what an earlier process said of it
		e.ExitCode, e.Error, e.Finished = nil, "", time.Time{}
	}
}

// summary takes what the run's summary says, if it has one.
func (e *Entry) summary() bool {
	data, err := readRecord(filepath.Join(e.Dir, summaryFile))
	if err != nil {
		return false
	}
	var s struct {
		Ledger
		Verb, What, File, Error string
		Inputs                  []string
		Workspace, Exported     int64
		ExitCode                *int      `json:"exit_code"`
		StartedAt               time.Time `json:"started_at"`
		FinishedAt              time.Time `json:"finished_at"`
	}
	if json.Unmarshal(data, &s) != nil {
		return false
	}
	e.Ledger, e.Verb, e.Workspace, e.Exported = s.Ledger, s.Verb, s.Workspace, s.Exported
	e.ExitCode, e.Error, e.Started, e.Finished = s.ExitCode, s.Error, s.StartedAt, s.FinishedAt
	if s.Inputs != nil {
		e.Inputs = s.Inputs
	}
	if e.kind == exportRun {
		e.Verb, e.Inputs = "export "+s.What, []string{s.File}
	}
	if !e.Finished.IsZero() && e.Finished.Before(e.ended) {
		e.ended = e.Finished
	}
	return true
}

// checkpoint takes what the checkpoint says, which is newer than the summary of a run
// that has not ended.
func (e *Entry) checkpoint(data []byte) {
	if e.kind == exportRun {
		var c struct {
			Query     struct{ What string }
			Output    struct{ Path string }
			StartedAt time.Time `json:"started_at"`
		}
		if json.Unmarshal(data, &c) == nil {
			e.Verb, e.Inputs, e.Started = "export "+c.Query.What, []string{c.Output.Path}, c.StartedAt
		}
		return
	}
	c, err := decodeCheckpoint(filepath.Join(e.Dir, checkpointFile), data)
	if err != nil {
		e.Status, e.Error = StatusDamaged, err.Error()
	} else {
		e.Ledger, e.Verb, e.Workspace, e.Started = c.Ledger, c.Work.Verb, c.Work.Workspace, c.StartedAt
	}
	e.recipe()
}

// recipe takes what the run's recipe says.
func (e *Entry) recipe() {
	r, err := loadRecipe(e.Dir)
	if err != nil {
		return
	}
	e.Inputs = e.Inputs[:0]
	for _, f := range r.Inputs {
		e.Inputs = append(e.Inputs, f.Name)
	}
	if e.Verb == "" {
		e.Verb = r.Verb
	}
}

// lockPath is the file of the lock of the run's work.
func (e *Entry) lockPath() string {
	return filepath.Join(filepath.Dir(filepath.Clean(e.Dir)), e.Run[min(len(nameTime)+1, len(e.Run)):]+".lock")
}

// isLocked reports whether a process does the run's work.
func (e *Entry) isLocked() bool {
	unlock, err := tryLockExisting(e.lockPath())
	if err == nil {
		_ = unlock() // it was held to look
	}
	return errors.Is(err, ErrLocked)
}
