package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// pictureFile is the picture of a terminal in README.md.
const pictureFile = root + "/docs/run.svg"

// barFrame is how the progress bar looks while a run goes on.
var barFrame = regexp.MustCompile(`^ *\d+% \[=*>? *\]  [\d,]+ of about [\d,]+ rows, [\d,]+ rows/s, \d+ requests/s, 0 rejected, \d+s left$`)

// The picture in the README shows what runs print: the blocks of the README, which
// TestDocs executes, and the bar of a run. With -update it is drawn again.
func TestPicture(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile(root + "/README.md")
	if err != nil {
		t.Fatal(err)
	}
	old, err := os.ReadFile(pictureFile)
	if err != nil && !*update {
		t.Fatal(err)
	}
	bar := ""
	if m := regexp.MustCompile(`<text [^>]*class="bar"[^>]*>([^<]*)</text>`).FindSubmatch(old); m != nil {
		bar = string(m[1])
	}
	block := string(part.FindSubmatch(readme)[1])
	bar = strings.NewReplacer("&gt;", ">", "\u00a0", " ").Replace(bar)
	if *update && !bytes.Equal(draw(bar, block), old) {
		bar = filmBar(t)
	}
	if !barFrame.MatchString(bar) {
		t.Errorf("not a bar: %q", bar)
	}
	now := draw(bar, block)
	if *update {
		if err := os.WriteFile(pictureFile, now, 0o600); err != nil {
			t.Fatal(err)
		}
	} else if !bytes.Equal(now, old) {
		t.Error("docs/run.svg does not show the first block of README.md; run make update")
	}
	if len(now) > 30_000 || xml.Unmarshal(now, new(struct{ XMLName xml.Name })) != nil {
		t.Errorf("%d bytes, or not XML", len(now))
	}
}

// filmBar returns the bar of a run in its middle, as a terminal shows it.
func filmBar(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	var rows strings.Builder
	rows.WriteString("id,name\n")
	for i := range 60_000 {
		fmt.Fprintf(&rows, "%d,Ada %d of many people in this file\n", i, i)
	}
	if err := os.WriteFile(filepath.Join(dir, "people.csv"), []byte(rows.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.Command("script", "-qec", "stty cols 110; ciobulk upsert people.csv --match id --simulate --rate 12", os.DevNull)
	c.Dir = dir
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	frames := regexp.MustCompile(`\x1b[\[\]][^\x07A-Za-z]*[\x07A-Za-z]|\x07`).ReplaceAllString(string(out), "")
	best := ""
	for frame := range strings.FieldsFuncSeq(frames, func(r rune) bool { return r == '\r' || r == '\n' }) {
		if frame = strings.TrimRight(frame, " "); barFrame.MatchString(frame) {
			if best = frame; strings.TrimLeft(frame, " ") >= "60%" {
				break // in the second half
			}
		}
	}
	return best
}

const (
	pictureColumns = 107
	pictureChar    = 74 // tenths of a pixel that a character is wide
	pictureLine    = 17
)

// draw is a terminal with the bar of a run and what a block shows.
func draw(bar, block string) []byte {
	lines := []string{"$ ciobulk upsert customers.csv -m customers.yaml", bar, ""}
	for line := range strings.Lines(block) {
		line = strings.TrimRight(line, "\n")
		for len([]rune(line)) > pictureColumns {
			at := strings.LastIndexByte(line[:pictureColumns], ' ')
			lines, line = append(lines, line[:at]), "    "+line[at+1:]
		}
		lines = append(lines, line)
	}
	width, height := pictureColumns*pictureChar/10+32, len(lines)*pictureLine+56
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="A run of ciobulk in a terminal">
<style>text{font:12.3px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#c9d1d9}.command{fill:#fff;font-weight:bold}.bar{fill:#79c0ff}.red{fill:#ff7b72}</style>
<rect width="100%%" height="100%%" rx="8" fill="#0d1117"/>
<circle cx="20" cy="18" r="6" fill="#ff5f56"/><circle cx="40" cy="18" r="6" fill="#ffbd2e"/><circle cx="60" cy="18" r="6" fill="#27c93f"/>
`, width, height, width, height)
	for i, line := range lines {
		if line == "" {
			continue
		}
		var text bytes.Buffer
		_ = xml.EscapeText(&text, []byte(strings.ReplaceAll(line, " ", "\u00a0"))) // a buffer takes everything
		fmt.Fprintf(&b, `<text x="16" y="%d"%s>%s</text>`+"\n", 52+i*pictureLine, classOf(line, line == bar), text.Bytes())
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

func classOf(line string, isBar bool) string {
	switch {
	case isBar:
		return ` class="bar"`
	case strings.HasPrefix(line, "$ "):
		return ` class="command"`
	case strings.HasPrefix(line, "  rejected"), strings.HasPrefix(line, "not accepted"):
		return ` class="red"`
	}
	return ""
}
