package main

import (
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
