package convert

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/ncruces/go-strftime"
)

// looser are changes of a layout that make it read what people also write: numbers
// without leading zeros, am and pm in lower case, and years of two digits.
var looser = []*strings.Replacer{
	strings.NewReplacer("%m", "%-m", "%d", "%-d", "%I", "%-I", "01", "1", "02", "2", "03", "3"),
	strings.NewReplacer("%p", "%P", "PM", "pm"),
	strings.NewReplacer("%m", "%-m", "%d", "%-d", "%I", "%-I", "01", "1", "02", "2", "03", "3", "%p", "%P", "PM", "pm"),
	strings.NewReplacer("%Y", "%y", "2006", "06"),
}

// fitting names a looser layout that fits a text, or nothing.
func fitting(layout, text string) string {
	for _, r := range looser {
		loose := r.Replace(layout)
		inGo := loose
		if strings.Contains(loose, "%") {
			inGo, _ = strftime.Layout(loose)
		}
		if _, err := time.Parse(inGo, text); err == nil && loose != layout {
			return fmt.Sprintf("; the layout %q fits", loose)
		}
	}
	return ""
}

// letters are the parts of layouts as many programs write them, such as YYYY-MM-DD.
var letters = regexp.MustCompile(`[Yy]{4}|[Yy]{2}|M{1,4}|[Dd]{1,4}|H{1,2}|h{1,2}|m{1,2}|[Ss]{1,2}|[Aa]{1,2}|[Zz]{1,4}|'[^']*'|T`)

// fromLetters returns a layout in directives for one in such letters, or nothing.
func fromLetters(layout string) string {
	if !regexp.MustCompile(`[Yy]{2}`).MatchString(layout) || strings.Contains(layout, "%") {
		return ""
	}
	clock := false // what follows is minutes, however they are written
	text := letters.ReplaceAllStringFunc(layout, func(part string) string {
		directive := map[string]string{
			"YYYY": "%Y", "YY": "%y", "MMMM": "%B", "MMM": "%b", "MM": "%m", "M": "%-m", "DDDD": "%A", "DDD": "%a", "DD": "%d", "D": "%-d",
			"HH": "%H", "H": "%H", "SS": "%S", "S": "%S", "A": "%p", "AA": "%p", "Z": "%z", "ZZ": "%z", "ZZZ": "%z", "ZZZZ": "%z",
		}[strings.ToUpper(part)]
		switch {
		case part[0] == '\'':
			return strings.Trim(part, "'")
		case part == "T":
			return part
		case strings.EqualFold(part, "hh") || strings.EqualFold(part, "h"):
			clock = true
			if part[0] == 'h' && strings.ContainsAny(layout, "aA") {
				return "%I"
			}
		case clock && strings.EqualFold(part, "mm"):
			return "%M"
		}
		return directive
	})
	zone := Timestamp{Layout: text, Zone: time.UTC}
	if zone.compile() != nil {
		return ""
	}
	return text
}
