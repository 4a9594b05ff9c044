package importer

import (
	"bytes"
	"unicode/utf8"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/mapping"
)

// effects is what the operations of a block do, as far as a Forecast looks at it. The
// worker that maps the block collects it, so that the dispatcher need not.
type effects struct {
	people  []uint64 // by item: the folded hash of its identifier
	cleared []cleared
	claims  []claim
	several int64 // items that give more than one identifier to their person
	scratch []byte
	total   bool // the last row looks like one of totals
}

// cleared is an attribute that an item clears.
type cleared struct {
	item      int
	attribute string
}

// claim is an identifier that an item gives to its person as an attribute.
type claim struct {
	item   int
	folded uint64
}

func (e *effects) reset() {
	e.people, e.cleared, e.claims, e.several, e.total = e.people[:0], e.cleared[:0], e.claims[:0], 0, false
}

// add notes what the next item does.
func (e *effects) add(of *mapping.Effects) {
	item := len(e.people)
	folded := e.fold(of.Identifier)
	if of.Object {
		folded++ // so that it is not taken for a person
	}
	e.people = append(e.people, folded)
	if len(of.Claims) > 0 {
		e.several++
	}
	for _, name := range of.Cleared {
		e.cleared = append(e.cleared, cleared{item, name})
	}
	for _, c := range of.Claims {
		folded := e.fold(c.Value)
		if c.Match == customerio.Email {
			folded++ // so that an id is not taken for an email
		}
		e.claims = append(e.claims, claim{item, folded})
	}
}

// fold hashes text without its case and the white space around it.
func (e *effects) fold(text []byte) uint64 {
	text = bytes.TrimSpace(text)
	folded := append(e.scratch[:0], text...)
	for i, c := range folded {
		if c >= utf8.RuneSelf {
			folded = append(folded[:0], bytes.ToLower(text)...)
			break
		}
		if 'A' <= c && c <= 'Z' {
			folded[i] = c + 'a' - 'A'
		}
	}
	e.scratch = folded
	h := uint64(0xcbf29ce484222325) // FNV-1a, and a finalizer for the top bits
	for _, c := range folded {
		h = (h ^ uint64(c)) * 0x100000001b3
	}
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	return h ^ h>>33
}
