package mapping

import (
	"fmt"
	"math"
	"strconv"
	"time"
	_ "time/tzdata" // zones by name, also where the machine has none
	"unsafe"
)

// timestamp says how a point in time is written. It is sent as unix seconds, the
// only form that Customer.io compares as a date.
type timestamp struct {
	layout  string         // unix, unix_ms, iso8601, excel or one of Go's
	written string         // the same as the mapping has it
	offset  bool           // the layout has a zone's offset
	zone    *time.Location // of text that names none; nil: text must name one
	anySpan bool           // dates may lie before 1990 and far ahead
}

const (
	layoutUnix   = "unix"
	layoutUnixMs = "unix_ms"
	layoutISO    = "iso8601"
	layoutExcel  = "excel"

	// layoutUnixOrISO is that of an event's timestamp, unless the mapping says
	// another: which of the two a text is cannot be mistaken.
	layoutUnixOrISO = "unix or iso8601"
)

// The seconds that are taken for points in time: the years 0 to 9999. Beyond
// them a number of seconds is one of milliseconds.
const (
	firstSecond = -62167219200
	lastSecond  = 253402300799
)

func (m *Mapping) checkTimestamp(a *attribute) error {
	_, typed := a.at("type")
	_, laid := a.at("layout")
	t := &a.timestamp
	t.written = t.layout
	switch t.layout {
	case "":
		return m.wrong(typed, "add layout: unix, unix_ms, iso8601, excel, or one such as \"%d.%m.%Y %H:%M\"", "type timestamp needs a layout")
	case layoutUnix, layoutUnixMs, layoutISO, layoutUnixOrISO:
		return nil
	case layoutExcel:
		if t.zone == nil {
			return m.wrong(laid, zoneHint, "layout excel needs a zone")
		}
		return nil
	}
	return m.checkLayout(t, laid)
}

// unixDigits is how many digits the seconds of the years 2001 to 2286 have.
const unixDigits = 10

// append appends text as unix seconds. last is the last second that is expected.
func (t *timestamp) append(dst, text []byte, last int64) ([]byte, string) {
	if t.layout == layoutUnix && len(text) == unixDigits && isShortInteger(text) && text[0] != '-' {
		n := int64(0)
		for _, c := range text {
			n = n*10 + int64(c-'0')
		}
		if n <= last { // the usual, which is as it is sent; and not before 1990
			return append(dst, text...), ""
		}
	}
	seconds, problem := t.point(text, last)
	if problem != "" {
		return dst, problem
	}
	return strconv.AppendInt(dst, seconds, 10), ""
}

// point returns text as unix seconds.
func (t *timestamp) point(text []byte, last int64) (int64, string) {
	seconds, problem := t.seconds(text)
	if problem == "" && (seconds < firstSecond || seconds > lastSecond) {
		problem = quoted(text) + " is not between the years 0 and 9999"
	}
	if problem == "" {
		return seconds, t.outside(text, seconds, last)
	}
	if other := t.mistaken(text, last); other != "" {
		problem += "; is it " + other + "?"
	}
	return 0, problem
}

func (t *timestamp) seconds(text []byte) (int64, string) {
	switch t.layout {
	case layoutUnix, layoutUnixMs:
		return t.parseUnix(text)
	case layoutUnixOrISO:
		if allDigits(text) {
			return t.parseUnix(text)
		}
		return parseISO(text, t.zone)
	case layoutISO:
		return parseISO(text, t.zone)
	case layoutExcel:
		return parseExcel(text, t.zone)
	}
	// The string is read within this call only.
	at, err := time.Parse(t.layout, unsafe.String(unsafe.SliceData(text), len(text)))
	if err != nil {
		return 0, fmt.Sprintf("%s does not fit the layout %s, %s", quoted(text), t.written, t.example())
	}
	if t.offset {
		return at.Unix(), ""
	}
	return moment(at.Unix(), t.zone), ""
}

func (t *timestamp) parseUnix(text []byte) (int64, string) {
	n, ok := parseInt(text)
	switch {
	case !ok && t.layout != layoutUnixMs:
		return 0, quoted(text) + " is not a whole number of seconds, such as 1767225540"
	case !ok:
		return 0, quoted(text) + " is not a whole number of milliseconds, such as 1767225540000"
	case t.layout != layoutUnixMs:
		return n, ""
	}
	if n < 0 {
		n -= 999 // back to the second before, as for the years since 1970
	}
	return n / 1000, ""
}

func parseInt(text []byte) (int64, bool) {
	sign, digits := splitSign(text)
	if len(digits) == 0 || len(digits) > 18 || !allDigits(digits) {
		return 0, false
	}
	n := int64(0)
	for _, c := range digits {
		n = n*10 + int64(c-'0')
	}
	if sign == "-" {
		n = -n
	}
	return n, true
}

// parseExcel reads a spreadsheet's serial number: days since 30 December 1899,
// counted from 1 March 1900 on, where its calendar is right.
func parseExcel(text []byte, zone *time.Location) (int64, string) {
	whole, fraction := digitRun(text)
	plain := len(whole) > 0 && (len(fraction) == 0 || len(fraction) > 1 && fraction[0] == '.' && allDigits(fraction[1:]))
	days, err := strconv.ParseFloat(string(text), 64)
	if !plain || err != nil || days < 61 || days >= 2958466 {
		return 0, quoted(text) + " is not a spreadsheet's date number, such as 46022.5"
	}
	const from = -25569 * 86400 // 30 December 1899
	return moment(from+int64(math.Round(days*86400)), zone), ""
}

// moment returns when the clocks of zone show the time that a clock of UTC shows
// wall seconds after 1970. Where they show it twice it is the first time; where
// they never do, having been put forward, it is as much later as they skipped.
// (The package time leaves open which it is, and may go back to the day before.)
func moment(wall int64, zone *time.Location) int64 {
	const day = 86400
	before := offsetAt(wall-day, zone)
	first := wall - before
	if offsetAt(first, zone) == before {
		return first
	}
	after := offsetAt(wall+day, zone)
	if second := wall - after; offsetAt(second, zone) == after {
		return second
	}
	return first
}

// offsetAt returns the seconds that zone's clocks are ahead of UTC's.
func offsetAt(unix int64, zone *time.Location) int64 {
	_, offset := time.Unix(unix, 0).In(zone).Zone()
	return int64(offset)
}
