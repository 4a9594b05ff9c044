package mapping

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/ncruces/go-strftime"
)

const zoneHint = "add for example zone: Europe/Berlin"

// checkLayout looks at a layout that spells a date, with Go's reference time or,
// where there is a %, with strftime's directives: it must hold a date, and a zone's
// offset unless the mapping names one. The latter is turned into Go's, so that no
// row pays for it.
func (m *Mapping) checkLayout(t *timestamp, p place) error {
	written, percents := t.layout, strings.Contains(t.layout, "%")
	if percents {
		if err := m.readStrftime(t, p); err != nil {
			return err
		}
	}
	if strings.Contains(t.layout, "MST") {
		if percents {
			p = m.within(p, []rune(written), len([]rune(written[:max(strings.Index(written, "%Z"), 0)])))
		}
		return m.wrong(p, "use the offset ("+pick(percents, "%z", "-07:00")+"), or name the zone in the mapping", "an abbreviation does not tell which zone is meant")
	}
	one := time.Date(2001, 2, 3, 16, 5, 6, 0, time.UTC)
	text := one.Format(t.layout)
	if percents {
		text = strftime.Format(written, one) // what it says, to see that Go's layout says it too
	}
	back, err := time.Parse(t.layout, text)
	if y, month, d := back.Date(); err != nil || y != 2001 || month != 2 || d != 3 {
		hint := meant(written, []string{layoutUnix, layoutUnixMs, layoutISO, layoutExcel})
		if hint == "" {
			hint = pick(percents, "it needs a day, a month and a year, for example %d.%m.%Y", "write the moment 2006-01-02 15:04:05 the way the input does, or use directives such as %d.%m.%Y")
		}
		return m.wrong(p, hint, "%q is not a layout for dates", written)
	}
	if hour := back.Hour(); hour != 0 && hour != 16 {
		return m.wrong(p, pick(percents, "write %H for hours up to 23, or add %p", "write 15 for hours up to 23, or add PM"), "the layout's hours go up to 12, without PM")
	}
	t.offset = strings.Contains(t.layout, "Z07") || strings.Contains(t.layout, "-07")
	if t.zone == nil && !t.offset {
		return m.wrong(p, zoneHint, "layout %q has no zone", written)
	}
	return nil
}

func pick(first bool, one, other string) string {
	if first {
		return one
	}
	return other
}

// layoutPart is a directive, or what stands between two.
var layoutPart = regexp.MustCompile(`(?s)%[-:]?[EO]?.?|[^%]+`)

// readStrftime replaces the layout's directives by what Go calls them.
func (m *Mapping) readStrftime(t *timestamp, p place) error {
	for _, at := range layoutPart.FindAllStringIndex(t.layout, -1) {
		part := t.layout[at[0]:at[1]]
		alone, _ := strftime.Layout(part)
		_, err := strftime.Layout(t.layout[:at[1]])
		unread := part[0] == '%' && part != "%%" && strings.HasPrefix(alone, "%") // it is taken for text
		if err == nil && !unread {
			continue
		}
		p = m.within(p, []rune(t.layout), len([]rune(t.layout[:at[0]])))
		if part[0] != '%' {
			return m.wrong(p, "write every part as a directive, for example %d.%m.%Y, or none",
				"%q cannot stand beside directives such as %%d", part)
		}
		hint, known := directiveHints[part]
		if !known {
			hint = "known are %Y %y %m %-m %b %B %d %-d %e %j %a %A %H %I %-I %p %M %S %z %:z %F %T %R %D %%"
		}
		return m.wrong(p, hint, "%q is no directive that dates are read by", part)
	}
	layout, err := strftime.Layout(t.layout)
	t.layout = layout
	return err
}

// directiveHints say what to write instead of directives that are not read.
var directiveHints = map[string]string{
	"%s": "write layout: unix", "%Q": "write layout: unix_ms",
	"%k": "write %H, which reads 9 and 09", "%-H": "write %H, which reads 9 and 09", "%l": "write %-I, which reads 9 and 09",
	"%f": "it must stand behind a dot or a comma", "%L": "it must stand behind a dot or a comma", "%N": "it must stand behind a dot or a comma",
	"%": "write a letter behind it, or %% for a percent sign",
}

// example shows what text of the layout looks like, for messages.
func (t *timestamp) example() string {
	return fmt.Sprintf("such as %s", time.Date(2025, 12, 31, 23, 59, 0, 0, time.UTC).Format(t.layout))
}
