package cli

import (
	"strconv"
	"strings"
)

// span is a range of rows, both ends included.
type span struct{ first, last int64 }

// parseSpans reads --row: numbers and ranges such as 3-5, separated by commas.
func parseSpans(text string) (all []span, ok bool) {
	for part := range strings.SplitSeq(text, ",") {
		first, end, isRange := strings.Cut(strings.TrimSpace(part), "-")
		if !isRange {
			end = first
		}
		s := span{}
		var err error
		s.first, err = strconv.ParseInt(strings.TrimSpace(first), 10, 64)
		if err == nil {
			s.last, err = strconv.ParseInt(strings.TrimSpace(end), 10, 64)
		}
		if err != nil || s.first < 1 || s.last < s.first {
			return nil, false
		}
		all = append(all, s)
	}
	return all, true
}

// last returns the last row of all, 0 if there are none.
func last(all []span) (row int64) {
	for _, s := range all {
		row = max(row, s.last)
	}
	return row
}

func within(all []span, row int64) bool {
	for _, s := range all {
		if s.first <= row && row <= s.last {
			return true
		}
	}
	return false
}
