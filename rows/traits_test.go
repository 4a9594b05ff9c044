package rows

import (
	"testing"

	"github.com/ciobulk/ciobulk/internal/word"
)

// Text of any length up to two chunks, with the wanted byte at any place.
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
			if found := tr.find(text, word.Ones*';'); found != 1<<at || !tr.plain() || !tr.ascii() {
				t.Fatalf("%d bytes, at %d: %#b, plain %t, ascii %t", n, at, found, tr.plain(), tr.ascii())
			}
			text[at] = 0xc3
			if tr.find(text, word.Ones*';'); tr.ascii() || !tr.plain() {
				t.Fatalf("%d bytes, at %d: ascii %t, plain %t", n, at, tr.ascii(), tr.plain())
			}
			text[at] = 0x1f
			if tr.find(text, word.Ones*0x7f); tr.plain() {
				t.Fatalf("%d bytes, at %d: plain", n, at)
			}
		}
	}
}
