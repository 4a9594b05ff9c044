package exit

import (
	"errors"

	"github.com/ciobulk/ciobulk/mapping"
)

// Worded returns a mistake in a mapping, or in an option that takes the place of a
// part of one, with the names of flags;
// other errors as they are.
func Worded(err error) error {
	e, ok := errors.AsType[*mapping.Error](err)
	if !ok {
		return err
	}
	worded := *e
	if e.Option != "" {
		worded.File = "--" + string(e.Option)
	}
	if e.Case == mapping.NoMatch {
		worded.Hint += ", or give --match"
	}
	if e.Case == mapping.NoObjectType {
		worded.Hint = "give --object-type, or " + worded.Hint
	}
	if e.Case == mapping.NoHeader {
		worded.Hint += ": add --header none --columns NAMES"
	}
	return &worded
}
