package mapping

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/rows"
)

// writeHappening writes what an event or a page view is made of.
func (d *draft) writeHappening(b *strings.Builder, match *profile) {
	what, part := "event", "name"
	is := func(p *profile) bool { return p.hint.event }
	if d.options.Verb == Page {
		what, part = "page", "url"
		is = func(p *profile) bool { return p.hint.page }
	}
	fmt.Fprintf(b, "\n%s:\n", what)
	if p := d.pick(match, is); p != nil {
		if lacking := d.rows - d.broken - p.filled; lacking > 0 {
			d.checked(b, "  ", fmt.Sprintf("%s without a %s would be rejected", plural(lacking, "row"), part))
		}
		if p.longest > customerio.MaxEventName && d.options.Verb == Event {
			d.checked(b, "  ", fmt.Sprintf("names of more than %d bytes are refused", customerio.MaxEventName))
		}
		fmt.Fprintf(b, "  %s: %s  # %s\n", part, yamlText(p.name), d.filledOf(p))
	} else {
		stem, _, _ := strings.Cut(filepath.Base(d.in.Path), ".")
		d.checked(b, "  ", fmt.Sprintf("no column is called as one with the %s's %s is; this is the file's name:", what, part))
		fmt.Fprintf(b, "  %s: {value: %s}\n", part, yamlText(shortEvent(stem)))
	}
	d.writeWhen(b, match)
}

func shortEvent(stem string) string {
	stem = strings.TrimSpace(strings.ToValidUTF8(stem, ""))
	if stem == "" || stem == "-" || len(stem) > 90 {
		return "imported"
	}
	return stem
}

// pick returns the first column that is one, is filled mostly, and can be used.
func (d *draft) pick(match *profile, is func(*profile) bool) *profile {
	for _, p := range d.profiles {
		if p != match && !p.taken && is(p) && p.filled > 0 && d.unusable(p) == "" {
			p.taken = true
			return p
		}
	}
	return nil
}

// writeWhen writes when it happened, from a column that is called so and holds times.
func (d *draft) writeWhen(b *strings.Builder, match *profile) {
	for _, sure := range []bool{true, false} {
		for _, p := range d.profiles {
			if p == match || p.taken || p.filled == 0 || d.unusable(p) != "" || !(p.hint.at || !sure && p.hint.dated) {
				continue
			}
			c := decision{}
			if !d.happened(p, &c) {
				continue
			}
			p.taken = true
			for _, check := range c.checks {
				d.checked(b, "  ", check)
			}
			fmt.Fprintf(b, "  timestamp: {column: %s, %s}  # %s\n", yamlText(p.name), c.options, strings.Join(append([]string{d.filledOf(p)}, c.notes...), "; "))
			return
		}
	}
	d.checked(b, "  ", "no column says when: events without a timestamp are of the time when they are sent, and can start campaigns")
}

// happened decides on a column of times.
func (d *draft) happened(p *profile, c *decision) bool {
	if !d.dates(p, c) && !d.moments(p, c) && !d.unixOrISO(p, c) {
		return false
	}
	d.finish(p, c)
	return true
}

// unixOrISO takes columns that have both, as an event's timestamp may.
func (d *draft) unixOrISO(p *profile, c *decision) bool {
	fit := p.best(formEither, 5)
	return len(fit) > 0 && (p.only(rows.Text) || p.only(rows.Number)) && d.take(p, c, fit[0])
}
