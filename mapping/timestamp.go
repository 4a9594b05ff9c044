package mapping

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // zones by name, also where the machine has none
	"unsafe"
)

// timestamp says how a point in time is written. It is sent as unix seconds, the
// only form that Customer.io compares as a date.
type timestamp struct {
	layout string         // unix, unix_ms, iso8601, excel or one of Go's
	offset bool           // the layout has a zone's offset
	zone   *time.Location // of text that names none; nil: text must name one
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

// shortUnix is how many characters a number of seconds has that surely lies
// between these.
const shortUnix = 11

func (m *Mapping) checkTimestamp(a *attribute) error {
	_, typed := a.at("type")
	_, laid := a.at("layout")
	t := &a.timestamp
	switch t.layout {
	case "":
		return m.wrong(typed, "add layout: unix, unix_ms, iso8601, excel or a Go layout such as 02/01/2006 15:04", "type timestamp needs a layout")
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

const zoneHint = "add for example zone: Europe/Berlin"

// checkLayout looks at a Go layout: it must hold a date, and a zone's offset
// unless the mapping names one.
func (m *Mapping) checkLayout(t *timestamp, p place) error {
	if strings.Contains(t.layout, "MST") {
		return m.wrong(p, "use the offset (-07:00), or name the zone in the mapping", "an abbreviation does not tell which zone is meant")
	}
	one := time.Date(2001, 2, 3, 16, 5, 6, 0, time.UTC)
	back, err := time.Parse(t.layout, one.Format(t.layout))
	if y, month, d := back.Date(); err != nil || y != 2001 || month != 2 || d != 3 {
		hint := meant(t.layout, []string{layoutUnix, layoutUnixMs, layoutISO, layoutExcel})
		if hint == "" {
			hint = "write the moment 2006-01-02 15:04:05 the way the input does"
		}
		return m.wrong(p, hint, "%q is not a layout for dates", t.layout)
	}
	if hour := back.Hour(); hour != 0 && hour != 16 {
		return m.wrong(p, "write 15 for hours up to 23, or add PM", "the layout's hours go up to 12, without PM")
	}
	t.offset = strings.Contains(t.layout, "Z07") || strings.Contains(t.layout, "-07")
	if t.zone == nil && !t.offset {
		return m.wrong(p, zoneHint, "layout %q has no zone", t.layout)
	}
	return nil
}

// append appends text as unix seconds.
func (t *timestamp) append(dst, text []byte) ([]byte, string) {
	if t.layout == layoutUnix && len(text) <= shortUnix && isShortInteger(text) {
		return append(dst, text...), ""
	}
	seconds, problem := t.point(text)
	if problem != "" {
		return dst, problem
	}
	return strconv.AppendInt(dst, seconds, 10), ""
}

// point returns text as unix seconds.
func (t *timestamp) point(text []byte) (int64, string) {
	seconds, problem := t.seconds(text)
	if problem == "" && (seconds < firstSecond || seconds > lastSecond) {
		problem = quoted(text) + " is not between the years 0 and 9999"
		if t.layout == layoutUnix || t.layout == layoutUnixOrISO {
			problem += "; is it in milliseconds (layout: unix_ms)?"
		}
	}
	return seconds, problem
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
		return 0, fmt.Sprintf("%s does not fit the layout %s", quoted(text), t.layout)
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
		return 0, quoted(text) + " is not a whole number of seconds"
	case !ok:
		return 0, quoted(text) + " is not a whole number of milliseconds"
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
		return 0, quoted(text) + " is not a spreadsheet's date number"
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
