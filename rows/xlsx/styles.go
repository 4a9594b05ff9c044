package xlsx

import (
	"fmt"
	"strings"
	"time"
)

// format is how a style shows numbers.
type format struct {
	as   look
	mask string // the digits and what is between them, such as 00000; or ""
}

// look is what a format makes of a number.
type look uint8

const (
	asNumber look = iota
	asDate
	asClock    // a time of day
	asDuration // hours, also more than 24
	asPercent
)

// readStyles finds out which styles show numbers as something else, or with zeros in
// front.
func readStyles(b *Book) error {
	f := b.part("styles")
	if f == nil {
		return nil
	}
	var styles struct {
		Formats []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Cells []struct {
			Format int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	if err := b.unmarshal(f.Name, &styles); err != nil {
		return err
	}
	codes := make(map[int]string)
	for _, s := range styles.Formats {
		codes[s.ID] = s.Code
	}
	for _, c := range styles.Cells {
		if code, own := codes[c.Format]; own {
			b.formats = append(b.formats, format{lookOf(code), maskOf(code)})
		} else {
			b.formats = append(b.formats, format{as: lookOfID(c.Format)})
		}
	}
	return nil
}

// lookOfID returns the look of the formats that every workbook has.
func lookOfID(id int) look {
	switch {
	case id >= 14 && id <= 17, id == 22, id >= 27 && id <= 31, id == 36, id >= 50 && id <= 54, id >= 57 && id <= 58:
		return asDate
	case id >= 18 && id <= 21, id >= 32 && id <= 35, id == 45, id == 47, id >= 55 && id <= 56:
		return asClock
	case id == 46:
		return asDuration
	case id == 9, id == 10:
		return asPercent
	}
	return asNumber
}

// lookOf returns the look of a format: a date where it shows days, months or years,
// and a time of day or a duration where it shows only hours, minutes or seconds.
func lookOf(code string) look {
	shown, elapsed := bareCode(code)
	hours := strings.ContainsAny(shown, "hs")
	switch {
	case strings.ContainsAny(shown, "yd"), strings.Contains(shown, "m") && !hours && !elapsed:
		return asDate
	case elapsed:
		return asDuration
	case hours && !strings.Contains(shown, "general"):
		return asClock
	case strings.Contains(shown, "%"):
		return asPercent
	}
	return asNumber
}

// bareCode returns the letters of a format that show the number, in lower case,
// without texts, colours and conditions; elapsed says that it counts hours, minutes or
// seconds, as [h] does.
func bareCode(code string) (shown string, elapsed bool) {
	var bare strings.Builder
	for i := 0; i < len(code); i++ {
		switch c := code[i]; c {
		case '"', '[':
			end := strings.IndexByte(code[i+1:], map[byte]byte{'"': '"', '[': ']'}[c])
			if end < 0 {
				return "", false
			}
			inside := strings.ToLower(code[i+1 : i+1+end])
			elapsed = elapsed || c == '[' && inside != "" && (strings.Trim(inside, "h") == "" || strings.Trim(inside, "m") == "" || strings.Trim(inside, "s") == "")
			i += 1 + end
		case '\\', '_', '*': // the next character is text, left out, or repeated
			i++
		case ';':
			i = len(code) // what follows is for negative numbers
		case '%':
			bare.WriteByte(c)
		default:
			bare.WriteByte(c | 0x20)
		}
	}
	return bare.String(), elapsed
}

// maskOf returns what a format shows where it consists of digits with spaces or
// hyphens between them, the first one a 0 that is always shown: 00000, 000-0000,
// 0# ## ##. It returns "" for all other formats, which show numbers as numbers.
func maskOf(code string) string {
	code, _, _ = strings.Cut(code, ";")
	if strings.HasPrefix(code, "[$") { // the language, or a currency, which has more than digits after it
		_, code, _ = strings.Cut(code, "]")
	}
	mask := strings.NewReplacer(`"`, "", `\`, "", "_)", "", "_ ", "").Replace(code)
	digits := strings.Count(mask, "0") + strings.Count(mask, "#")
	if digits < 2 || mask[0] != '0' || strings.Trim(mask, "0# -") != "" {
		return ""
	}
	return mask
}

// appendMasked appends a number without sign and fraction as a mask shows it.
func appendMasked(dst []byte, digits, mask string) []byte {
	places := strings.Count(mask, "0") + strings.Count(mask, "#")
	if n := len(digits) - places; n > 0 { // more digits than places: they are in front
		dst, digits = append(dst, digits[:n]...), digits[n:]
	}
	missing := places - len(digits)
	for i := 0; i < len(mask); i++ {
		switch c := mask[i]; {
		case c != '0' && c != '#':
			dst = append(dst, c)
		case missing > 0:
			missing--
			if c == '0' {
				dst = append(dst, '0')
			}
		default:
			dst, digits = append(dst, digits[0]), digits[1:]
		}
	}
	return dst
}

const (
	// days1904 are between the two days that the dates of workbooks count from.
	days1904 = 1462
	// lastDay is the last day that a workbook can show, 9999-12-31.
	lastDay = 2958465
	// leapDay is 1900-02-29, a day that workbooks have and calendars do not.
	leapDay = 60
)

// appendDate appends the date of a serial number, which counts days from 1900 on,
// and its time unless that is midnight, to the millisecond: 2006-01-02,
// 2006-01-02T15:04:05 or 2006-01-02T15:04:05.000. It reports false for numbers
// that show no date.
func appendDate(dst []byte, serial float64) ([]byte, bool) {
	if serial < 1 || serial >= lastDay+1 || int(serial) == leapDay {
		return dst, false
	}
	if serial < leapDay {
		serial++ // the days before it are one too many
	}
	day := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	millis := int64(serial*86_400_000 + 0.5)
	at := day.AddDate(0, 0, int(millis/86_400_000)).Add(time.Duration(millis%86_400_000) * time.Millisecond)
	layout := "2006-01-02T15:04:05.000"
	switch {
	case millis%86_400_000 == 0:
		layout = time.DateOnly
	case millis%1000 == 0:
		layout = "2006-01-02T15:04:05"
	}
	return at.AppendFormat(dst, layout), true
}

// appendClock appends a part of a day as a time of day, to the second: 18:30:00. It
// reports false for numbers that are more than a day.
func appendClock(dst []byte, serial float64) ([]byte, bool) {
	if serial < 0 || serial >= 1 {
		return dst, false
	}
	return appendDuration(dst, serial), true
}

// appendDuration appends a number of days as hours, minutes and seconds: 26:30:00.
func appendDuration(dst []byte, days float64) []byte {
	if days < 0 {
		dst, days = append(dst, '-'), -days
	}
	seconds := int64(days*86_400 + 0.5)
	return fmt.Appendf(dst, "%02d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
}
