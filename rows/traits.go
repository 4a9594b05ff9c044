package rows

import "github.com/ciobulk/ciobulk/internal/word"

// traits is what words of a text have in common.
type traits struct{ escapes, high word.Word }

func (t *traits) add(w word.Word) {
	t.escapes |= w.Escaped()
	t.high |= w
}

// find adds at most 64 bytes of text, and returns a bit for each byte that is
// the one that pattern consists of.
func (t *traits) find(text []byte, pattern word.Word) (found uint64) {
	escapes, high := t.escapes, t.high
	last := len(text) - 8
	for i := 0; i < last; i += 8 {
		w := word.At(text, i)
		escapes |= w.Escaped()
		high |= w
		found |= (w ^ pattern).Zeros().Bits() << i
	}
	w, at := word.Word(0), max(last, 0)
	if last >= 0 {
		w = word.At(text, last) // some of its bytes for the second time
	} else {
		w = word.Tail(text)
	}
	t.escapes, t.high = escapes|w.Escaped(), high|w
	found |= (w ^ pattern).Zeros().Bits() << at
	return found & (1<<len(text) - 1)
}

// plain reports whether JSON strings can hold the text without escapes, and
// ascii whether all of it is ASCII.
func (t *traits) plain() bool { return t.escapes == 0 }
func (t *traits) ascii() bool { return t.high&word.Tops == 0 }

// traitsOf looks at a whole text.
func traitsOf(text []byte) (t traits) {
	i := 0
	for ; i+8 <= len(text); i += 8 {
		t.add(word.At(text, i))
	}
	t.add(word.Tail(text[i:]))
	return t
}
