package call

import (
	"slices"

	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
)

// Again is a command line, which words are without the program's name, with flags in
// the place of those that say what becomes of an unfinished run. A job goes on by itself.
func Again(words []string, flags ...string) string {
	line := []string{"ciobulk"}
	if len(words) > 0 && words[0] == "run" {
		flags = nil
	}
	for _, word := range words {
		if name, _ := command.FlagName(word); name != "restart" && name != "resume" && name != "resume-or-restart" {
			line = append(line, word)
		}
	}
	return ui.ShellLine(WithFlags(line, flags...))
}

// WithFlags returns arguments with more flags: before a --, after which are only files.
func WithFlags(args []string, flags ...string) []string {
	at := slices.Index(args, "--")
	if at < 0 {
		at = len(args)
	}
	return slices.Insert(slices.Clone(args), at, flags...)
}
