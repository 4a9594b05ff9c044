package main

import (
	"fmt"
	"os"
	"slices"

	"github.com/ciobulk/ciobulk/importer"
)

// noteReplaced tells of inputs that are others at the end of the run. What was sent
// is the files that were opened, whole and unmixed, so that is no error: programs
// that write a file anew put it in the place of the old one.
func (s *session) noteReplaced() {
	for _, source := range s.job.Sources {
		if text := source.Input.Replaced(); text != "" {
			s.report.note(text + "; what is sent is the file as it was when the run began")
		}
	}
}

// inputsAreOthers reports whether a resumed run would find other inputs.
func (s *session) inputsAreOthers() bool {
	return slices.ContainsFunc(s.job.Sources, func(source importer.Source) bool {
		return source.Input.Changed() != nil || source.Input.Replaced() != ""
	})
}

// noteLooseState tells of a directory of runs in which others may put files in the
// place of ours. That others may look into it does no harm: each run's own
// directory is closed to them.
func (s *session) noteLooseState(dir string) {
	info, err := os.Stat(dir)
	if err != nil || info.Mode()&os.ModeSticky != 0 || info.Mode().Perm()&0o022 == 0 {
		return
	}
	s.report.note(fmt.Sprintf("others may write to %s (mode %04o), where runs are recorded: chmod 700 %s", dir, info.Mode().Perm(), shellLine([]string{dir})))
}
