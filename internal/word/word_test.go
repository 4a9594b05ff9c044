package word

import "testing"

// Every byte at every place of a word, between bytes without a mark.
func TestMarks(t *testing.T) {
	t.Parallel()
	for c := range 256 {
		escaped := c < 0x20 || c == '\\'
		for at := range 8 {
			text := []byte("aaaaaaaa")
			text[at] = byte(c)
			w := At(text, 0)
			if found := w.Special(); (found != 0) != (escaped || c == '"') || found != 0 && found.First() != at {
				t.Errorf("%#x at %d: special marks %#x", c, at, uint64(found))
			}
			if got := w.Escaped() != 0; got != escaped {
				t.Errorf("%#x at %d: escaped is %t", c, at, got)
			}
			if found := w.Equal(byte(c)).Bits(); c != 'a' && found != 1<<at {
				t.Errorf("%#x at %d: found at %#b", c, at, found)
			}
		}
	}
}

// A tail has its bytes first, and no marks after them.
func TestTail(t *testing.T) {
	t.Parallel()
	for n := range 8 {
		text := []byte("\"\"\"\"\"\"\"\""[:n])
		if got := Tail(text).Equal('"').Bits(); got != 1<<n-1 {
			t.Errorf("%d quotes are found at %#b", n, got)
		}
	}
}
