package ui

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Title shows progress outside the text of a terminal: in the window's title, and where
// the terminal has it, as the progress of its tab or of the task bar (OSC 9;4). The zero
// Title shows nothing. One goroutine at a time may use it.
type Title struct {
	to          io.Writer // nil: nothing is shown
	title, task bool
	shown       bool
}

// TitleOf returns the Title of a terminal, with what it is known to support.
func TitleOf(to io.Writer, getenv func(string) string) Title {
	if dumb(getenv) {
		return Title{}
	}
	t := Title{to: to}
	kind := getenv("TERM")
	t.title = slices.ContainsFunc([]string{"xterm", "tmux", "screen", "rxvt", "alacritty", "foot", "kitty", "wezterm", "ghostty"}, func(name string) bool { return strings.Contains(kind, name) })
	t.task = getenv("WT_SESSION") != "" || getenv("ConEmuANSI") == "ON" || slices.Contains([]string{"ghostty", "WezTerm"}, getenv("TERM_PROGRAM"))
	if !t.title && !t.task {
		return Title{}
	}
	return t
}

// Show shows the share that is done, from 0 to 1; negative if that is unknown.
func (t *Title) Show(done float64) {
	if t.to == nil {
		return
	}
	var b strings.Builder
	percent := int(100 * done)
	if t.title {
		if !t.shown {
			b.WriteString("\x1b[22;2t") // the terminal keeps the title that it has
		}
		if done < 0 {
			b.WriteString("\x1b]2;ciobulk\x07")
		} else {
			fmt.Fprintf(&b, "\x1b]2;%d %% ciobulk\x07", percent)
		}
	}
	if t.task && done < 0 {
		b.WriteString("\x1b]9;4;3\x07")
	} else if t.task {
		fmt.Fprintf(&b, "\x1b]9;4;1;%d\x07", percent)
	}
	t.shown = true
	_, _ = io.WriteString(t.to, b.String()) // it fails on a terminal that is gone
}

// Restore puts back what was there before the first Show.
func (t *Title) Restore() {
	if !t.shown {
		return
	}
	t.shown = false
	if t.title {
		_, _ = io.WriteString(t.to, "\x1b]2;\x07\x1b[23;2t")
	}
	if t.task {
		_, _ = io.WriteString(t.to, "\x1b]9;4;0\x07")
	}
}
