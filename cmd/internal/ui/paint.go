package ui

import (
	"runtime"
	"strings"
)

// Paint colours text, or leaves it as it is.
type Paint bool

// PaintOf says whether a stream gets colours: a terminal that shows them, unless
// NO_COLOR is set, see no-color.org.
func PaintOf(stream any, getenv func(string) string) Paint {
	_, is := Terminal(stream)
	return Paint(is && getenv("NO_COLOR") == "" && !dumb(getenv))
}

// dumb reports whether a terminal shows text alone: no colours, and no line again.
func dumb(getenv func(string) string) bool {
	if runtime.GOOS == "windows" { // its old console shows escape sequences as they are
		return getenv("WT_SESSION") == "" && getenv("ConEmuANSI") != "ON" && getenv("TERM") == ""
	}
	return getenv("TERM") == "dumb"
}

// Red is for what went wrong.
func (p Paint) Red(text string) string { return p.in("31", text) }

// Yellow is for what to look at.
func (p Paint) Yellow(text string) string { return p.in("33", text) }

// Green is for what went well.
func (p Paint) Green(text string) string { return p.in("32", text) }

func (p Paint) in(colour, text string) string {
	if !p || text == "" {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}

// ledger colours the lines of a ledger that say what went well and what did not.
func (p Paint) ledger(text string, rejected, unknown int64) string {
	if !p {
		return text
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		bare, end := strings.TrimSuffix(line, "\n"), strings.Repeat("\n", strings.Count(line, "\n"))
		name, _, _ := strings.Cut(strings.TrimPrefix(line, "  "), " ")
		switch {
		case !strings.HasPrefix(line, "  "):
		case name == "rejected" && rejected > 0:
			bare = p.Red(bare)
		case name == "unknown" && unknown > 0:
			bare = p.Yellow(bare)
		case name == "accepted" && rejected+unknown == 0:
			bare = p.Green(bare)
		}
		b.WriteString(bare + end)
	}
	return b.String()
}
