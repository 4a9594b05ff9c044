package ui

import (
	"bytes"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/runs"
)

// Colours say what went well and what did not, and nothing else changes.
func TestPaint(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		ledger runs.Ledger
		want   []string
	}{
		{runs.Ledger{Rows: 3, Accepted: 3}, []string{"\x1b[32m  accepted"}},
		{runs.Ledger{Rows: 3, Accepted: 1, Rejected: 2}, []string{"\x1b[31m  rejected"}},
		{runs.Ledger{Rows: 3, Accepted: 1, Rejected: 1, Unknown: 1}, []string{"\x1b[31m  rejected", "\x1b[33m  unknown"}},
	} {
		r := Result{Summary: &runs.Summary{Ledger: c.ledger}}
		plain := r.String()
		r.Paint = true
		painted := r.String()
		for _, want := range c.want {
			if !strings.Contains(painted, want) {
				t.Errorf("%+v: %q has no %q", c.ledger, painted, want)
			}
		}
		bare := strings.NewReplacer("\x1b[31m", "", "\x1b[32m", "", "\x1b[33m", "", "\x1b[0m", "").Replace(painted)
		if bare != plain || strings.Contains(plain, "\x1b") || strings.Count(painted, "\x1b[3") != len(c.want) {
			t.Errorf("%q, want %q in colours", painted, plain)
		}
	}
	if PaintOf(new(bytes.Buffer), func(string) string { return "" }) {
		t.Error("colours in a pipe")
	}
}

// The title and the task bar show progress only where the terminal is known to have
// them, and are as before at the end.
func TestTitle(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ env, want string }{
		{"TERM=xterm-256color", "\x1b[22;2t\x1b]2;ciobulk\x07\x1b]2;42 % ciobulk\x07\x1b]2;\x07\x1b[23;2t"},
		{"TERM=dumb", ""}, {"TERM=linux", ""}, {"TERM=dumb TERM_PROGRAM=WezTerm", ""}, {"TERM=vt100 WT_SESSION=1", "\x1b]9;4;3\x07\x1b]9;4;1;42\x07\x1b]9;4;0\x07"},
		{"TERM=xterm-ghostty TERM_PROGRAM=ghostty", "\x1b[22;2t\x1b]2;ciobulk\x07\x1b]9;4;3\x07\x1b]2;42 % ciobulk\x07\x1b]9;4;1;42\x07\x1b]2;\x07\x1b[23;2t\x1b]9;4;0\x07"},
	} {
		env := make(map[string]string)
		for word := range strings.FieldsSeq(c.env) {
			name, value, _ := strings.Cut(word, "=")
			env[name] = value
		}
		var b bytes.Buffer
		title := TitleOf(&b, func(name string) string { return env[name] })
		title.Restore()
		title.Show(-1)
		title.Show(0.425)
		title.Restore()
		title.Restore()
		if b.String() != c.want {
			t.Errorf("%s: %q, want %q", c.env, b.String(), c.want)
		}
	}
}
