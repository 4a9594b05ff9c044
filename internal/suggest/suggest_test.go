package suggest

import (
	"slices"
	"strings"
	"testing"
)

func TestNear(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		written string
		names   []string
		want    []string
	}{
		{"emial", []string{"email", "id"}, []string{"email"}},
		{"upsrt", []string{"upsert", "event"}, []string{"upsert"}},
		{"Conccurency", []string{"concurrency"}, []string{"concurrency"}},
		{"columnnnn", []string{"column"}, nil},               // three letters too many
		{"people.csv", []string{"explain", "simulate"}, nil}, // what urfave/cli answers with schema
		{"x", []string{"y", "id"}, nil},                      // one letter does not show what was meant
		{"ids", []string{"id", "ids2", "id"}, []string{"id", "ids2"}},
		{"größe", []string{"grösse", "Größen"}, []string{"Größen", "grösse"}},
		{"", []string{"a"}, nil},
		{"plna", nil, nil},
	} {
		if got := Near(c.written, c.names); !slices.Equal(got, c.want) {
			t.Errorf("Near(%q, %q) = %q, want %q", c.written, c.names, got, c.want)
		}
	}
}

func TestMeant(t *testing.T) {
	t.Parallel()
	w := Words{Names: []string{"upsert", "explain"}, Synonyms: map[string]string{"import": "upsert"}}
	for written, want := range map[string]string{"IMPORT": "upsert", "exlpain": "explain", "delet": "", "": ""} {
		if got := w.Meant(written); got != want {
			t.Errorf("Meant(%q) = %q, want %q", written, got, want)
		}
	}
}

// FuzzNear suggests only what was offered, finds each name by itself, and does not
// care which of two words was written.
func FuzzNear(f *testing.F) {
	f.Add("upsert", "upsret")
	f.Add("größe", "\xff\xfe")
	f.Add("", "abc")
	f.Fuzz(func(t *testing.T, a, b string) {
		for _, name := range Near(a, []string{b}) {
			if name != b {
				t.Errorf("%q is suggested out of %q", name, b)
			}
		}
		if long := []rune(strings.ToLower(a)); len(long) > 1 && !slices.Contains(Near(a, []string{a}), a) {
			t.Errorf("%q is not near itself", a)
		}
		x, y := []rune(a), []rune(b)
		if one, other := distance(x, y, 1<<20), distance(y, x, 1<<20); one != other {
			t.Errorf("the distance of %q and %q is %d, and %d the other way", a, b, one, other)
		}
	})
}
