package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/importer"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
)

// The exit codes that scripts branch on.
const (
	exitDone        = 0
	exitBroken      = 1   // the run broke off for a reason below none of these
	exitUsage       = 2   // flags, mapping, input or checkpoint; nothing was sent
	exitRejected    = 3   // finished, some rows rejected or unknown
	exitBudget      = 4   // stopped by --max-errors
	exitUnavailable = 5   // the service stayed away past --outage
	exitCredentials = 6   // credentials or workspace refused
	exitLocked      = 7   // another run of the same work
	exitInterrupted = 130 // by a signal
)

// exitHelp is the end of every help text.
const exitHelp = `
EXIT CODES
   0    all rows accepted, or filtered as asked
   1    the run broke off; resume it
   2    wrong use: flags, mapping, input or checkpoint; nothing was sent
   3    finished, but some rows were rejected or their fate is unknown
   4    stopped by --max-errors
   5    Customer.io stayed unavailable for longer than --outage; resume later
   6    credentials or workspace refused
   7    another run of the same work is under way
   130  interrupted; resume it
`

// exitError is an error that knows its exit code and what to do about it. An
// empty message says nothing: all was said before.
type exitError struct {
	code int
	msg  string
	hint string
}

func (e *exitError) Error() string { return e.msg }

// usage returns an error about the call itself.
func usage(msg, hint string) error { return &exitError{exitUsage, msg, hint} }

// fail prints err, if there is one, and returns its exit code.
func (p *program) fail(err error) int {
	if err == nil {
		return exitDone
	}
	code, hint := classify(err)
	hint = strings.TrimSuffix(hint, ".")
	if p.log != nil {
		if err.Error() != "" {
			p.log.Error(err.Error(), "exit_code", code, "hint", hint)
		}
		return code
	}
	if err.Error() != "" {
		fmt.Fprintf(p.err, "ciobulk: %s\n", tame(err.Error()))
	}
	if hint != "" {
		fmt.Fprintf(p.err, "hint: %s\n", tame(hint))
	}
	return code
}

// classify returns the exit code and the hint of an error.
func classify(err error) (code int, hint string) {
	var (
		exit       *exitError
		rowsError  *rows.Error
		mapError   *mapping.Error
		cioError   *customerio.Error
		unfinished *importer.UnfinishedError
	)
	switch {
	case errors.As(err, &exit):
		return exit.code, exit.hint
	case errors.Is(err, rows.ErrChanged):
		return exitUsage, "let nobody write to it meanwhile, or give a copy of it, and begin again by --restart"
	case errors.As(err, &rowsError):
		return exitUsage, rowsError.Hint
	case errors.As(err, &mapError):
		return exitUsage, mapError.Hint
	case errors.As(err, &cioError):
		return troubleCode(cioError), cioError.Hint
	case errors.As(err, &unfinished):
		if unfinished.Problem == "" {
			return exitUsage, "--resume continues it, --restart drops it and begins again"
		}
		return exitUsage, "--restart drops it and begins again"
	case errors.Is(err, importer.ErrLocked):
		return exitLocked, "wait for it to end, or look for another ciobulk process"
	case errors.Is(err, importer.ErrBudget):
		return exitBudget, ""
	case errors.Is(err, importer.ErrInterrupted):
		return exitInterrupted, ""
	}
	return exitBroken, ""
}

func troubleCode(e *customerio.Error) int {
	switch e.Trouble {
	case customerio.Misuse, customerio.NotFound:
		return exitUsage
	case customerio.Credentials:
		return exitCredentials
	case customerio.Unavailable:
		return exitUnavailable
	}
	return exitBroken
}
