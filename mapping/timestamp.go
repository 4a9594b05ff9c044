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
	layout      string // unix, unix_ms, iso8601, excel or one of Go's
	layoutPlace place
	zone        *time.Location // of text that names none; nil: text must name one
}

const (
	layoutUnix   = "unix"
	layoutUnixMs = "unix_ms"
	layoutISO    = "iso8601"
	layoutExcel  = "excel"
)

// The seconds that are taken for points in time: the years 0 to 9999. Beyond
// them a number of seconds is one of milliseconds.
const (
	firstSecond = -62167219200
	lastSecond  = 253402300799
)

func (m *Mapping) checkTimestamp(a *attribute) error {
	t := &a.timestamp
	switch t.layout {
	case "":
		return m.wrong(a.typePlace, "it is unix, unix_ms, iso8601, excel or a Go layout such as 02/01/2006 15:04", "type timestamp needs a layout")
	case layoutUnix, layoutUnixMs, layoutISO:
		return nil
	case layoutExcel:
		if t.zone == nil {
			return m.wrong(t.layoutPlace, "add for example zone: Europe/Berlin", "layout excel needs a zone")
		}
		return nil
	}
	return m.checkLayout(a)
}

// checkLayout looks at a Go layout: it must hold a date, and a zone's offset
// unless the mapping names one.
func (m *Mapping) checkLayout(a *attribute) error {
	t := &a.timestamp
	if strings.Contains(t.layout, "MST") {
		return m.wrong(t.layoutPlace, "use the offset (-07:00), or name the zone in the mapping", "an abbreviation does not tell which zone is meant")
	}
	one := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	back, err := time.Parse(t.layout, one.Format(t.layout))
	if y, month, d := back.Date(); err != nil || y != 2001 || month != 2 || d != 3 {
		return m.wrong(t.layoutPlace, "it writes the moment 2006-01-02 15:04:05 the way the file does", "%q is not a layout for dates", t.layout)
	}
	if t.zone == nil && !strings.Contains(t.layout, "Z07") && !strings.Contains(t.layout, "-07") {
		return m.wrong(t.layoutPlace, "add for example zone: Europe/Berlin", "layout %q has no zone", t.layout)
	}
	return nil
}

// append appends text as unix seconds.
func (t *timestamp) append(dst, text []byte) ([]byte, string) {
	seconds, problem := t.seconds(text)
	if problem != "" {
		return dst, problem
	}
	if seconds < firstSecond || seconds > lastSecond {
		return dst, quoted(text) + " is not between the years 0 and 9999; is it in milliseconds (layout: unix_ms)?"
	}
	return strconv.AppendInt(dst, seconds, 10), ""
}

func (t *timestamp) seconds(text []byte) (int64, string) {
	switch t.layout {
	case layoutUnix, layoutUnixMs:
		n, ok := parseInt(text)
		if !ok {
			return 0, quoted(text) + " is not a whole number of seconds or milliseconds"
		}
		if t.layout == layoutUnixMs {
			n = int64(math.Floor(float64(n) / 1000))
		}
		return n, ""
	case layoutISO:
		return parseISO(text, t.zone)
	case layoutExcel:
		return parseExcel(text, t.zone)
	}
	zone := t.zone
	if zone == nil {
		zone = time.UTC
	}
	// The string is read within this call only.
	moment, err := time.ParseInLocation(t.layout, unsafe.String(unsafe.SliceData(text), len(text)), zone)
	if err != nil {
		return 0, fmt.Sprintf("%s does not fit the layout %s", quoted(text), t.layout)
	}
	return moment.Unix(), ""
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
	days, err := strconv.ParseFloat(string(text), 64)
	if err != nil || days < 61 || days >= 2958466 {
		return 0, quoted(text) + " is not a spreadsheet's date number"
	}
	whole := math.Floor(days)
	second := int(math.Round((days - whole) * 86400))
	return time.Date(1899, 12, 30+int(whole), 0, 0, second, 0, zone).Unix(), ""
}

// isoReader walks over ISO 8601 text.
type isoReader struct {
	text []byte
	bad  bool
}

// parseISO reads 2025-12-31, with or without T or a space and a time of minutes
// or seconds (a fraction is dropped), with or without Z or an offset.
func parseISO(text []byte, zone *time.Location) (int64, string) {
	r := isoReader{text: text}
	year, month, day := r.number(4), r.after('-', 2), r.after('-', 2)
	var hour, minute, second int
	if len(r.text) > 0 && (r.text[0] == 'T' || r.text[0] == 't' || r.text[0] == ' ') {
		r.text = r.text[1:]
		hour, minute = r.number(2), r.after(':', 2)
		if len(r.text) > 0 && r.text[0] == ':' {
			second = r.after(':', 2)
			r.fraction()
		}
	}
	offset, hasZone := r.offset()
	if r.bad || len(r.text) > 0 || month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59 {
		return 0, quoted(text) + " is not an ISO 8601 date"
	}
	if lastDay := time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day(); day < 1 || day > lastDay {
		return 0, quoted(text) + " is not a day of the calendar"
	}
	if !hasZone && zone == nil {
		return 0, quoted(text) + " names no zone, and the mapping neither"
	}
	if hasZone {
		zone = time.UTC
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, 0, zone)
	return t.Unix() - int64(offset), ""
}

func (r *isoReader) number(digits int) int {
	if len(r.text) < digits || !allDigits(r.text[:digits]) {
		r.bad = true
		return 0
	}
	n := 0
	for _, c := range r.text[:digits] {
		n = n*10 + int(c-'0')
	}
	r.text = r.text[digits:]
	return n
}

func (r *isoReader) after(separator byte, digits int) int {
	if len(r.text) == 0 || r.text[0] != separator {
		r.bad = true
		return 0
	}
	r.text = r.text[1:]
	return r.number(digits)
}

func (r *isoReader) fraction() {
	if len(r.text) == 0 || r.text[0] != '.' && r.text[0] != ',' {
		return
	}
	digits, rest := digitRun(r.text[1:])
	r.bad = r.bad || len(digits) == 0
	r.text = rest
}

// offset reads Z, ±07:00, ±0700 or ±07 and returns it in seconds.
func (r *isoReader) offset() (seconds int, found bool) {
	if len(r.text) == 0 {
		return 0, false
	}
	sign := r.text[0]
	r.text = r.text[1:]
	switch sign {
	case 'Z', 'z':
		return 0, true
	case '+', '-':
	default:
		r.bad = true
		return 0, false
	}
	hours, minutes := r.number(2), 0
	if len(r.text) > 0 && r.text[0] == ':' {
		minutes = r.after(':', 2)
	} else if len(r.text) > 0 {
		minutes = r.number(2)
	}
	r.bad = r.bad || hours > 15 || minutes > 59
	seconds = hours*3600 + minutes*60
	if sign == '-' {
		seconds = -seconds
	}
	return seconds, true
}
