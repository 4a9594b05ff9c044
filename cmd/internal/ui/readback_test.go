package ui

import (
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/readback"
)

func TestSentences(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		people, read, differ int64
		absent               bool
		want                 string
	}{
		{5_000_000, 10_000, 0, false, "10,000 of 5,000,000 people read back, all as in the file: with 99 % confidence fewer than 0.046 % differ"},
		{5_000_000, 10_000, 10, false, "10,000 of 5,000,000 people read back, 10 differ or are missing: with 99 % confidence between 0.037 % and 0.21 % of all"},
		{5_000, 2_000, 2_000, false, "2,000 of 5,000 people read back, 2,000 differ or are missing: with 99 % confidence between 99.77 % and 100 % of all"},
		{7, 7, 0, false, "all 7 people read back, all as in the file"},
		{7, 7, 2, false, "all 7 people read back, 2 differ or are missing"},
		{1, 1, 0, false, "1 person read back, as in the file"},
		{7, 7, 0, true, "all 7 people read back, no one is there"},
		{7, 7, 3, true, "all 7 people read back, 3 are still there"},
		{700, 70, 0, true, "70 of 700 people read back, no one is there: with 99 % confidence fewer than 6.4 % are"},
	} {
		r := &readback.Result{People: c.people, ReadBack: c.read, Differs: c.differ}
		r.Low, r.High = readback.Interval(c.differ, c.read)
		if got := (ReadBack{Result: r, Absent: c.absent}).Say(); got != c.want {
			t.Errorf("got %s\nwant %s", got, c.want)
		}
	}
}

// The table has the names of attributes, and no control characters of theirs.
func TestReadBackIsSafe(t *testing.T) {
	t.Parallel()
	r := &readback.Result{People: 1, ReadBack: 1, Differs: 1, Attributes: []readback.Count{{Attribute: "a\x1b[2J", Why: "cut", People: 1}}}
	if text := (ReadBack{Result: r}).String(); strings.Contains(text, "\x1b") || !strings.Contains(text, "cut") {
		t.Errorf("got %q", text)
	}
}
