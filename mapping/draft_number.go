package mapping

import (
	"slices"

	"github.com/ciobulk/ciobulk/customerio"
)

// digits keeps as text what would not be the same as a number.
func (d *draft) digits(p *profile, c *decision) bool {
	if len(p.best(formNumber, 8)) == 0 && p.short == 0 {
		return false
	}
	switch {
	case p.short > 0:
		c.check("a spreadsheet has shortened %s such as 1.23E+15, and their digits are lost: export the file again with this column as text", plural(p.short, "value"))
	case p.zeros > 0 && p.hint.field != customerio.Phone:
		c.note("text: leading zeros would be lost as a number")
	case p.long > 0:
		c.note("text: numbers of 16 digits and more lose their last ones")
	case !p.hint.code:
		return false
	default:
		c.note("text: by its name it is no amount")
	}
	if p.hint.field == customerio.Phone && d.phones(p, c) {
		return true
	}
	d.lostZeros(p, c)
	return true
}

// lostZeros warns where the lengths of codes look as if zeros had been dropped.
func (d *draft) lostZeros(p *profile, c *decision) {
	shortest, longest, digits := 0, 0, int64(0)
	for n, count := range p.lengths {
		if digits += count; count == 0 {
			continue
		}
		if longest = n; shortest == 0 {
			shortest = n
		}
	}
	if digits == p.values && p.zeros == 0 && p.short == 0 && longest >= 5 && shortest == longest-1 && (p.hint.fixed || p.hint.code) {
		c.check("values of %d and of %d digits: if zeros stood in front of the shorter ones, a spreadsheet has dropped them", shortest, longest)
	}
}

// numbers takes amounts. If a mark can be a decimal one or one of thousands in all
// of them, the rest of the file decides.
func (d *draft) numbers(p *profile, c *decision) bool {
	fit := p.best(formNumber, 50)
	if len(fit) == 0 {
		return false
	}
	t, other := fit[0], p.misread(fit)
	if other != nil {
		if comma := d.style.comma && !d.style.point; comma != (t.rule.decimal == ',') {
			t, other = other, t
		}
		c.check("%s can be read with thousands or with a fraction; the other way is %s", p.first, other.options)
	}
	if t.options == "type: integer" && d.zeroOne(p) {
		c.note("only 0 and 1: for true and false write type: boolean")
	}
	if n, ok := p.lengthOf(); ok && t.options == "type: integer" && (n == 10 || n == 13) && len(p.best(formMoment, 0)) > 0 {
		c.check("numbers of the size of unix time; if they are dates, write type: timestamp, layout: %s", p.best(formMoment, 0)[0].layout)
	}
	return d.take(p, c, t)
}

func (d *draft) zeroOne(p *profile) bool {
	return slices.ContainsFunc(p.best(formWords, 0), func(t *trial) bool { return t.rule.trueWords[0] == "1" })
}

// lengthOf returns how many digits all values have, if it is one number.
func (p *profile) lengthOf() (length int, ok bool) {
	for n, count := range p.lengths {
		if count > 0 && count == p.values {
			return n, true
		}
	}
	return 0, false
}

// misread returns the form that reads the values as well as the first one and
// takes a mark of theirs for another one, or nil.
func (p *profile) misread(fit []*trial) *trial {
	first := fit[0].options
	pairs := map[string]string{
		`type: number`:               `type: number, decimal: ",", thousands: "."`,
		`type: number, decimal: ","`: `type: number, thousands: ","`,
	}
	for _, t := range fit[1:] {
		if t.options == pairs[first] && t.fails == fit[0].fails {
			return t
		}
	}
	return nil
}
