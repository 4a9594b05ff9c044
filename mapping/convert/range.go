package convert

import (
	"fmt"
	"math"
	"time"
)

// Earliest is the first second of 1990 in UTC. An older date is usually another
// number that is read as a date; the mapping may say otherwise.
const Earliest = 631152000

// yearsAhead is how far ahead of a run dates may lie, unless the mapping says
// otherwise.
const yearsAhead = 10

// span is the time of a run that dates are compared with.
type span struct {
	begun  int64 // when it began
	latest int64 // the last second that is expected
}

// spanOf returns the span of a run that began at begun. The zero time bounds nothing.
func spanOf(begun time.Time) span {
	if begun.IsZero() {
		return span{math.MaxInt64, math.MaxInt64}
	}
	return span{begun.Unix(), begun.AddDate(yearsAhead, 0, 0).Unix()}
}

// outside says why a point in time is not expected, if it is not. last is the
// last second that is.
func (t *Timestamp) outside(text []byte, seconds, last int64) string {
	if t.AnyDate || seconds >= Earliest && seconds <= last {
		return ""
	}
	zone := t.Zone
	if zone == nil {
		zone = time.UTC
	}
	why, meant := "before 1990", "; if that is meant, as for birthdays, write range: any in the mapping"
	if seconds > last {
		why, meant = fmt.Sprintf("more than %d years ahead", yearsAhead), "; if that is meant, write range: any in the mapping"
		if t.twoDigits {
			meant = "; if it is a date of the last century, such as a birthday, write range: any in the mapping"
		}
	}
	problem := fmt.Sprintf("%s is read as %s, %s", Quote(text), time.Unix(seconds, 0).In(zone).Format("2006-01-02 15:04 MST"), why)
	if other := t.mistaken(text, last); other != "" {
		return problem + "; is it " + other + "?"
	}
	return problem + meant
}

// mistaken says what a text may be that is not a date of the layout or not an expected
// one: another number, or a date of ISO 8601.
func (t *Timestamp) mistaken(text []byte, last int64) string {
	n, ok := parseInt(text)
	last = min(last, LastSecond)
	unix := t.layout == Unix || t.layout == UnixOrISO
	switch {
	case !ok && t.layout != ISO8601 && t.layout != UnixOrISO:
		if _, problem := parseISO(text, time.UTC); problem == "" {
			return "a date (layout: iso8601)"
		}
	case !unix && n >= Earliest && n <= last:
		return "in seconds (layout: unix)"
	case t.layout != UnixMs && n/1000 >= Earliest && n/1000 <= last:
		return "in milliseconds (layout: unix_ms)"
	case t.layout != Excel && n > 30_000 && n < 80_000: // 1982 to 2119
		return "a spreadsheet's date number (layout: excel)"
	case len(text) == len("20060102"):
		if at, err := time.Parse("20060102", string(text)); err == nil && at.Unix() >= Earliest && at.Unix() <= last {
			return `a date (layout: "%Y%m%d")`
		}
	}
	return ""
}
