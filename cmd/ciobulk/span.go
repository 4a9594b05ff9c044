package main

import (
	"fmt"
	"strconv"
	"strings"
)

// span is a run of rows, both ends included.
type span struct{ first, last int64 }

// spans reads --row: numbers and runs of them such as 3-5, between commas.
func spans(asked []string) (all []span, err error) {
	for _, text := range asked {
		for part := range strings.SplitSeq(text, ",") {
			first, end, isRun := strings.Cut(strings.TrimSpace(part), "-")
			if !isRun {
				end = first
			}
			s := span{}
			s.first, err = strconv.ParseInt(strings.TrimSpace(first), 10, 64)
			if err == nil {
				s.last, err = strconv.ParseInt(strings.TrimSpace(end), 10, 64)
			}
			if err != nil || s.first < 1 || s.last < s.first {
				return nil, usage(fmt.Sprintf("--row is %q", text), "it is a number from 1 on, several such as 3,7, or a run such as 3-5")
			}
			all = append(all, s)
		}
	}
	return all, nil
}

// last returns the last row of all, 0 where there is none.
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
