package ui

import (
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/runs"
	"github.com/rivo/uniseg"
)

func TestWords(t *testing.T) {
	t.Parallel()
	for got, want := range map[string]string{
		Counted(1, "row"):                   "1 row",
		Counted(0, "retry"):                 "0 retries",
		Counted(1234567, "distinct person"): "1,234,567 distinct people",
		Grouped(-1234):                      "-1,234",
		Size(1):                             "1 byte",
		Size(999):                           "999 bytes",
		Size(123_456):                       "123 kB",
		Size(1_500_000):                     "1.5 MB",
		Took(0.0123):                        "12ms",
		Took(3723.4):                        "1h2m3s",
		AtLeast(0.5):                        "less than a second",
		AtLeast(90):                         "at least 1m30s",
		Names([]string{"a", `b"`}):          `"a", "b\""`,
		Names(strings.Split("a b c d e f g", " ")):   `"a", "b", "c", "d", "e", and 2 more`,
		Short("größer", 3):                           "grö…",
		strings.Join(Wrap("one two  three", 7), "|"): "one two|three",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	table := Table{Indent: 2, Right: []bool{false, true}, Min: []int{0, 5}, MostFirst: 6}
	table.Add("a", "1", "x")
	table.Add("日本", "20", "y")
	table.Add("much longer", "300")
	want := "  a         1  x\n  日本     20  y\n  much longer\n          300\n"
	if got := table.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// A shell reads each word as it was.
func TestShellLine(t *testing.T) {
	t.Parallel()
	for _, words := range [][]string{
		{"people.csv", "a b", "it's", "", "$HOME", "~", "a=b", "ü*", "-", "--", "#x", "!x", "a\tb\n", "\x1b[2J", "\xff'\\", "%^&"},
	} {
		out, err := exec.CommandContext(t.Context(), "bash", "-c", `printf '%s\0' `+ShellLine(words)).Output()
		if got := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00"); err != nil || strings.Join(got, "\x00") != strings.Join(words, "\x00") {
			t.Errorf("%s is read as %q, %v", ShellLine(words), got, err)
		}
	}
	if got := ShellLine([]string{"ciobulk", "upsert", "people.csv", "--match", "email=E-mail"}); got != "ciobulk upsert people.csv --match email=E-mail" {
		t.Errorf("plain words are quoted: %s", got)
	}
}

// Text from outside cannot move the cursor, and JSON stays JSON.
func TestSafe(t *testing.T) {
	t.Parallel()
	if got := Safe("a\tb\n\x1b[2J\u202e\u0085"); got != "a\tb\n\\u001b[2J\\u202e\\u0085" {
		t.Errorf("%q", got)
	}
	if got := SafeJSON("{\"a\": \"\u009b\u202e\U000e0001ü\"}\n"); got != "{\"a\": \"\\u009b\\u202e\\udb40\\udc01ü\"}\n" {
		t.Errorf("%q", got)
	}
}

// The line of progress fits every width of which there are terminals.
func TestProgressFits(t *testing.T) {
	t.Parallel()
	p := Progress{Rows: 123_456_789, Rejected: 1_234_567, RowsPerSecond: 1_234_567, RequestsPerSecond: 999, Left: 99*time.Hour + 59*time.Minute}
	for width := 16; width <= 200; width++ {
		if line := p.Line(width); Width(line) > width || !strings.HasPrefix(line, "123,456,789 rows") {
			t.Errorf("%d columns: %q", width, line)
		}
	}
	if line := p.Line(0); line != "123,456,789 rows, 1,234,567 rows/s, 999 requests/s, 1,234,567 rejected, 99h59m0s left" {
		t.Errorf("%q", line)
	}
}

// The result names what a run came to and what to do next.
func TestResult(t *testing.T) {
	t.Parallel()
	text := Result{
		Summary: &runs.Summary{Ledger: runs.Ledger{Rows: 1200, Accepted: 1190, Rejected: 10}, Requests: 2, Seconds: 1.5,
			Reasons: []runs.Reason{{Reason: "invalid", Field: "attributes.age", Count: 10, Input: "a\x1b.csv", Line: 3, Row: 2}}},
		Rate: 100, Next: []string{"to resume: ciobulk"},
	}.String()
	for _, want := range []string{"rows                1,200\n", "  accepted          1,190\n", "      10  invalid attributes.age  a\\u001b.csv:3 (row 2)\n", "\nto resume: ciobulk\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// From a tenth of the way on, the time that is left is right within a third, also
// after a resume, with blocks of many sizes and rows of many lengths.
func TestTimeLeft(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 1))
		size, perSecond := int64(0), 500+r.Float64()*5000
		var blocks []Sample // what each adds
		for range 200 {
			rows := int64(50 + r.IntN(500))
			block := Sample{Rows: rows, Read: rows * int64(20+r.IntN(20))}
			size += block.Read
			blocks = append(blocks, block)
		}
		total := int64(0)
		for _, b := range blocks {
			total += b.Rows
		}
		done := Sample{Size: size}
		first := r.IntN(2) * r.IntN(100) // where an earlier process has stopped
		for _, b := range blocks[:first] {
			done.Rows, done.Read = done.Rows+b.Rows, done.Read+b.Read
		}
		var tracker Tracker
		begin := time.Unix(0, 0)
		tracker.Start(begin, done)
		rest := total - done.Rows
		for n, b := range blocks[first:] {
			done.Rows, done.Read = done.Rows+b.Rows, done.Read+b.Read
			spent := float64(total-rest) / perSecond
			now := begin.Add(time.Duration((float64(done.Rows)/perSecond - spent) * float64(time.Second)))
			p := tracker.At(now, done)
			want := float64(total-done.Rows) / perSecond
			if float64(n) < 0.1*float64(len(blocks)-first) || n == len(blocks)-first-1 {
				continue
			}
			if got := p.Left.Seconds(); got < want*2/3-1 || got > want*4/3+1 {
				t.Fatalf("seed %d, block %d: %.1f s left, in truth %.1f", seed, n, got, want)
			}
		}
	}
}

// What is unknown is not shown: where the whole file was read ahead, and on standard
// input. A limit is the end.
func TestProgressIsHonest(t *testing.T) {
	t.Parallel()
	at := func(limit int64, s Sample) Progress {
		tracker := Tracker{Limit: limit}
		tracker.Start(time.Unix(0, 0), Sample{})
		return tracker.At(time.Unix(10, 0), s)
	}
	if p := at(0, Sample{Rows: 10, Read: 100, Size: 100}); p.Done() >= 0 || p.Left >= 0 {
		t.Errorf("%+v", p)
	}
	if p := at(0, Sample{Rows: 10, Read: 100, Size: -1}); p.Done() >= 0 || p.Left >= 0 {
		t.Errorf("%+v", p)
	}
	if p := at(40, Sample{Rows: 10, Read: 100, Size: 1000}); p.Done() != 0.25 || p.Left != 30*time.Second {
		t.Errorf("%+v", p)
	}
	if p := at(0, Sample{Rows: 10, Read: 100, Size: 1000}); p.Total != 100 || p.Line(0) != "10 of about 100 rows, 1 rows/s, 0 requests/s, 0 rejected, 1m30s left" {
		t.Errorf("%+v %q", p, p.Line(0))
	}
}

// Text is cut from the left to the columns that there are.
func TestShortLeft(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		most int
		want string
	}{{"people.csv", 10, "people.csv"}, {"people.csv", 9, "…ople.csv"}, {"people.csv", 1, "…"}, {"人人.csv", 8, "人人.csv"}, {"人人.csv", 7, "…人.csv"}, {"人人.csv", 6, "….csv"}, {"", 3, ""}, {"e\u0301e\u0301e\u0301", 2, "…e\u0301"}} {
		if got := ShortLeft(c.text, c.most); got != c.want {
			t.Errorf("%q to %d: %q, want %q", c.text, c.most, got, c.want)
		}
	}
}

// The width of text is that of its letters, by Unicode also where it is quickly known.
func TestWidth(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"": 0, "people.csv": 10, " ~": 2, "人": 2, "a人": 3, "e\u0301": 1, "a\tb": 2, "…": 1, "\x7f": 0} {
		if got := Width(text); got != want || got != uniseg.StringWidth(text) {
			t.Errorf("%q: %d, want %d, and %d by Unicode", text, got, want, uniseg.StringWidth(text))
		}
	}
}
