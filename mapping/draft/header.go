package draft

import (
	"fmt"
	"slices"

	"github.com/ciobulk/ciobulk/rows"
)

// findRow notes why the header seems to be the first row, with what to do.
func (s *sample) findRow() {
	if s.in.Format != rows.CSV || s.in.NoHeader || s.good() == 0 {
		return
	}
	found := ""
	var names []string
	for _, p := range s.columns {
		what, name := p.valueName()
		if found == "" {
			found = what
		}
		if name == "" {
			name = p.proposedName()
		}
		if name == "" || slices.Contains(names, name) {
			name = fmt.Sprintf("column_%d", p.index+1)
		}
		names = append(names, name)
	}
	if found == "" {
		return
	}
	advice := ""
	if s.options.Advice.NoHeader != nil {
		advice = s.options.Advice.NoHeader(names)
	}
	s.firstRow = withAdvice("the header has "+found+" and seems to be the first row", ": ", advice)
}
