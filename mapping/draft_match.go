package mapping

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/rows"
)

// candidate is a column that people may be found by, because of its name.
type candidate struct {
	p     *profile
	field customerio.Match
	phone *trial // of phones: how they are written; nil: they are not all E.164
	flaws []string
}

// candidates returns the columns whose names are those of identifiers, the best
// first: those without flaws, then the surest field, then the surest name.
func (d *draft) candidates() (all []candidate) {
	for _, p := range d.profiles {
		if p.hint.field == "" || p.filled == 0 && d.rows > d.broken || d.unusable(p) != "" || !d.known(p) {
			continue
		}
		if p.hint.rank >= weak && !d.confirmed(p) {
			continue
		}
		all = append(all, d.candidate(p, p.hint.field))
	}
	slices.SortStableFunc(all, d.better)
	return all
}

// candidate looks at a column as the one that people are found by.
func (d *draft) candidate(p *profile, field customerio.Match) candidate {
	c := candidate{p: p, field: field}
	if fit := p.best(formPhone, 8); field == customerio.Phone && len(fit) > 0 {
		c.phone = fit[len(fit)-1] // the one with the country takes numbers with a country code too
	}
	c.flaws = d.flaws(c)
	return c
}

// known reports whether the column may be a match column of the input: of JSONL
// one that the first objects have.
func (d *draft) known(p *profile) bool { return d.called[p.name] > 0 }

// confirmed reports whether a column whose name is like an identifier's may hold
// some. Only of emails and phones values tell.
func (d *draft) confirmed(p *profile) bool {
	switch p.hint.field {
	case customerio.Email:
		return len(p.best(formEmail, 2)) > 0
	case customerio.Phone:
		return len(p.best(formPhone, 2)) > 0
	}
	return p.hint.rank < 2*weak
}

// flaws says why the rows may not find their people by a candidate.
func (d *draft) flaws(c candidate) (flaws []string) {
	p := c.p
	add := func(is bool, format string, args ...any) {
		if is {
			flaws = append(flaws, fmt.Sprintf(format, args...))
		}
	}
	empty := d.rows - d.broken - p.filled
	add(d.rows == d.broken, "there are no rows that could tell whether it is so")
	add(empty > 0, "%s would be rejected, as the column is empty", plural(empty, "row"))
	add(!d.options.Verb.isEvent() && !p.people.unique(), "rows with the same value are of one person")
	add(c.field == customerio.ID && p.longest > customerio.MaxID, "values of more than %d bytes are refused", customerio.MaxID)
	add(c.field == customerio.ID && p.padded > 0, "spaces around a value are part of it (%d)", p.padded)
	add(c.field == customerio.ID && len(p.best(formEmail, 2)) > 0, "the values look like email addresses")
	add(c.field == customerio.Email && p.emailFlaws() > 0, "%s no email address", isAre(p.emailFlaws()))
	add(c.field == customerio.Phone && !c.dials(), "values are not all phone numbers such as +4915123456789; see --country")
	add(c.field == customerio.CioID && (p.longest > customerio.MaxID || p.values < p.filled), "values are no cio_id")
	add(!d.options.Verb.isEvent() && has(personNames, strings.Join(nameWords(p.name), "")), "the name %q says who, and not that it is an identifier", shown(p.name))
	add(p.kinds[rows.JSON]+p.kinds[rows.Boolean] > 0, "values are neither text nor numbers")
	add(p.short > 0, "a spreadsheet has shortened numbers, such as 1.23E+15: the digits are lost")
	return flaws
}

func isAre(n int64) string {
	if n == 1 {
		return "1 value is"
	}
	return fmt.Sprintf("%d values are", n)
}

// emailFlaws returns how many values are no addresses, as far as they were tried.
func (p *profile) emailFlaws() int64 {
	for _, t := range p.trials {
		if t.kind == formEmail {
			return t.fails + p.filled - p.values
		}
	}
	return p.filled
}

// dials reports whether a match takes all of the values for phone numbers.
func (c candidate) dials() bool {
	if c.phone == nil || c.phone.fails > 0 || c.p.values < c.p.filled {
		return false
	}
	return c.phone.rule.country != "" || c.p.e164 == c.p.filled
}

// better orders candidates.
func (d *draft) better(a, b candidate) int {
	fields := []customerio.Match{customerio.ID, customerio.Email, customerio.CioID, customerio.Phone}
	event := d.options.Verb.isEvent()
	return cmp.Or(
		cmp.Compare(sign(len(a.flaws)), sign(len(b.flaws))),
		cmp.Compare(d.missing(a), d.missing(b)),
		cmp.Compare(slices.Index(fields, a.field), slices.Index(fields, b.field)),
		cmp.Compare(a.order(event), b.order(event)),
	)
}

func sign(n int) int { return min(n, 1) }

// missing is how many tenths of the rows a flawed candidate does not tell apart.
func (d *draft) missing(c candidate) int64 {
	if len(c.flaws) == 0 || d.options.Verb.isEvent() {
		return 0
	}
	return 10 - 10*c.p.people.distinct()/max(d.rows-d.broken, 1)
}

// order is the rank of a candidate's name. An order's id is no person's.
func (c candidate) order(event bool) int {
	if event && strings.Join(nameWords(c.p.name), "") == "id" {
		return 2 * weak
	}
	return c.p.hint.rank
}

// counts tells of a column's cells.
func (p *profile) counts() string {
	return fmt.Sprintf("%s of %d", &p.people, p.filled)
}

// uniques names the columns that tell rows apart, whatever their names say.
func (d *draft) uniques() (names []string) {
	for _, p := range d.profiles {
		full := p.filled > 1 && p.filled == d.rows-d.broken
		if full && p.people.unique() && p.only(rows.Text) && d.unusable(p) == "" && len(p.best(formDate, 8)) == 0 {
			names = append(names, fmt.Sprintf("%q", p.name))
		}
	}
	return names
}
