package mapping

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestRange: dates before 1990 or far ahead of the run's start reject the row, to
// the second, with what the number may have been instead.
func TestRange(t *testing.T) {
	t.Parallel()
	begun := time.Date(2026, 2, 28, 12, 0, 0, 0, time.UTC)
	const allow = "; if that is meant, as for birthdays, write range: any in the mapping"
	const ahead = "; if that is meant, write range: any in the mapping"
	for _, tt := range []struct{ options, text, want string }{
		{"layout: iso8601", "1990-01-01T00:00:00Z", "631152000"},
		{"layout: iso8601", "1989-12-31T23:59:59Z", `"1989-12-31T23:59:59Z" is read as 1989-12-31 23:59 UTC, before 1990` + allow},
		{"layout: iso8601", "2036-02-28T12:00:00Z", at("2036-02-28T12:00:00Z")},
		{"layout: iso8601", "2036-02-28T12:00:01Z", `"2036-02-28T12:00:01Z" is read as 2036-02-28 12:00 UTC, more than 10 years ahead` + ahead},
		{"layout: iso8601, range: any", "2036-02-28T12:00:01Z", at("2036-02-28T12:00:01Z")},
		{`layout: "%d.%m.%Y", zone: Europe/Berlin`, "24.12.1985", `"24.12.1985" is read as 1985-12-24 00:00 CET, before 1990` + allow},
		{`layout: "%d.%m.%Y", zone: Europe/Berlin, range: any`, "24.12.1985", at("1985-12-24T00:00:00+01:00")},
		{"layout: 02.01.06, zone: UTC", "31.12.68", `"31.12.68" is read as 2068-12-31 00:00 UTC, more than 10 years ahead; if it is a date of the last century, such as a birthday, write range: any in the mapping`},
		{"layout: excel, zone: UTC", "32873", `"32873" is read as 1989-12-31 00:00 UTC, before 1990` + allow}, {"layout: excel, zone: UTC", "32874", "631152000"},
		{"layout: unix", "631152000", "631152000"}, {"layout: unix", "631151999", `"631151999" is read as 1989-12-31 23:59 UTC, before 1990` + allow},
		{"layout: unix", "0", `"0" is read as 1970-01-01 00:00 UTC, before 1990` + allow}, {"layout: unix, range: any", "0", "0"}, {"layout: unix, range: any", "-1", "-1"},
		{"layout: unix", "45658", `"45658" is read as 1970-01-01 12:40 UTC, before 1990; is it a spreadsheet's date number (layout: excel)?`},
		{"layout: unix", "20251231", `"20251231" is read as 1970-08-23 09:20 UTC, before 1990; is it a date (layout: "%Y%m%d")?`},
		{"layout: unix", "20251301", `"20251301" is read as 1970-08-23 09:21 UTC, before 1990` + allow},
		{"layout: unix", "1735689600000", `"1735689600000" is not between the years 0 and 9999; is it in milliseconds (layout: unix_ms)?`},
		{"layout: unix_ms", "1735689600", `"1735689600" is read as 1970-01-21 02:08 UTC, before 1990; is it in seconds (layout: unix)?`},
		{"layout: unix_ms", "1735689600000", "1735689600"},
		{"layout: unix_ms", "45658", `"45658" is read as 1970-01-01 00:00 UTC, before 1990; is it a spreadsheet's date number (layout: excel)?`},
		{"layout: unix_ms", "9735689600000", `"9735689600000" is read as 2278-07-06 14:13 UTC, more than 10 years ahead` + ahead},
		{"layout: unix", "9735689600", `"9735689600" is read as 2278-07-06 14:13 UTC, more than 10 years ahead` + ahead},
	} {
		got := appendOn(t, "match: {id: id}\nattributes: {a: {column: c, type: timestamp, "+tt.options+"}}\n", tt.text, Terms{Begun: begun})
		want := `"a":` + tt.want
		if tt.want[0] == '"' {
			want = `invalid attributes.a: column "c": ` + tt.want
		}
		if got != want {
			t.Errorf("%s of %s:\n got %s\nwant %s", tt.options, tt.text, got, want)
		}
	}
}

// TestEventSpan: the same holds for the timestamps of events.
func TestEventSpan(t *testing.T) {
	t.Parallel()
	const event = "operation: event\nmatch: {id: id}\nevent: {name: {value: Bought}, timestamp: {column: c%s}}\n"
	for _, tt := range []struct{ options, text, want string }{
		{"", "45658", `invalid timestamp: column "c": "45658" is read as 1970-01-01 12:40 UTC, before 1990; is it a spreadsheet's date number (layout: excel)?`},
		{"", "1735689600000", `invalid timestamp: column "c": "1735689600000" is not between the years 0 and 9999; is it in milliseconds (layout: unix_ms)?`},
		{"", "1985-12-24T00:00:00Z", `invalid timestamp: column "c": "1985-12-24T00:00:00Z" is read as 1985-12-24 00:00 UTC, before 1990; if that is meant, as for birthdays, write range: any in the mapping`},
		{", layout: unix_ms", "1735689600", `invalid timestamp: column "c": "1735689600" is read as 1970-01-21 02:08 UTC, before 1990; is it in seconds (layout: unix)?`},
		{", range: any", "45658", ""},
	} {
		if got := appendOn(t, fmt.Sprintf(event, tt.options), tt.text, Terms{Begun: time.Unix(1.8e9, 0)}); got != tt.want {
			t.Errorf("%s of %s:\n got %s\nwant %s", tt.options, tt.text, got, tt.want)
		}
	}
}

// appendOn maps one row with text in its column c, on a run's terms.
func appendOn(t *testing.T, mapping, text string, terms Terms) string {
	t.Helper()
	m := parse(t, mapping)
	if m.operation != "" {
		if err := m.SetVerb(m.operation); err != nil {
			t.Fatal(err)
		}
	}
	in := open(t, "id,c\n1,"+text+"\n")
	mapper, b := bind(t, m, in).Mapper(in, terms), blockOf(t, in)
	return mapRow(t, mapper, b, 0).String()
}

// TestTwoDigitYears: with range: any a date is not after the run's begin; otherwise
// years are as Go reads them, and those far ahead reject their row.
func TestTwoDigitYears(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ layout, options, text, want string }{
		{"%d.%m.%y", "range: any", "24.12.47", at("1947-12-24T00:00:00Z")},
		{"%d.%m.%y", "range: any", "24.12.69", at("1969-12-24T00:00:00Z")},
		{"%d.%m.%y", "range: any", "14.06.26", at("2026-06-14T00:00:00Z")},
		{"%d.%m.%y", "range: any", "16.06.26", at("1926-06-16T00:00:00Z")},
		{"%d.%m.%y", "range: any", "29.02.28", at("1928-02-29T00:00:00Z")},
		{"02-Jan-06", "range: any", "07-Mar-55", at("1955-03-07T00:00:00Z")},
		{"%m/%d/%y %H:%M", "range: any", "03/07/61 22:30", at("1961-03-07T22:30:00Z")},
		{"%d.%m.%Y", "range: any", "24.12.2047", at("2047-12-24T00:00:00Z")},
		{"20060102", "range: any", "20470607", at("2047-06-07T00:00:00Z")},
		{"%d.%m.%y", "", "24.12.30", at("2030-12-24T00:00:00Z")},
		{"%d.%m.%y", "", "24.12.99", at("1999-12-24T00:00:00Z")},
		{"%d.%m.%y", "", "24.12.47", `"24.12.47" is read as 2047-12-24 00:00 UTC, more than 10 years ahead; if it is a date of the last century, such as a birthday, write range: any in the mapping`},
		{"%d.%m.%y", "", "24.12.71", `"24.12.71" is read as 1971-12-24 00:00 UTC, before 1990; if that is meant, as for birthdays, write range: any in the mapping`},
	} {
		m := parse(t, "match: {id: id}\nattributes: {a: {column: c, type: timestamp, layout: '"+tt.layout+"', zone: UTC, "+tt.options+"}}\n")
		in := open(t, "id,c\n1,"+tt.text+"\n")
		mapper := bind(t, m, in).Mapper(in, Terms{Begun: time.Date(2026, 6, 15, 12, 0, 0, 0, time.UTC)})
		got := strings.TrimPrefix(strings.TrimPrefix(mapRow(t, mapper, blockOf(t, in), 0).String(), `"a":`), `invalid attributes.a: column "c": `)
		if got != tt.want {
			t.Errorf("%s %s of %s: %s, want %s", tt.layout, tt.options, tt.text, got, tt.want)
		}
	}
}

// The clocks of a zone a hundred years ago differed from today's.
func TestTwoDigitYearsInZone(t *testing.T) {
	t.Parallel()
	m := parse(t, "match: {id: id}\nattributes: {a: {column: c, type: timestamp, layout: '%d.%m.%y', zone: Europe/Amsterdam, range: any}}\n")
	in := open(t, "id,c\n1,03.05.30\n")
	mapper := bind(t, m, in).Mapper(in, Terms{Begun: time.Date(2026, 6, 15, 12, 0, 0, 0, time.UTC)})
	zone, _ := time.LoadLocation("Europe/Amsterdam")
	if got, want := mapRow(t, mapper, blockOf(t, in), 0).String(), fmt.Sprintf(`"a":%d`, time.Date(1930, 5, 3, 0, 0, 0, 0, zone).Unix()); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
