package rows

import "testing"

// Every byte at every place of a word, between ones that are nothing special.
func TestWordMarks(t *testing.T) {
	t.Parallel()
	for c := range 256 {
		for at := range 8 {
			text := []byte("aaaaaaaa")
			text[at] = byte(c)
			w := wordAt(text, 0)
			if found := w.special(); (found != 0) != !plain[c] || found != 0 && found.first() != at {
				t.Errorf("%#x at %d: special marks %#x", c, at, uint64(found))
			}
			if escapes := w.escaped() != 0; escapes != (c < 0x20 || c == '\\') {
				t.Errorf("%#x at %d: escaped is %t", c, at, escapes)
			}
			if found := w.equal(byte(c)).bits(); c != 'a' && found != 1<<at {
				t.Errorf("%#x at %d: found at %#b", c, at, found)
			}
			if got := plainRun(append([]byte("aaaaaaaaa"), text...), 0); plain[c] != (got == 17) || !plain[c] && got != 9+at {
				t.Errorf("%#x at %d: a plain run of %d", c, at, got)
			}
		}
	}
}

// Text of any length up to two chunks, with what is looked for at any place.
func TestTraitsFind(t *testing.T) {
	t.Parallel()
	for n := range 65 {
		for at := range n {
			text := make([]byte, n)
			for i := range text {
				text[i] = 'a'
			}
			text[at] = ';'
			var tr traits
			if found := tr.find(text, ones*';'); found != 1<<at || !tr.plain() || !tr.ascii() {
				t.Fatalf("%d bytes, at %d: %#b, plain %t, ascii %t", n, at, found, tr.plain(), tr.ascii())
			}
			text[at] = 0xc3
			if tr.find(text, ones*';'); tr.ascii() || !tr.plain() {
				t.Fatalf("%d bytes, at %d: ascii %t, plain %t", n, at, tr.ascii(), tr.plain())
			}
			text[at] = 0x1f
			if tr.find(text, ones*0x7f); tr.plain() {
				t.Fatalf("%d bytes, at %d: plain", n, at)
			}
		}
	}
}
