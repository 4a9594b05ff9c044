package mapping

import (
	"fmt"
	"testing"
	"time"
)

// at returns the unix seconds of a time that the package time reads.
func at(rfc3339 string) string {
	t, err := time.Parse(time.RFC3339, rfc3339)
	if err != nil {
		panic(err)
	}
	return fmt.Sprint(t.Unix())
}

func timestampOf(layout, zone string) string {
	if zone == "" {
		return fmt.Sprintf("type: timestamp, range: any, layout: '%s'", layout)
	}
	return fmt.Sprintf("type: timestamp, range: any, layout: '%s', zone: %s", layout, zone)
}

func TestUnix(t *testing.T) {
	t.Parallel()
	unix, ms := timestampOf("unix", ""), timestampOf("unix_ms", "")
	not := func(text string) cell {
		return cell{unix, text, `"` + text + `" is not a whole number of seconds, such as 1767225540`}
	}
	const beyond = ` is not between the years 0 and 9999`
	checkCells(t, false, []cell{
		{unix, "1735689600", "1735689600"}, {unix, " 0 ", "0"}, {unix, "-1", "-1"}, {unix, "+5", "5"}, {unix, "0001735689600", "1735689600"},
		{unix, "253402300799", "253402300799"}, {unix, "-62167219200", "-62167219200"},
		{unix, "253402300800", `"253402300800"` + beyond},
		{unix, "1735689600000", `"1735689600000"` + beyond + "; is it in milliseconds (layout: unix_ms)?"},
		{unix, "-62167219201", `"-62167219201"` + beyond},
		{unix, "1735689600.0", "1735689600"}, {unix, "1735689600.987654", "1735689600"}, {unix, "0.5", "0"}, not("1735689600."), not(".5"), not("-1.5"), not("1735689600.5e3"), not("1735689600,5"), not("1.7e9"), not("0x10"), not("now"), {unix, "2025-01-01", not("2025-01-01").want + "; is it a date (layout: iso8601)?"}, not("1 735 689 600"), not("-"),
		not("9999999999999999999"), {unix, "", ""}, {unix, " ", ""},
		{ms, "1735689600000", "1735689600"}, {ms, "1735689600999", "1735689600"}, {ms, "999", "0"}, {ms, "0", "0"},
		{ms, "-1", "-1"}, {ms, "-999", "-1"}, {ms, "-1000", "-1"}, {ms, "-1001", "-2"}, {ms, "-2000", "-2"},
		{ms, "253402300799999", "253402300799"}, {ms, "253402300800000", `"253402300800000"` + beyond},
		{ms, "-62167219200000", "-62167219200"}, {ms, "-62167219200001", `"-62167219200001"` + beyond},
		{ms, "999999999999999999", `"999999999999999999"` + beyond}, {ms, "-999999999999999999", `"-999999999999999999"` + beyond},
		{ms, "1735689600000.5", "1735689600"}, {ms, "1735689600000.", `"1735689600000." is not a whole number of milliseconds, such as 1767225540000`},
		{timestampOf("unix", "Europe/Berlin"), "1735689600", "1735689600"},
	})
	checkCells(t, true, []cell{
		{unix, "1735689600", "1735689600"}, {unix, `"1735689600"`, "1735689600"}, {unix, "1735689600.0", "1735689600"},
		{unix, "true", `"true" is not a whole number of seconds, such as 1767225540`}, {unix, "[1]", `"[1]" is not of type timestamp`}, {unix, "null", ""},
	})
}

func TestISO8601(t *testing.T) {
	t.Parallel()
	iso, berlin := timestampOf("iso8601", ""), timestampOf("iso8601", "Europe/Berlin")
	not := func(text string) cell {
		return cell{berlin, text, `"` + text + `" is not an ISO 8601 date, such as 2025-12-31T23:59:00Z`}
	}
	noDay := func(text string) cell { return cell{berlin, text, `"` + text + `" is not a day of the calendar`} }
	checkCells(t, false, []cell{
		{iso, "2025-12-31T12:34:56Z", at("2025-12-31T12:34:56Z")}, {iso, "2025-12-31t12:34:56z", at("2025-12-31T12:34:56Z")},
		{iso, "2025-12-31 12:34:56Z", at("2025-12-31T12:34:56Z")}, {iso, " 2025-12-31T12:34Z ", at("2025-12-31T12:34:00Z")},
		{iso, "2025-12-31T12:34:56+02:00", at("2025-12-31T12:34:56+02:00")}, {iso, "2025-12-31T12:34:56-0730", at("2025-12-31T12:34:56-07:30")},
		{iso, "2025-12-31T12:34:56+14", at("2025-12-31T12:34:56+14:00")}, {iso, "2025-12-31 12:34:56-00", at("2025-12-31T12:34:56Z")},
		{iso, "2025-12-31T12:34:56.999Z", at("2025-12-31T12:34:56Z")}, {iso, "2025-12-31T12:34:56,123456789+01:00", at("2025-12-31T12:34:56+01:00")},
		{iso, "1969-12-31T23:59:59.999Z", "-1"}, {iso, "1970-01-01T00:00:00Z", "0"},
		{iso, "0000-01-01T00:00:00Z", "-62167219200"}, {iso, "9999-12-31T23:59:59Z", "253402300799"},
		{iso, "0000-01-01T00:00:00+00:01", `"0000-01-01T00:00:00+00:01" is not between the years 0 and 9999`},
		{iso, "9999-12-31T23:59:59-00:01", `"9999-12-31T23:59:59-00:01" is not between the years 0 and 9999`},
		{iso, "2025-12-31T12:34:56", `"2025-12-31T12:34:56" names no zone, and the mapping neither; add for example zone: Europe/Berlin`},
		{iso, "2025-12-31", `"2025-12-31" names no zone, and the mapping neither; add for example zone: Europe/Berlin`},
		{berlin, "2025-12-31", at("2025-12-31T00:00:00+01:00")}, {berlin, "2025-07-01", at("2025-07-01T00:00:00+02:00")},
		{berlin, "2025-07-01 12:00", at("2025-07-01T12:00:00+02:00")}, {berlin, "2025-07-01T12:00:00Z", at("2025-07-01T12:00:00Z")},
		{berlin, "2024-02-29", at("2024-02-29T00:00:00+01:00")}, {berlin, "2000-02-29", at("2000-02-29T00:00:00+01:00")},
		noDay("2025-02-29"), noDay("1900-02-29"), noDay("2025-04-31"), noDay("2025-12-32"), noDay("2025-12-00"),
		not("2025-00-10"), not("2025-13-10"), not("2025-12-31T24:00"), not("2025-12-31T24:00:00Z"), not("2025-12-31T23:60"), not("2025-12-31T23:59:60Z"),
		not("2025-12-31T"), not("2025-12-31T1:00"), not("2025-12-31T10"), not("2025-12-31T10:0"), not("2025-12-31T10:00:0"), not("2025-12-31T10:00:00."),
		not("2025-12-31T10:00:00.Z"), not("2025-12-31T10:00.5Z"), not("2025-12-31T10:00:00 Z"), not("2025-12-31T10:00:00 +0100"), not("2025-12-31 10:00:00 UTC"),
		not("2025-12-31T10:00:00+1"), not("2025-12-31T10:00:00+1:00"), not("2025-12-31T10:00:00+16:00"), not("2025-12-31T10:00:00+10:60"),
		not("2025-12-31T10:00:00+10:"), not("2025-12-31T10:00:00+10:00x"), not("2025-12-31T10:00:00Zx"), not("2025-12-31  10:00"),
		not("2025-12-31Z"), not("2025-12-31+02:00"), not("2025-12-31-08"), {berlin, "20251231", not("20251231").want + `; is it a date (layout: "%Y%m%d")?`}, {berlin, "1735689600", not("1735689600").want + "; is it in seconds (layout: unix)?"}, not("2025-1-1"), not("25-12-31"), not("2025/12/31"), not("31.12.2025"),
		not("2025-W01-1"), not("2025-365"), not("2025-12"), not("2025"), not("+2025-12-31"), not("12025-12-31"), not("-025-12-31"), not("２０２５-12-31"), not("today"),
	})
}

func TestExcel(t *testing.T) {
	t.Parallel()
	utc, berlin, newYork := timestampOf("excel", "UTC"), timestampOf("excel", "Europe/Berlin"), timestampOf("excel", "America/New_York")
	not := func(text string) cell {
		return cell{utc, text, `"` + text + `" is not a spreadsheet's date number, such as 46022.5`}
	}
	checkCells(t, false, []cell{
		{utc, "45658", at("2025-01-01T00:00:00Z")}, {berlin, "45658", at("2025-01-01T00:00:00+01:00")}, {berlin, "45839", at("2025-07-01T00:00:00+02:00")},
		{newYork, "45839.75", at("2025-07-01T18:00:00-04:00")}, {utc, "45658.5", at("2025-01-01T12:00:00Z")},
		{utc, "45658.99999", at("2025-01-01T23:59:59Z")}, {utc, "45658.999999", at("2025-01-02T00:00:00Z")},
		{utc, "45658.3333333333", at("2025-01-01T08:00:00Z")}, {utc, "45658.4166666667", at("2025-01-01T10:00:00Z")},
		{utc, "61", at("1900-03-01T00:00:00Z")}, {utc, "25569", "0"}, {utc, "25568.5", "-43200"}, {utc, "2958465", at("9999-12-31T00:00:00Z")},
		{utc, "2958465.9999999", `"2958465.9999999" is not between the years 0 and 9999`}, {utc, " 45658 ", at("2025-01-01T00:00:00Z")}, {utc, "", ""},
		{berlin, "45746.1041666667", at("2025-03-30T03:30:00+02:00")},
		not("60"), not("0"), not("-1"), not("-45658"), not("2958466"), not("45658,5"), not("45658."), not(".5"), not("4.5658e4"), not("NaN"), not("inf"), not("Inf"),
		not("0x1p16"), not("0xB25A"), not("45_658"), not("1e5"), not("+45658"), not("45658.5.5"), not("1/1/2025"), {utc, "2025-01-01", at("2025-01-01T00:00:00Z")}, {berlin, "2025-07-01T12:30:45.5", at("2025-07-01T12:30:45+02:00")}, not("99999999999999999999"),
	})
	checkCells(t, true, []cell{{berlin, "45658.5", at("2025-01-01T12:00:00+01:00")}, {berlin, `"45658"`, at("2025-01-01T00:00:00+01:00")}})
}

func TestLayouts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ layout, zone, text, want string }{
		{"02/01/2006", "Europe/Berlin", "31/12/2025", at("2025-12-31T00:00:00+01:00")},
		{"2/1/2006", "Europe/Berlin", "1/7/2025", at("2025-07-01T00:00:00+02:00")},
		{"2/1/2006", "Europe/Berlin", "01/07/2025", at("2025-07-01T00:00:00+02:00")},
		{"02/01/2006", "Europe/Berlin", "1/7/2025", `"1/7/2025" does not fit the layout 02/01/2006, such as 31/12/2025; the layout "2/1/2006" fits`},
		{"2.1.2006", "UTC", "01.07.2025", at("2025-07-01T00:00:00Z")},
		{"01/02/2006 3:04 PM", "America/New_York", "07/04/2025 4:05 PM", at("2025-07-04T16:05:00-04:00")},
		{"01/02/2006 03:04:05pm", "UTC", "07/04/2025 12:00:00am", at("2025-07-04T00:00:00Z")},
		{"Jan 2, 2006", "UTC", "Feb 29, 2024", at("2024-02-29T00:00:00Z")},
		{"Monday, 2 January 2006", "UTC", "Friday, 4 July 2025", at("2025-07-04T00:00:00Z")},
		{"2006-01-02T15:04:05Z07:00", "", "2025-07-04T16:05:06-07:00", at("2025-07-04T16:05:06-07:00")},
		{"2006-01-02 15:04:05 -0700", "", "2025-07-04 16:05:06 +0200", at("2025-07-04T16:05:06+02:00")},
		{"2006-01-02 15:04:05 -0700", "Europe/Berlin", "2025-07-04 16:05:06 +0530", at("2025-07-04T16:05:06+05:30")},
		{"2006-01-02 15:04:05 UTC", "UTC", "2025-07-04 16:05:06 UTC", at("2025-07-04T16:05:06Z")},
		{"2006-01-02 15:04:05", "UTC", "2025-07-04 16:05:06.789", at("2025-07-04T16:05:06Z")},
		{"2006-002", "UTC", "2025-365", at("2025-12-31T00:00:00Z")},
		{"20060102", "UTC", "20251231", at("2025-12-31T00:00:00Z")},
		{"02.01.06", "UTC", "31.12.68", at("2068-12-31T00:00:00Z")},
		{"02.01.06", "UTC", "31.12.69", at("1969-12-31T00:00:00Z")},
		{"02/01/2006", "UTC", "12/31/2025", `"12/31/2025" does not fit the layout 02/01/2006, such as 31/12/2025`},
		{"02/01/2006", "UTC", "29/02/2025", `"29/02/2025" does not fit the layout 02/01/2006, such as 31/12/2025`},
		{"02/01/2006", "UTC", "31/12/2025 10:00", `"31/12/2025 10:00" does not fit the layout 02/01/2006, such as 31/12/2025`},
		{"02/01/2006 15:04", "UTC", "31/12/2025 24:00", `"31/12/2025 24:00" does not fit the layout 02/01/2006 15:04, such as 31/12/2025 23:59`},
		{"02/01/2006", "UTC", "soon", `"soon" does not fit the layout 02/01/2006, such as 31/12/2025`},
		{"2006-01-02 15:04", "Europe/Berlin", "2025-03-30 02:30", at("2025-03-30T03:30:00+02:00")},
		{"2006-01-02 15:04", "Europe/Berlin", "2025-10-26 02:30", at("2025-10-26T02:30:00+02:00")},
	} {
		checkCells(t, false, []cell{{timestampOf(tt.layout, tt.zone), tt.text, tt.want}})
	}
}

// TestClockChanges wants a time that clocks show twice to be the first, and one
// that they skip to be as much later, never on the day before.
func TestClockChanges(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ zone, text, want string }{
		{"Europe/Berlin", "2025-03-30T01:59:59", at("2025-03-30T01:59:59+01:00")},
		{"Europe/Berlin", "2025-03-30T02:00:00", at("2025-03-30T03:00:00+02:00")},
		{"Europe/Berlin", "2025-03-30T02:59:59", at("2025-03-30T03:59:59+02:00")},
		{"Europe/Berlin", "2025-03-30T03:00:00", at("2025-03-30T03:00:00+02:00")},
		{"Europe/Berlin", "2025-10-26T01:59:59", at("2025-10-26T01:59:59+02:00")},
		{"Europe/Berlin", "2025-10-26T02:00:00", at("2025-10-26T02:00:00+02:00")},
		{"Europe/Berlin", "2025-10-26T02:59:59", at("2025-10-26T02:59:59+02:00")},
		{"Europe/Berlin", "2025-10-26T03:00:00", at("2025-10-26T03:00:00+01:00")},
		{"America/New_York", "2025-03-09T02:30:00", at("2025-03-09T03:30:00-04:00")},
		{"America/New_York", "2025-11-02T01:30:00", at("2025-11-02T01:30:00-04:00")},
		{"America/New_York", "2025-11-02T02:00:00", at("2025-11-02T02:00:00-05:00")},
		{"America/Sao_Paulo", "2018-11-04", at("2018-11-04T01:00:00-02:00")},
		{"America/Sao_Paulo", "2018-11-03T23:59:59", at("2018-11-03T23:59:59-03:00")},
		{"America/Sao_Paulo", "2018-02-17T23:30:00", at("2018-02-17T23:30:00-02:00")},
		{"America/Sao_Paulo", "2018-02-18", at("2018-02-18T00:00:00-03:00")},
		{"Africa/Cairo", "2023-04-28", at("2023-04-28T01:00:00+03:00")},
		{"Pacific/Apia", "2011-12-29T23:59:59", at("2011-12-29T23:59:59-10:00")},
		{"Pacific/Apia", "2011-12-30", at("2011-12-31T00:00:00+14:00")},
		{"Pacific/Apia", "2011-12-31", at("2011-12-31T00:00:00+14:00")},
		{"Australia/Lord_Howe", "2025-10-05T02:15:00", at("2025-10-05T02:45:00+11:00")},
		{"Asia/Kathmandu", "2025-01-01", at("2025-01-01T00:00:00+05:45")},
	} {
		checkCells(t, false, []cell{{timestampOf("iso8601", tt.zone), tt.text, tt.want}})
	}
}
