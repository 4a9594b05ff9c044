package mapping

import (
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
		{"%d.%m.%Y", "UTC", "1.7.2025", `"1.7.2025"` + misfit + "%d.%m.%Y, such as 31.12.2025"},
		{"%d.%m.%Y", "UTC", "31.12.25", `"31.12.25"` + misfit + "%d.%m.%Y, such as 31.12.2025"},
		{"%d.%m.%Y", "UTC", "31.02.2025", `"31.02.2025"` + misfit + "%d.%m.%Y, such as 31.12.2025"},
		{"%d.%m.%Y", "UTC", "31.12.2025 ", at("2025-12-31T00:00:00Z")},
		{"%d.%m.%Y", "UTC", "31.12.2025x", `"31.12.2025x"` + misfit + "%d.%m.%Y, such as 31.12.2025"},
		{"%-d.%-m.%Y", "UTC", "1.7.2025", at("2025-07-01T00:00:00Z")}, {"%-d.%-m.%Y", "UTC", "01.07.2025", at("2025-07-01T00:00:00Z")},
		{"%e %b %Y", "UTC", "4 Jul 2025", at("2025-07-04T00:00:00Z")}, {"%A, %d %B %Y", "UTC", "Friday, 04 July 2025", at("2025-07-04T00:00:00Z")},
		{"%m/%d/%y %I:%M %p", "America/New_York", "07/04/25 04:05 PM", at("2025-07-04T16:05:00-04:00")},
		{"%FT%T%z", "", "2025-07-04T16:05:06+0200", at("2025-07-04T16:05:06+02:00")}, {"%F %R %:z", "", "2025-07-04 16:05 -07:00", at("2025-07-04T16:05:00-07:00")},
		{"%Y%m%d", "UTC", "20251231", at("2025-12-31T00:00:00Z")}, {"%Y-%j", "UTC", "2025-365", at("2025-12-31T00:00:00Z")},
		{"%Y-%m-%d %H:%M:%S.%f", "UTC", "2025-07-04 16:05:06.123456", at("2025-07-04T16:05:06Z")},
		{"%d%%%m%%%Y", "UTC", "31%12%2025", at("2025-12-31T00:00:00Z")}, {"Am %d. %m. %Y um %H Uhr", "UTC", "Am 31. 12. 2025 um 7 Uhr", at("2025-12-31T07:00:00Z")},
	} {
		checkCells(t, false, []cell{{timestampOf(tt.layout, tt.zone), tt.text, tt.want}})
	}
}

// FuzzLayout: a layout that is accepted reads what it writes, and no layout panics.
func FuzzLayout(f *testing.F) {
	for _, layout := range []string{"%d.%m.%Y", "%Y_%-m_%-d", "%-m%-S %F", "%Y-%m-%d%", "%EY-%m-%d", "%E%d", "%s", "%Z %F", "2006-01-02", "%F Mon", "%F 1", "%O", "%\xff", "%-", "02/01/2006 %"} {
		f.Add(layout)
	}
	f.Fuzz(func(t *testing.T, layout string) {
		quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "\x00", `\0`).Replace(layout)
		m, err := Parse("people.yaml", []byte("match: {id: id}\nattributes: {a: {column: c, type: timestamp, zone: UTC, layout: \""+quoted+"\"}}\n"), false)
		if err != nil {
			return
		}
		spelt := &m.attributes[0].timestamp
		if spelt.written != layout || spelt.layout == layoutUnix || spelt.layout == layoutUnixMs || spelt.layout == layoutISO || spelt.layout == layoutExcel {
			return
		}
		text := strings.TrimPrefix(spelt.example(), "such as ")
		if got, problem := spelt.seconds([]byte(text)); problem != "" || got < 1767052800 || got > 1767311999 {
			t.Errorf("%q (%q): %q is read as %d, %s", layout, spelt.layout, text, got, problem)
		}
	})
}
