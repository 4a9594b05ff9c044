package ui

import (
	"os"

	"github.com/schollz/progressbar/v3"
)

// Bar is the progress bar of a terminal. One goroutine at a time may use it.
type Bar struct {
	file    *os.File
	width   int  // of the terminal, when the bar was made
	endless bool // the bar has no end
	bar     *progressbar.ProgressBar
}

// BarOf returns the bar of a stream, if it is a terminal that can show one. It is not on
// the screen yet.
func BarOf(stream any, getenv func(string) string) (*Bar, bool) {
	f, is := Terminal(stream)
	return &Bar{file: f}, is && !dumb(getenv)
}

// barSteps are the parts of a whole bar. The last one is never shown: a bar that is
// full ends.
const barSteps = 1000

// Show draws the bar as p is, on one line that fits the terminal. Where the share
// that is done is unknown, the bar has no end.
func (b *Bar) Show(p Progress) {
	width := columns(b.file)
	saucers := min(width/8, 20)
	if endless := p.Done() < 0; b.bar == nil || b.width != width || b.endless != endless {
		b.Clear()
		b.bar, b.width, b.endless = newBar(b.file, saucers, endless), width, endless
	}
	// Around the words are the percentage, brackets, spaces, and one free column, so
	// that no terminal begins another line.
	b.bar.Describe(p.Line(width - saucers - 12))                  // no throttle, or one of these two would not show
	_ = b.bar.Set64(max(int64(min(p.Done(), 0.999)*barSteps), 0)) // it fails on a terminal that is gone, which ends nothing
}

func newBar(f *os.File, saucers int, endless bool) *progressbar.ProgressBar {
	steps := int64(barSteps)
	if endless {
		steps = -1
	}
	return progressbar.NewOptions64(steps,
		progressbar.OptionSetWriter(f),
		progressbar.OptionSetWidth(saucers),
		progressbar.OptionSetSpinnerChangeInterval(0), // or a bar without an end draws itself for ever, over the one after it
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionClearOnFinish(),
		progressbar.OptionShowDescriptionAtLineEnd(),
		progressbar.OptionSetTheme(progressbar.Theme{Saucer: "=", SaucerHead: ">", SaucerPadding: " ", BarStart: "[", BarEnd: "]"}))
}

// Clear takes the bar off the screen; the next Show draws it again.
func (b *Bar) Clear() {
	if b.bar != nil {
		_ = b.bar.Clear() // it fails on a terminal that is gone, which ends nothing
	}
}
