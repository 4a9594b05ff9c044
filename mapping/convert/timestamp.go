package convert

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // zones by name, also where the machine has none
	"unsafe"
)

// Timestamp says how a point in time is written. It is sent as unix seconds, the
// only form that Customer.io compares as a date.
type Timestamp struct {
	// Layout is Unix, UnixMs, ISO8601, Excel, UnixOrISO, a layout of Go's package
	// time or one of strftime's directives.
	Layout string
	// Zone is that of text without an offset; nil: the text must have one.
	Zone *time.Location
	// AnyDate allows dates before 1990 and far in the future. It also puts years of
	// two digits into the hundred years before the run: a birthday is not after it.
	AnyDate bool

	layout    string // Layout, or what it is in Go's terms
	offset    bool   // the layout has a zone's offset
	twoDigits bool   // the layout's years have two digits
}

// The layouts that have names. UnixOrISO is not for mappings to name.
const (
	Unix    = "unix"
	UnixMs  = "unix_ms"
	ISO8601 = "iso8601"
	Excel   = "excel"

	// UnixOrISO is that of an event's timestamp, unless the mapping names
	// another: no text can be both.
	UnixOrISO = "unix or iso8601"
)

// The seconds that are taken for points in time: the years 0 to 9999. Beyond
// them a number of seconds is one of milliseconds.
const (
	FirstSecond = -62167219200
	LastSecond  = 253402300799
)

// unixDigits is how many digits the seconds of the years 2001 to 2286 have.
const unixDigits = 10

// append appends text as unix seconds.
func (t *Timestamp) append(dst, text []byte, run span) ([]byte, string) {
	if t.layout == Unix && len(text) == unixDigits && isShortInteger(text) && text[0] != '-' {
		n := int64(0)
		for _, c := range text {
			n = n*10 + int64(c-'0')
		}
		if n <= run.latest { // the usual, which is as it is sent; and not before 1990
			return append(dst, text...), ""
		}
	}
	seconds, problem := t.point(text, run)
	if problem != "" {
		return dst, problem
	}
	return strconv.AppendInt(dst, seconds, 10), ""
}

// point returns text as unix seconds.
func (t *Timestamp) point(text []byte, run span) (int64, string) {
	seconds, problem := t.seconds(text)
	if t.twoDigits && t.AnyDate && seconds > run.begun && problem == "" {
		seconds = t.centuryBefore(seconds)
	}
	if problem == "" && (seconds < FirstSecond || seconds > LastSecond) {
		problem = Quote(text) + " is not between the years 0 and 9999"
	}
	if problem == "" {
		return seconds, t.outside(text, seconds, run.latest)
	}
	if other := t.mistaken(text, run.latest); other != "" {
		problem += "; is it " + other + "?"
	}
	return 0, problem
}

// centuryBefore returns the time a hundred years earlier, by the clocks of the zone.
func (t *Timestamp) centuryBefore(seconds int64) int64 {
	zone := t.Zone
	if zone == nil {
		zone = time.UTC
	}
	wall := time.Unix(seconds+offsetAt(seconds, zone), 0).UTC()
	return atWall(wall.AddDate(-100, 0, 0).Unix(), zone)
}

func (t *Timestamp) seconds(text []byte) (int64, string) {
	switch t.layout {
	case Unix, UnixMs:
		return t.parseUnix(text)
	case UnixOrISO:
		if whole, fraction, _ := bytes.Cut(text, []byte{'.'}); allDigits(whole) && allDigits(fraction) {
			return t.parseUnix(text)
		}
		return parseISO(text, t.Zone)
	case ISO8601:
		return parseISO(text, t.Zone)
	case Excel:
		if len(text) > 4 && text[4] == '-' { // a workbook's dates are read as they are shown
			return parseISO(text, t.Zone)
		}
		return parseExcel(text, t.Zone)
	}
	at, err := t.parse(text)
	if err != nil {
		return 0, fmt.Sprintf("%s does not fit the layout %s, %s", Quote(text), t.Layout, t.example()) + fitting(t.Layout, string(text))
	}
	if t.offset {
		return at.Unix(), ""
	}
	return atWall(at.Unix(), t.Zone), ""
}

// parse reads text by the layout. After a zone's offset it may have the zone's name
// in parentheses, as RFC 2822 and JavaScript write it.
func (t *Timestamp) parse(text []byte) (time.Time, error) {
	// The string is read within this call only.
	at, err := time.Parse(t.layout, unsafe.String(unsafe.SliceData(text), len(text)))
	if err == nil || !t.offset || text[len(text)-1] != ')' {
		return at, err
	}
	before, _, found := strings.Cut(string(text), " (")
	if !found {
		return at, err
	}
	return time.Parse(t.layout, before)
}

// parseUnix reads a number of seconds or milliseconds. A fraction is dropped.
func (t *Timestamp) parseUnix(text []byte) (int64, string) {
	whole, fraction, _ := bytes.Cut(text, []byte{'.'})
	n, ok := parseInt(whole)
	if len(whole) < len(text) {
		ok = ok && len(fraction) > 0 && allDigits(fraction) && (n > 0 || whole[0] != '-' && n == 0)
	}
	switch {
	case !ok && t.layout != UnixMs:
		return 0, Quote(text) + " is not a whole number of seconds, such as 1767225540"
	case !ok:
		return 0, Quote(text) + " is not a whole number of milliseconds, such as 1767225540000"
	case t.layout != UnixMs:
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
		return 0, Quote(text) + " is not a spreadsheet's date number, such as 46022.5"
	}
	const from = -25569 * 86400 // 30 December 1899
	return atWall(from+int64(math.Round(days*86400)), zone), ""
}

// atWall returns when the clocks of zone show the time that a clock of UTC shows
// wall seconds after 1970. Where they show it twice it is the first time; where
// they never do, having been put forward, it is as much later as they skipped.
// (The package time leaves open which it is, and may go back to the day before.)
func atWall(wall int64, zone *time.Location) int64 {
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
