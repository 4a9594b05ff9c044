package mapping

import (
	"errors"
	"strings"
	"testing"
)

// TestStrftime: directives are read as strictly as Go's layouts are.
func TestStrftime(t *testing.T) {
	t.Parallel()
	const misfit = " does not fit the layout "
	for _, tt := range []struct{ layout, zone, text, want string }{
		{"%d.%m.%Y %H:%M", "Europe/Berlin", "31.12.2025 09:05", at("2025-12-31T09:05:00+01:00")},
		{"%d.%m.%Y %H:%M", "Europe/Berlin", "31.12.2025 9:05", at("2025-12-31T09:05:00+01:00")},
		{"%d.%m.%Y", "UTC", "01.07.2025", at("2025-07-01T00:00:00Z")},
		{"%d.%m.%Y", "UTC", "1.7.2025", `"1.7.2025"` + misfit + `%d.%m.%Y, such as 31.12.2025; the layout "%-d.%-m.%Y" fits`},
		{"%d.%m.%Y", "UTC", "31.12.25", `"31.12.25"` + misfit + `%d.%m.%Y, such as 31.12.2025; the layout "%d.%m.%y" fits`},
		{"%d.%m.%Y", "UTC", "31.02.2025", `"31.02.2025"` + misfit + "%d.%m.%Y, such as 31.12.2025"},
		{"%d.%m.%Y", "UTC", "31.12.2025 ", at("2025-12-31T00:00:00Z")},
		{"%d.%m.%Y", "UTC", "31.12.2025x", `"31.12.2025x"` + misfit + "%d.%m.%Y, such as 31.12.2025"},
		{"%-d.%-m.%Y", "UTC", "1.7.2025", at("2025-07-01T00:00:00Z")}, {"%-d.%-m.%Y", "UTC", "01.07.2025", at("2025-07-01T00:00:00Z")},
		{"%e %b %Y", "UTC", "4 Jul 2025", at("2025-07-04T00:00:00Z")}, {"%A, %d %B %Y", "UTC", "Friday, 04 July 2025", at("2025-07-04T00:00:00Z")},
		{"%m/%d/%y %I:%M %p", "America/New_York", "07/04/25 04:05 PM", at("2025-07-04T16:05:00-04:00")},
		{"%FT%T%z", "", "2025-07-04T16:05:06+0200", at("2025-07-04T16:05:06+02:00")}, {"%F %R %:z", "", "2025-07-04 16:05 -07:00", at("2025-07-04T16:05:00-07:00")},
		{"%Y%m%d", "UTC", "20251231", at("2025-12-31T00:00:00Z")}, {"%Y-%j", "UTC", "2025-365", at("2025-12-31T00:00:00Z")},
		{"%Y-%m-%d %H:%M:%S.%f", "UTC", "2025-07-04 16:05:06.123456", at("2025-07-04T16:05:06Z")},
		{"%a %b %d %Y %H:%M:%S GMT%z", "", "Fri Jul 04 2025 16:05:06 GMT+0200 (Central European Summer Time)", at("2025-07-04T16:05:06+02:00")},
		{"%a, %-d %b %Y %H:%M:%S %z", "", "Fri, 4 Jul 2025 16:05:06 +0200 (CEST)", at("2025-07-04T16:05:06+02:00")},
		{"%F", "UTC", "2025-07-04 (Friday)", `"2025-07-04 (Friday)"` + misfit + "%F, such as 2025-12-31"},
		{"%d%%%m%%%Y", "UTC", "31%12%2025", at("2025-12-31T00:00:00Z")}, {"Am %d. %m. %Y um %H Uhr", "UTC", "Am 31. 12. 2025 um 7 Uhr", at("2025-12-31T07:00:00Z")},
	} {
		checkCells(t, false, []cell{{timestampOf(tt.layout, tt.zone), tt.text, tt.want}})
	}
}

// A text that does not fit its layout is told the looser layout that fits, and a
// layout of other programs its directives.
func TestFittingLayouts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ layout, text, want string }{
		{"%d/%m/%Y", "7/4/2025", `; the layout "%-d/%-m/%Y" fits`},
		{"%m-%d-%y %H:%M", "4-07-25 9:05", `; the layout "%-m-%-d-%y %H:%M" fits`},
		{"%Y-%m-%d %I:%M %p", "2025-04-07 03:15 am", `; the layout "%Y-%m-%d %I:%M %P" fits`},
		{"%-m/%-d/%Y %I:%M:%S %p", "4/7/2025 3:15:00 pm", `; the layout "%-m/%-d/%Y %-I:%M:%S %P" fits`},
		{"02.01.2006", "7.4.2025", `; the layout "2.1.2006" fits`},
		{"2006-01-02 03:04 PM", "2025-04-07 11:15 pm", `; the layout "2006-01-02 03:04 pm" fits`},
		{"%d/%m/%Y", "13.4.2025", ""},
		{"%d/%m/%Y", "4/13/2025", ""},
	} {
		m := parse(t, "match: {id: id}\nattributes: {a: {column: c, type: timestamp, layout: '"+tt.layout+"', zone: UTC}}\n")
		got := sent(t, m, "id,c\n1,"+tt.text+"\n")
		if _, hint, _ := strings.Cut(got, ", such as "); !strings.HasSuffix(hint, tt.want) || tt.want == "" && strings.Contains(got, "fits") {
			t.Errorf("%s of %s: %s, want %s", tt.layout, tt.text, got, tt.want)
		}
		if _, suggested, found := strings.Cut(strings.TrimSuffix(tt.want, `" fits`), `"`); found {
			looser := parse(t, "match: {id: id}\nattributes: {a: {column: c, type: timestamp, layout: '"+suggested+"', zone: UTC}}\n")
			if got := sent(t, looser, "id,c\n1,"+tt.text+"\n"); !strings.HasPrefix(got, `"a":17`) {
				t.Errorf("%s does not read %s: %s", suggested, tt.text, got)
			}
		}
	}
	for layout, want := range map[string]string{
		"YYYY-MM-DD": "%Y-%m-%d", "dd.mm.yyyy": "%d.%m.%Y", "M/D/YY": "%-m/%-d/%y", "YYYY-MM-DD HH:mm:ss": "%Y-%m-%d %H:%M:%S", "yyyy-MM-dd'T'HH:mm:ss": "%Y-%m-%dT%H:%M:%S",
		"DD/MM/YYYY hh:mm a": "%d/%m/%Y %I:%M %p", "DD MMM YYYY": "%d %b %Y", "YYYY/MM": "", "MM-DD": "",
	} {
		_, err := Parse("people.yaml", []byte("match: {id: id}\nattributes: {a: {column: c, type: timestamp, layout: \""+layout+"\", zone: UTC}}\n"), false)
		e, ok := errors.AsType[*Error](err)
		if !ok || want != "" && e.Hint != `write "`+want+`"` || want == "" && strings.HasPrefix(e.Hint, `write "%`) {
			t.Errorf("%s: %+v, want %s", layout, err, want)
		}
	}
}
