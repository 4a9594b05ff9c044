package mapping

import (
	"fmt"
	"math"
	"time"
)

// earliest is the first second of 1990 in UTC. An older date is mostly another
// number read as a date; the mapping may say otherwise.
const earliest = 631152000

// yearsAhead is how far ahead of a run dates may lie, unless the mapping says
// otherwise.
const yearsAhead = 10

// latest returns the last second that is expected in a run that began at a
// moment. Without one there is none.
func latest(begun time.Time) int64 {
	if begun.IsZero() {
		return math.MaxInt64
	}
	return begun.AddDate(yearsAhead, 0, 0).Unix()
}

// outside says why a point in time is not expected, if it is not. last is the
// last second that is.
func (t *timestamp) outside(text []byte, seconds, last int64) string {
	if t.anySpan || seconds >= earliest && seconds <= last {
		return ""
	}
	zone := t.zone
	if zone == nil {
		zone = time.UTC
	}
	why, meant := "before 1990", "; if that is meant, as for birthdays, write range: any in the mapping"
	if seconds > last {
		why, meant = fmt.Sprintf("more than %d years ahead", yearsAhead), "; if that is meant, write range: any in the mapping"
	}
	problem := fmt.Sprintf("%s is read as %s, %s", quoted(text), time.Unix(seconds, 0).In(zone).Format("2006-01-02 15:04 MST"), why)
	if other := t.mistaken(text, last); other != "" {
		return problem + "; is it " + other + "?"
	}
	return problem + meant
}

// mistaken says what text may be instead that is no date of the layout, or none that
// is expected: another number, or a date as ISO 8601 has them.
func (t *timestamp) mistaken(text []byte, last int64) string {
	n, ok := parseInt(text)
	last = min(last, lastSecond)
	unix := t.layout == layoutUnix || t.layout == layoutUnixOrISO
	switch {
	case !ok && t.layout != layoutISO && t.layout != layoutUnixOrISO:
		if _, problem := parseISO(text, time.UTC); problem == "" {
			return "a date (layout: iso8601)"
		}
	case !unix && n >= earliest && n <= last:
		return "in seconds (layout: unix)"
	case t.layout != layoutUnixMs && n/1000 >= earliest && n/1000 <= last:
		return "in milliseconds (layout: unix_ms)"
	case t.layout != layoutExcel && n > 30_000 && n < 80_000: // 1982 to 2119
		return "a spreadsheet's date number (layout: excel)"
	case len(text) == len("20060102"):
		if at, err := time.Parse("20060102", string(text)); err == nil && at.Unix() >= earliest && at.Unix() <= last {
			return `a date (layout: "%Y%m%d")`
		}
	}
	return ""
}
