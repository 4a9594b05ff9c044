package convert

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ncruces/go-strftime"
)

const zoneHint = "add for example zone: Europe/Berlin"

// compile checks the layout and turns it into Go's, so that no row pays for it.
func (t *Timestamp) compile() *Mistake {
	t.layout, t.twoDigits = t.Layout, false
	switch t.Layout {
	case "":
		return &Mistake{Key: "type", OfValue: true, Msg: "type timestamp needs a layout",
			Hint: "add layout: unix, unix_ms, iso8601, excel, or one such as \"%d.%m.%Y %H:%M\""}
	case Unix, UnixMs, ISO8601, UnixOrISO:
		return nil
	case Excel:
		if t.Zone == nil {
			return layoutMistake(0, zoneHint, "layout excel needs a zone")
		}
		return nil
	}
	return t.compileDate()
}

func layoutMistake(at int, hint, format string, args ...any) *Mistake {
	return &Mistake{Key: "layout", OfValue: true, At: at, Msg: fmt.Sprintf(format, args...), Hint: hint}
}

// compileDate compiles a layout that writes out a date, with Go's reference time
// or, where there is a %, with strftime's directives: it must hold a date, and an
// offset unless the rule names a zone.
func (t *Timestamp) compileDate() *Mistake {
	percents := strings.Contains(t.Layout, "%")
	if percents {
		if m := t.readStrftime(); m != nil {
			return m
		}
	}
	if strings.Contains(t.layout, "MST") {
		at := 0
		if percents {
			at = 1 + utf8.RuneCountInString(t.Layout[:max(strings.Index(t.Layout, "%Z"), 0)])
		}
		return layoutMistake(at, "use the offset ("+pick(percents, "%z", "-07:00")+"), or name the zone in the mapping", "an abbreviation does not say which zone is meant")
	}
	if m := t.checkDate(percents); m != nil {
		return m
	}
	t.twoDigits = time.Date(1600, 2, 3, 0, 0, 0, 0, time.UTC).Format(t.layout) == time.Date(2000, 2, 3, 0, 0, 0, 0, time.UTC).Format(t.layout) // the calendar repeats
	t.offset = strings.Contains(t.layout, "Z07") || strings.Contains(t.layout, "-07")
	if t.Zone == nil && !t.offset {
		return layoutMistake(0, zoneHint, "layout %q has no zone", t.Layout)
	}
	return nil
}

// checkDate formats a time and reads it again: the layout must hold all of it.
func (t *Timestamp) checkDate(percents bool) *Mistake {
	one := time.Date(2001, 2, 3, 16, 5, 6, 0, time.UTC)
	text := one.Format(t.layout)
	if percents {
		text = strftime.Format(t.Layout, one) // what it says, to see that Go's layout says it too
	}
	back, err := time.Parse(t.layout, text)
	if y, month, d := back.Date(); err != nil || y != 2001 || month != 2 || d != 3 {
		m := layoutMistake(0, pick(percents, "it needs a day, a month and a year, for example %d.%m.%Y",
			"write the time 2006-01-02 15:04:05 the way the input does, or use directives such as %d.%m.%Y"), "%q is not a layout for dates", t.Layout)
		m.Meant = []string{Unix, UnixMs, ISO8601, Excel}
		if written := fromLetters(t.Layout); written != "" {
			m.Hint, m.Meant = fmt.Sprintf("write %q", written), nil
		}
		return m
	}
	if hour := back.Hour(); hour != 0 && hour != 16 {
		return layoutMistake(0, pick(percents, "write %H for hours up to 23, or add %p", "write 15 for hours up to 23, or add PM"), "the layout's hours go up to 12, without PM")
	}
	return nil
}

func pick(first bool, one, other string) string {
	if first {
		return one
	}
	return other
}

// layoutPart is a directive, or the text between two.
var layoutPart = regexp.MustCompile(`(?s)%[-:]?[EO]?.?|[^%]+`)

// readStrftime replaces the layout's directives by Go's.
func (t *Timestamp) readStrftime() *Mistake {
	for _, at := range layoutPart.FindAllStringIndex(t.Layout, -1) {
		part := t.Layout[at[0]:at[1]]
		alone, _ := strftime.Layout(part)
		_, err := strftime.Layout(t.Layout[:at[1]])
		unread := part[0] == '%' && part != "%%" && strings.HasPrefix(alone, "%") // it is taken for text
		if err == nil && !unread {
			continue
		}
		where := 1 + utf8.RuneCountInString(t.Layout[:at[0]])
		if part[0] != '%' {
			return layoutMistake(where, "write every part as a directive, for example %d.%m.%Y, or none", "%q cannot be combined with directives such as %%d", part)
		}
		hint, known := directiveHints[part]
		if !known {
			hint = "known are %Y %y %m %-m %b %B %d %-d %e %j %a %A %H %I %-I %p %M %S %z %:z %F %T %R %D %%"
		}
		return layoutMistake(where, hint, "%q is not a directive that dates are read by", part)
	}
	t.layout, _ = strftime.Layout(t.Layout) // its parts have been checked
	return nil
}

// directiveHints say what to write instead of directives that are not read.
var directiveHints = map[string]string{
	"%s": "write layout: unix", "%Q": "write layout: unix_ms",
	"%k": "write %H, which reads 9 and 09", "%-H": "write %H, which reads 9 and 09", "%l": "write %-I, which reads 9 and 09",
	"%f": "it must follow a dot or a comma", "%L": "it must follow a dot or a comma", "%N": "it must follow a dot or a comma",
	"%": "write a letter after it, or %% for a percent sign",
}

// example shows what text of the layout looks like, for messages.
func (t *Timestamp) example() string {
	return fmt.Sprintf("such as %s", time.Date(2025, 12, 31, 23, 59, 0, 0, time.UTC).Format(t.layout))
}
