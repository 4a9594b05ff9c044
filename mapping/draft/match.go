package draft

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/rows"
)

// candidate is a column that can identify people, by its name.
type candidate struct {
	*sample
	p     *column
	field customerio.Match
	phone *trial // of phones: how they are written; nil: they are not all E.164
	flaws []string

	// doubts are asked about too, but make no other candidate better.
	doubts []string
}

// candidates returns the columns with names of identifiers, the best first: those
// without flaws, then the most certain field, then the most certain name.
func (s *sample) candidates() (all []candidate) {
	for _, p := range s.columns {
		if p.hint.field == "" || p.filled == 0 && s.good() > 0 || s.unusable(p) != "" || !s.known(p) {
			continue
		}
		if p.hint.rank < weak || p.confirmed() {
			all = append(all, s.candidate(p, p.hint.field))
		}
	}
	slices.SortStableFunc(all, candidate.compare)
	return all
}

// candidate judges a column as the one that identifies people.
func (s *sample) candidate(p *column, field customerio.Match) candidate {
	c := candidate{sample: s, p: p, field: field}
	if fit := p.best(formPhone, 8); field == customerio.Phone && len(fit) > 0 {
		c.phone = fit[len(fit)-1] // the one with the country takes numbers with a country code too
	}
	c.flaws = c.judge()
	if p.ids != nil && p.short == 0 {
		c.doubts = p.ids.Notes()
	}
	return c
}

// judge says why a run may not identify people by the column.
func (c candidate) judge() (flaws []string) {
	p := c.p
	add := func(is bool, format string, args ...any) {
		if is {
			flaws = append(flaws, fmt.Sprintf(format, args...))
		}
	}
	empty := c.good() - p.filled
	once := !c.options.repeated()
	add(c.good() == 0, "there are no rows to check this with")
	add(empty > 0, "%s would be rejected, as the column is empty", plural(empty, "row"))
	add(once && !p.people.Unique(), "rows with the same value are about the same person")
	add(c.field == customerio.ID && p.padded > 0, "spaces around a value are part of it (%d)", p.padded)
	add(c.field == customerio.ID && len(p.best(formEmail, 2)) > 0, "the values look like email addresses")
	add(len(p.absent) > 0, "%s: words for nothing are not identifiers, and %s", p.nothings(), rejected(p.absences()))
	add(c.field == customerio.Email && p.emailFlaws() > 0, "%s", notEmails(p.emailFlaws()))
	add(c.field == customerio.Phone && !c.dials(), "%s", withAdvice("values are not all phone numbers such as +4915123456789", "; ", c.options.Advice.Country))
	add(c.field == customerio.CioID && (p.longest > customerio.MaxID || p.values < p.filled), "values are not a cio_id")
	add(once && has(personNames, strings.Join(nameWords(p.name), "")), "the name %q is that of a person, not of an identifier", shown(p.name))
	add(p.kinds[rows.JSON]+p.kinds[rows.Boolean] > 0, "values are neither text nor numbers")
	add(p.signs.exported > 0, "values such as {%q: …}, written by mongoexport, are not identifiers: take the text out of them first, for example with jq", p.signs.key)
	add(p.signs.apostrophes > 0, "%s", p.signs.apostrophe())
	add(p.unfit > 0 && p.signs.apostrophes == 0, "%s with characters that no id has, such as invisible ones, %s: %s", plural(p.unfit, "value"), rowsListed(p.unfitRows[:min(p.unfit, 3)], p.unfit), rejected(p.unfit))
	if p.ids != nil && p.short > 0 {
		flaws = append(flaws, p.ids.Notes()...)
	}
	return flaws
}

func notEmails(n int64) string {
	if n == 1 {
		return "1 value is not an email address"
	}
	return fmt.Sprintf("%d values are not email addresses", n)
}

// dials reports whether a match takes all of the values for phone numbers.
func (c candidate) dials() bool {
	if c.phone == nil || c.phone.fails > 0 || c.p.values < c.p.filled {
		return false
	}
	return c.phone.rule.Country != "" || c.p.e164 == c.p.filled
}

// compare orders candidates, the better first.
func (c candidate) compare(other candidate) int {
	fields := []customerio.Match{customerio.ID, customerio.Email, customerio.CioID, customerio.Phone}
	return cmp.Or(
		cmp.Compare(min(len(c.flaws), 1), min(len(other.flaws), 1)),
		cmp.Compare(c.missing(), other.missing()),
		cmp.Compare(slices.Index(fields, c.field), slices.Index(fields, other.field)),
		cmp.Compare(c.rank(), other.rank()),
	)
}

// missing is how many tenths of the rows a flawed candidate does not tell apart.
func (c candidate) missing() int64 {
	if len(c.flaws) == 0 || c.options.repeated() {
		return 0
	}
	return 10 - 10*c.p.people.Distinct()/max(c.good(), 1)
}

// rank is that of the candidate's name. The id of an order is not a person's.
func (c candidate) rank() int {
	if c.options.event() && strings.Join(nameWords(c.p.name), "") == "id" {
		return 2 * weak
	}
	return c.p.hint.rank
}

// uniques names the columns that differ in every row, whatever their names are.
func (s *sample) uniques() (names []string) {
	for _, p := range s.columns {
		full := p.filled > 1 && p.filled == s.good()
		if full && p.people.Unique() && p.only(rows.Text) && s.unusable(p) == "" && len(p.best(formDate, 8)) == 0 {
			names = append(names, fmt.Sprintf("%q", p.name))
		}
	}
	return names
}
