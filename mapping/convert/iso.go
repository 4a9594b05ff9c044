package convert

import "time"

// isoReader walks over ISO 8601 text.
type isoReader struct {
	text []byte
	bad  bool
}

// parseISO reads 2025-12-31, alone or with T or a space and a time of minutes or
// seconds (a fraction is dropped), and after a time Z or an offset.
func parseISO(text []byte, zone *time.Location) (int64, string) {
	r := isoReader{text: text}
	year, month, day := r.number(4), r.after('-', 2), r.after('-', 2)
	var hour, minute, second, offset int
	hasZone := false
	if len(r.text) > 0 && (r.text[0] == 'T' || r.text[0] == 't' || r.text[0] == ' ') {
		r.text = r.text[1:]
		hour, minute = r.number(2), r.after(':', 2)
		if len(r.text) > 0 && r.text[0] == ':' {
			second = r.after(':', 2)
			r.fraction()
		}
		offset, hasZone = r.offset()
	}
	if r.bad || len(r.text) > 0 || month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59 {
		return 0, Quote(text) + " is not an ISO 8601 date, such as 2025-12-31T23:59:00Z"
	}
	midnight := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if midnight.Day() != day {
		return 0, Quote(text) + " is not a day of the calendar"
	}
	wall := midnight.Unix() + int64(hour*3600+minute*60+second)
	switch {
	case hasZone:
		return wall - int64(offset), ""
	case zone == nil:
		return 0, Quote(text) + " names no zone, and the mapping neither; " + zoneHint
	}
	return atWall(wall, zone), ""
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
