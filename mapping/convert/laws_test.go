package convert

import (
	"encoding/json"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// FuzzTimestamp: what both accept is the same time to parseISO and to the package
// time; and local time is what the zone's clocks show then, unless they skip it.
func FuzzTimestamp(f *testing.F) {
	for _, text := range []string{"2025-12-31T12:34:56Z", "2025-12-31T12:34:56.789+05:30", "2024-02-29", "2025-03-30 02:30:00", "2025-10-26 02:30", "0000-01-01T00:00:00Z",
		"9999-12-31T23:59:59-12:00", "2018-11-04", "1582-10-10", "2025-12-31T12:34:56,5-0100", "1900-02-28 23:59:59", "2011-12-30T12:00", "2025-06-31", "2025-12-31T24:00:00Z"} {
		f.Add(text)
	}
	layouts := []string{time.RFC3339, "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05Z07", "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02"}
	f.Fuzz(func(t *testing.T, text string) {
		got, problem := parseISO([]byte(text), time.UTC)
		if problem != "" {
			return
		}
		for _, layout := range layouts {
			if want, err := time.Parse(layout, text); err == nil && want.Unix() != got {
				t.Errorf("%q: %d, but %d by %s", text, got, want.Unix(), layout)
			}
		}
		if strings.ContainsAny(text, "zZ+") || strings.Count(text, "-") > 2 {
			return
		}
		for _, name := range []string{"Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Pacific/Apia", "Australia/Lord_Howe"} {
			checkLocal(t, text, name, got)
		}
	})
}

func checkLocal(t *testing.T, text, name string, wall int64) {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	got, problem := parseISO([]byte(text), zone)
	if problem != "" {
		t.Fatal(text, problem)
	}
	shown := got + offsetAt(got, zone)
	if shown == wall {
		for earlier := got - 2*3600; earlier < got; earlier += 1800 {
			if earlier+offsetAt(earlier, zone) == wall {
				t.Errorf("%q in %s: %d, but the clocks show it at %d", text, name, got, earlier)
			}
		}
		return
	}
	// Skipped: the clocks never show it, and what they show is later.
	for at := wall - 15*3600; at <= wall+15*3600; at += 60 {
		if at+offsetAt(at, zone) == wall {
			t.Errorf("%q in %s: %d, but the clocks show it at %d", text, name, got, at)
		}
	}
	if shown < wall {
		t.Errorf("%q in %s: the clocks show an earlier time", text, name)
	}
}

var numberSeeds = []string{"0", "-0", "+7", "007", "1.10", ".5", "5.", "1e5", "1E-05", "1e999", "0e999", "1e-999", "-00.50e+1", "9223372036854775808", "-9223372036854775808", "1,5", "1_0", "0x1", "NaN",
	"999999999999999999999999999", "1e", ".", "-", "٣"}

// FuzzNumber: what is accepted is JSON, and numerically what was written.
func FuzzNumber(f *testing.F) {
	for _, text := range numberSeeds {
		f.Add(text, false)
		f.Add(text, true)
	}
	f.Fuzz(func(t *testing.T, text string, comma bool) {
		decimal := byte('.')
		if comma {
			decimal = ','
		}
		out, problem := appendNumber([]byte("before"), []byte(text), decimal, 1000)
		number, ok := strings.CutPrefix(string(out), "before")
		if !ok || (problem == "") != (number != "") {
			t.Fatalf("%q: %q, %s", text, out, problem)
		}
		if problem != "" {
			return
		}
		if !json.Valid([]byte(number)) {
			t.Fatalf("%q: %s", text, number)
		}
		if comma {
			text = strings.ReplaceAll(text, ",", ".")
		}
		if _, err := strconv.ParseFloat(number, 64); err != nil {
			t.Fatalf("%s: %v", number, err)
		}
		_, exponent, _ := strings.Cut(strings.ToLower(number), "e")
		if n, err := strconv.Atoi(exponent); exponent != "" && (err != nil || n > 1000 || n < -1000) {
			return // too large to compare digit by digit
		}
		got, gotOK := new(big.Rat).SetString(number)
		want, wantOK := new(big.Rat).SetString(text)
		if !gotOK || !wantOK || got.Cmp(want) != 0 {
			t.Fatalf("%q: %s", text, number)
		}
	})
}

// FuzzInteger: what is accepted fits 64 bits and is what was written; what Go's
// own reading accepts is accepted.
func FuzzInteger(f *testing.F) {
	for _, text := range numberSeeds {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		out, problem := appendInteger([]byte("before"), []byte(text))
		number, ok := strings.CutPrefix(string(out), "before")
		if !ok || (problem == "") != (number != "") {
			t.Fatalf("%q: %q, %s", text, out, problem)
		}
		want, err := strconv.ParseInt(text, 10, 64)
		if (err == nil) != (problem == "") || problem == "" && number != strconv.FormatInt(want, 10) {
			t.Fatalf("%q: %q, %s, not %d", text, number, problem, want)
		}
	})
}

// FuzzThousands: a number whose thousands are separated is the number itself, and
// text that holds no mark is read as ever.
func FuzzThousands(f *testing.F) {
	f.Add(int64(-1234567), 0, "1.234")
	f.Add(int64(0), 3, "1 2")
	f.Add(int64(999), 5, "")
	marks := []string{".", ",", "'", "’", " ", "\u00a0", "\u202f"}
	f.Fuzz(func(t *testing.T, n int64, which int, text string) {
		mark := marks[uint(which)%uint(len(marks))]
		r := Rule{Type: Integer, Decimal: '.', Thousands: Marks(mark)}
		plain := strconv.FormatInt(n, 10)
		sign, digits := splitSign([]byte(plain))
		grouped := string(digits)
		for i := len(digits) - 3; i > 0; i -= 3 {
			grouped = grouped[:i] + mark + grouped[i:]
		}
		if out, problem := appendNumeric([]byte("before"), &r, []byte(sign+grouped), 1000); string(out) != "before"+plain {
			t.Fatalf("%s%s: %s, %s", sign, grouped, out, problem)
		}
		out, problem := appendNumeric([]byte("before"), &r, []byte(text), 1000)
		if problem != "" && string(out) != "before" {
			t.Fatalf("%q leaves %q", text, out)
		}
		if markIn(&r, []byte(text)) == "" {
			want, _ := appendInteger([]byte("before"), []byte(text))
			if string(out) != string(want) {
				t.Fatalf("%q: %s, not %s", text, out, want)
			}
			return
		}
		if problem == "" && string(out[len("before"):]) != strings.TrimPrefix(strings.ReplaceAll(text, markIn(&r, []byte(text)), ""), "+") {
			t.Fatalf("%q: %s", text, out)
		}
	})
}

// FuzzLayout: a layout that is accepted reads what it writes, and no layout panics.
func FuzzLayout(f *testing.F) {
	for _, layout := range []string{"%d.%m.%Y", "%Y_%-m_%-d", "%-m%-S %F", "%Y-%m-%d%", "%EY-%m-%d", "%E%d", "%s", "%Z %F", "2006-01-02", "%F Mon", "%F 1", "%O", "%\xff", "%-", "02/01/2006 %"} {
		f.Add(layout)
	}
	f.Fuzz(func(t *testing.T, layout string) {
		r := Rule{Type: Time, Timestamp: Timestamp{Layout: layout, Zone: time.UTC}}
		if r.Compile() != nil || slices.Contains([]string{Unix, UnixMs, ISO8601, Excel, UnixOrISO}, layout) {
			return
		}
		text := strings.TrimPrefix(r.Timestamp.example(), "such as ")
		if got, problem := r.Timestamp.seconds([]byte(text)); problem != "" || got < 1767052800 || got > 1767311999 {
			t.Errorf("%q (%q): %q is read as %d, %s", layout, r.Timestamp.layout, text, got, problem)
		}
	})
}
