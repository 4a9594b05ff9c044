package draft

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/mapping"
)

// writeEvent writes the parts of an event or a view.
func (w *writer) writeEvent() {
	what, part := "event", "name"
	is := func(p *column) bool { return p.hint.event }
	switch w.options.Verb {
	case mapping.Page:
		what, part = "page", "url"
		is = func(p *column) bool { return p.hint.page }
	case mapping.Screen:
		what = "screen"
		is = func(p *column) bool { return p.hint.screen }
	}
	w.line("\n%s:", what)
	if p := w.pick(is); p != nil {
		if lacking := w.good() - p.filled; lacking > 0 {
			w.check("  ", fmt.Sprintf("%s without a %s would be rejected", plural(lacking, "row"), part))
		}
		if p.longest > customerio.MaxEventName {
			w.check("  ", fmt.Sprintf("a %s of more than %d bytes is rejected", part, customerio.MaxEventName))
		}
		w.line("  %s: %s  # %s", part, yamlText(p.name), w.filledOf(p))
	} else {
		w.check("  ", fmt.Sprintf("no column has the name of a column with the %s's %s; this is the file's name:", what, part))
		w.line("  %s: {value: %s}", part, yamlText(w.stem("imported")))
	}
	w.writeWhen()
}

// stem is the file's name without its ending, or otherwise where that cannot be used.
func (w *writer) stem(otherwise string) string {
	stem, _, _ := strings.Cut(filepath.Base(w.in.Path), ".")
	stem = strings.TrimSpace(strings.ToValidUTF8(stem, ""))
	if stem == "" || stem == "-" || len(stem) > 90 {
		return otherwise
	}
	return stem
}

// pick returns the first column that is one and can be used.
func (w *writer) pick(is func(*column) bool) *column {
	for _, p := range w.columns {
		if p != w.match && !p.taken && is(p) && p.filled > 0 && w.unusable(p) == "" {
			p.taken = true
			return p
		}
	}
	return nil
}

// writeWhen writes the timestamp, from a column with its name that holds times.
func (w *writer) writeWhen() {
	for _, certain := range []bool{true, false} {
		for _, p := range w.columns {
			if p == w.match || p.taken || p.filled == 0 || w.unusable(p) != "" || !(p.hint.at || !certain && p.hint.dated) {
				continue
			}
			c := &choice{sample: w.sample, column: p}
			if !c.when() {
				continue
			}
			p.taken = true
			for _, check := range c.checks {
				w.check("  ", check)
			}
			w.zoned = w.zoned || c.zoned
			w.line("  timestamp: {column: %s, %s}  # %s", yamlText(p.name), c.options, c)
			return
		}
	}
	w.check("  ", "no column holds the time: events without a timestamp get the time when they are sent, and can start campaigns")
}
