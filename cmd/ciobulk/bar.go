package main

import (
	"os"
	"time"

	"github.com/ciobulk/ciobulk/importer"
	"github.com/schollz/progressbar/v3"
)

// bar is the progress bar of a terminal.
type bar struct {
	file *os.File
	bar  *progressbar.ProgressBar
}

func newBar(f *os.File) *bar { return &bar{file: f} }

// show draws the bar as p has it. It has no end where the input's size is not
// known.
func (b *bar) show(p importer.Progress, rate pace) {
	if b.bar == nil {
		b.bar = progressbar.NewOptions64(p.Size,
			progressbar.OptionSetWriter(b.file),
			progressbar.OptionSetWidth(20),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionSetPredictTime(false),
			progressbar.OptionSetElapsedTime(false),
			progressbar.OptionClearOnFinish(),
			progressbar.OptionSetTheme(progressbar.Theme{Saucer: "=", SaucerHead: ">", SaucerPadding: " ", BarStart: "[", BarEnd: "]"}))
	}
	b.bar.Describe(progressLine(p, rate) + " ")
	_ = b.bar.Set64(p.Read) // it fails on a terminal that is gone, which ends nothing
}

// clear takes the bar off the screen; the next show draws it again.
func (b *bar) clear() {
	if b.bar != nil {
		_ = b.bar.Clear() // likewise
	}
}
