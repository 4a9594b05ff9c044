package xlsx

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestLook(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]look{"yyyy-mm-dd": asDate, "General": asNumber, "0.00": asNumber, `"day" 0`: asNumber, "[Red]0": asNumber, "hh:mm": asClock, "[h]:mm:ss": asDuration,
		"mmm": asDate, "mm:ss": asClock, `d\.m\.`: asDate, "[$-F800]dddd": asDate, "0;yy": asNumber, "@": asNumber, `0.0_d`: asNumber, "h:mm AM/PM": asClock, "[mm]": asDuration,
		"yyyy-mm-dd [h]:mm": asDate, "0%": asPercent, `0.0\ %`: asPercent, `0"%"`: asNumber, "[Red]0.00%;-0%": asPercent, "m/d/yy h:mm": asDate, "[$-409]h:mm:ss;@": asClock, "[hours": asNumber} {
		if got := lookOf(code); got != want {
			t.Errorf("%s: %d, want %d", code, got, want)
		}
	}
}

func TestClocksAndDurations(t *testing.T) {
	t.Parallel()
	for serial, want := range map[float64][2]string{
		0.75: {"18:00:00", "18:00:00"}, 0: {"00:00:00", "00:00:00"}, 0.5000115741: {"12:00:01", "12:00:01"},
		1.1041666667: {"", "26:30:00"}, -0.25: {"", "-06:00:00"}, 100: {"", "2400:00:00"},
	} {
		clock, ok := appendClock(nil, serial)
		if duration := string(appendDuration(nil, serial)); string(clock) != want[0] || ok != (want[0] != "") || duration != want[1] {
			t.Errorf("%v: %s, %s, want %s", serial, clock, duration, want)
		}
	}
}

// A part that unpacks to more than any row has is not read on.
func TestBudget(t *testing.T) {
	t.Parallel()
	n, err := io.Copy(io.Discard, &budget{r: strings.NewReader(strings.Repeat("x", 100)), left: 64})
	if n != 64 || err == nil || !strings.HasPrefix(err.Error(), "has a row or a text of more than 64 MiB") {
		t.Errorf("%d bytes, %v", n, err)
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ code, digits, want string }{
		{"00000", "123", "00123"},
		{"00000", "1234567", "1234567"},
		{"[$-407]00000", "1234", "01234"},
		{"00000;-00000", "0", "00000"},
		{`000\-00\-0000`, "12345678", "012-34-5678"},
		{`0#" "##" "##" "##" "##`, "612345678", "06 12 34 56 78"},
		{"00_)", "7", "07"},
		{"0", "7", ""}, {"#,##0", "7", ""}, {"00.00", "7", ""}, {"0%", "7", ""}, {"General", "7", ""}, {"##00", "7", ""},
		{`"Nr. "000`, "7", ""}, {"[>99]000", "7", ""}, {"", "7", ""}, {"[$EUR", "7", ""}, {"00E+00", "7", ""},
	} {
		mask := maskOf(c.code)
		if c.want == "" {
			if mask != "" {
				t.Errorf("%s has the mask %q", c.code, mask)
			}
		} else if got := string(appendMasked(nil, c.digits, mask)); got != c.want {
			t.Errorf("%s of %s: %q, want %q", c.code, c.digits, got, c.want)
		}
	}
}

func TestDates(t *testing.T) {
	t.Parallel()
	for serial, want := range map[float64]string{
		1: "1900-01-01", 59: "1900-02-28", 61: "1900-03-01", 45000: "2023-03-15", 46022.25: "2025-12-31T06:00:00", 45000.5416666667: "2023-03-15T13:00:00",
		45000.00000578704: "2023-03-15T00:00:00.500", 2958465: "9999-12-31", 44999.9999999999: "2023-03-15",
		0: "", 0.5: "", 60: "", 60.5: "", -1: "", 2958466: "", 1e300: "",
	} {
		got, ok := appendDate(nil, serial)
		if string(got) != want || ok != (want != "") {
			t.Errorf("%v: %q, %t, want %q", serial, got, ok, want)
		}
	}
}

// The attribute is found wherever reads end, only in rows, and not for ever.
func TestFindHidden(t *testing.T) {
	t.Parallel()
	head := `<worksheet><cols><col hidden="1"/></cols><sheetData>`
	long := strings.Repeat(`<row r="1" hidden="0"><c/></row>`, 20_000)
	for text, want := range map[string]bool{
		head + `<row hidden="1"/>`: true, head + `<row hidden="true"/>`: true, head + "<row hidden='on'/>": true, head + `<x:row  hidden="1">`: true,
		head + `<row hidden="0"/>`: false, head + `<row hidden="false"/>`: false, head: false, "": false, `<row hidden="1"/>`: false,
		head + long: false, head + long + `<row hidden="1"/>`: true, head + `<row hidden="`: false,
	} {
		for name, r := range map[string]io.Reader{"": strings.NewReader(text), "by bytes": iotest.OneByteReader(strings.NewReader(text[:min(len(text), 2000)])), "halves": iotest.HalfReader(strings.NewReader(text))} {
			if got, err := findHidden(r); err != nil || got != want && (name != "by bytes" || len(text) <= 2000) {
				t.Errorf("%.99s, %s: %t, %v", text, name, got, err)
			}
		}
	}
	endless := io.MultiReader(strings.NewReader(head), zeros{})
	if got, err := findHidden(endless); got || err != nil {
		t.Errorf("zeros without end: %t, %v", got, err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
