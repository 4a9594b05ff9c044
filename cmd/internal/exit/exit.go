// Package exit knows how the program ends: the exit codes, errors with hints, and the
// hints for the errors of all libraries, which name neither flags nor environment
// variables. Start with Classify.
package exit

import (
	"errors"
	"fmt"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/importer"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/ciobulk/ciobulk/runs"
)

// The exit codes that scripts branch on.
const (
	Done        = 0
	Broken      = 1   // the run stopped for another reason
	Misuse      = 2   // flags, mapping, input or checkpoint; nothing was sent
	Rejected    = 3   // finished, some rows rejected or unknown
	Budget      = 4   // stopped by --max-errors
	Unavailable = 5   // the service was unavailable for longer than --outage
	Credentials = 6   // credentials or workspace refused
	Locked      = 7   // another run of the same work
	Interrupted = 130 // by a signal
)

// Word is what an exit code says of a run, in a few words.
func Word(code int) string {
	words := map[int]string{
		Done: "done", Broken: "broke off", Misuse: "refused", Rejected: "done, with rejected rows", Budget: "stopped by a bound",
		Unavailable: "service unavailable", Credentials: "credentials refused", Locked: "locked", Interrupted: "interrupted",
	}
	if word, known := words[code]; known {
		return word
	}
	return fmt.Sprintf("exit code %d", code)
}

// Error is an error that knows its exit code and what to do about it.
type Error struct {
	Code int
	Msg  string // empty: everything was said before
	Hint string // what to do, without a full stop; may be empty
}

// Error returns the message.
func (e *Error) Error() string { return e.Msg }

// New returns an error.
func New(code int, msg, hint string) *Error { return &Error{code, msg, hint} }

// Usage returns an error about the call itself.
func Usage(msg, hint string) error { return New(Misuse, msg, hint) }

// Classify returns the exit code and the hint of an error.
func Classify(err error) (code int, hint string) {
	var (
		known      *Error
		rowsError  *rows.Error
		mapError   *mapping.Error
		cioError   *customerio.Error
		unfinished *runs.UnfinishedError
		sent       *runs.SentError
	)
	switch {
	case errors.As(err, &known):
		return known.Code, known.Hint
	case errors.Is(err, rows.ErrChanged):
		return Misuse, "make sure that nothing writes to it, or use a copy of it, and start again with --restart"
	case errors.As(err, &rowsError):
		return Misuse, inputHint(rowsError)
	case errors.As(err, &mapError):
		return Misuse, mapError.Hint
	case errors.As(err, &cioError):
		return troubleCode(cioError), serviceHint(cioError)
	case errors.As(err, &unfinished):
		return Misuse, unfinishedHint(unfinished)
	case errors.As(err, &sent):
		if sent.Damaged {
			return Misuse, "remove the file, and everyone is sent once more"
		}
		return Misuse, "name another file with --state"
	case errors.Is(err, runs.ErrDerivedIDs):
		return Misuse, "--resume continues an unfinished run of events, --restart starts again with the same file"
	case errors.Is(err, runs.ErrLocked):
		return Locked, "wait until it ends; to see it, look for another ciobulk process"
	case errors.Is(err, importer.ErrBudget):
		return Budget, ""
	case errors.Is(err, importer.ErrInterrupted):
		return Interrupted, ""
	}
	return Broken, ""
}

func troubleCode(e *customerio.Error) int {
	switch e.Trouble {
	case customerio.Misuse, customerio.NotFound:
		return Misuse
	case customerio.Credentials:
		return Credentials
	case customerio.Unavailable:
		return Unavailable
	}
	return Broken
}

// unfinishedHint says how to get past an unfinished run.
func unfinishedHint(e *runs.UnfinishedError) string {
	const orDrop = ", or drop that run and start again with --restart"
	switch e.Kind {
	case "":
		return "continue it with --resume; for cron there is --resume-or-restart"
	case runs.InputsDiffer:
		return "give the files of that run" + orDrop + "; for cron there is --resume-or-restart"
	case runs.MappingDiffers:
		return "give the mapping, --match and --where of that run" + orDrop
	case runs.WorkspaceDiffers:
		return "use the credentials of that workspace" + orDrop
	case runs.SegmentDiffers:
		return "give the --segment of that run" + orDrop
	case runs.OptionsDiffer:
		return "give the same --skip, --limit, --event-ids and --no-triggers" + orDrop
	}
	return "drop that run and start again with --restart"
}
