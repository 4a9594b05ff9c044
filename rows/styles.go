package rows

import "strings"

// readStyles finds out which styles show numbers as dates.
func (w *workbook) readStyles() error {
	f := w.part("styles.xml")
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
	if err := w.unmarshal(f.Name, &styles); err != nil {
		return err
	}
	codes := make(map[int]string)
	for _, s := range styles.Formats {
		codes[s.ID] = s.Code
	}
	for _, c := range styles.Cells {
		code, own := codes[c.Format]
		w.dates = append(w.dates, own && isDateCode(code) || !own && isDateFormat(c.Format))
	}
	return nil
}

// isDateFormat tells the formats of dates among those that every workbook has.
func isDateFormat(id int) bool {
	return id >= 14 && id <= 17 || id == 22 || id >= 27 && id <= 31 || id == 36 || id >= 50 && id <= 54 || id >= 57 && id <= 58
}

// isDateCode reports whether a format shows days, months or years. One that shows
// hours only is of a time of day or a duration, which no calendar has.
func isDateCode(code string) bool {
	var bare strings.Builder
	for i := 0; i < len(code); i++ {
		switch c := code[i]; c {
		case '"', '[':
			end := strings.IndexByte(code[i+1:], map[byte]byte{'"': '"', '[': ']'}[c])
			if end < 0 {
				return false
			}
			i += 1 + end
		case '\\', '_', '*': // what follows stands for itself, is left out, or is repeated
			i++
		case ';':
			i = len(code) // what follows is for negative numbers
		default:
			bare.WriteByte(c | 0x20)
		}
	}
	shown := bare.String()
	return strings.ContainsAny(shown, "yd") || strings.Contains(shown, "m") && !strings.ContainsAny(shown, "hs")
}
