package ui

import (
	"fmt"
	"time"
)

// Sample is what a run has done at some time.
type Sample struct {
	Rows, Rejected, Requests int64
	Read, Size               int64 // bytes of the input; Size is negative where it is unknown
}

// Tracker turns samples of a run into progress. Call Start when the run begins to send,
// then At in the order of time.
type Tracker struct {
	Limit int64 // rows that the run ends after; 0: none

	start  time.Time
	before Sample // what earlier processes have done
}

// Start notes when this process began, and what was done before.
func (t *Tracker) Start(now time.Time, before Sample) { t.start, t.before = now, before }

// At returns the progress at a time. Rows to come are estimated from the bytes of the
// rows so far.
func (t *Tracker) At(now time.Time, s Sample) Progress {
	p := Progress{Rows: s.Rows, Rejected: s.Rejected, Total: t.total(s), Left: -1}
	seconds := now.Sub(t.start).Seconds()
	if seconds <= 0 {
		return p
	}
	p.RowsPerSecond = float64(s.Rows-t.before.Rows) / seconds
	p.RequestsPerSecond = float64(s.Requests-t.before.Requests) / seconds
	if p.Total > 0 && p.RowsPerSecond > 0 {
		p.Left = time.Duration(float64(p.Total-s.Rows) / p.RowsPerSecond * float64(time.Second))
	}
	return p
}

// total estimates how many rows the run has, 0 if that is unknown: also where the
// whole file was read ahead.
func (t *Tracker) total(s Sample) int64 {
	total := int64(0)
	if s.Size > 0 && s.Rows > 0 && s.Read > 0 && s.Read < s.Size {
		total = int64(float64(s.Rows) / float64(s.Read) * float64(s.Size))
	}
	if t.Limit > 0 && (total == 0 || t.Limit < total) {
		total = t.Limit
	}
	return max(total, min(total, 1)*s.Rows)
}

// Progress is how far a run is and how fast, over all of this process.
type Progress struct {
	What              string // what is done with something other than rows, such as "listing people"
	Rows, Rejected    int64
	Total             int64 // rows, estimated; 0: unknown
	RowsPerSecond     float64
	RequestsPerSecond float64
	Left              time.Duration // until the end; negative: unknown
	Waiting           bool          // for a service that does not answer
}

// Done is the share of the rows that is done, from 0 to 1; negative if unknown.
func (p Progress) Done() float64 {
	if p.Total == 0 {
		return -1
	}
	return min(float64(p.Rows)/float64(p.Total), 1)
}

// Line says it in at most width characters, as far as that is possible: what matters
// least is left out first. A width of 0 has no limit.
func (p Progress) Line(width int) string {
	left := ""
	switch {
	case p.Waiting:
		left = ", waiting"
	case p.Left >= 0:
		left = fmt.Sprintf(", %v left", p.Left.Round(time.Second))
	}
	if p.What != "" {
		return p.stage(left, width)
	}
	rows := Counted(p.Rows, "row")
	of := rows
	if p.Total > 0 {
		of = fmt.Sprintf("%s of about %s rows", Grouped(p.Rows), Grouped(roughly(p.Total)))
	}
	line := ""
	for _, line = range []string{
		fmt.Sprintf("%s, %s rows/s, %.0f requests/s, %s rejected%s", of, Grouped(int64(p.RowsPerSecond)), p.RequestsPerSecond, Grouped(p.Rejected), left),
		fmt.Sprintf("%s, %s rows/s, %s rejected%s", of, Grouped(int64(p.RowsPerSecond)), Grouped(p.Rejected), left),
		fmt.Sprintf("%s, %s rows/s, %s rejected%s", rows, Grouped(int64(p.RowsPerSecond)), Grouped(p.Rejected), left),
		fmt.Sprintf("%s, %s rejected%s", rows, Grouped(p.Rejected), left),
		rows + left,
		rows,
	} {
		if width <= 0 || Width(line) <= width {
			break
		}
	}
	return line
}

// stage is Line where something other than rows is counted.
func (p Progress) stage(left string, width int) string {
	line := ""
	for _, line = range []string{fmt.Sprintf("%s: %s%s", p.What, Grouped(p.Rows), left), Grouped(p.Rows) + left, Grouped(p.Rows)} {
		if width <= 0 || Width(line) <= width {
			break
		}
	}
	return line
}

// roughly rounds an estimate to three digits.
func roughly(n int64) int64 {
	unit := int64(1)
	for n/unit >= 1000 {
		unit *= 10
	}
	return (n + unit/2) / unit * unit
}
