package convert

import (
	"strings"
	"testing"
)

// Words for nothing are known as whole texts, in any case.
func TestNothing(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Nothing{
		"NULL": ProgramNothing, "None": ProgramNothing, `\N`: ProgramNothing, " nan ": ProgramNothing, "N/A": ProgramNothing, "<NULL>": ProgramNothing, "(null)": ProgramNothing, "[object Object]": ProgramNothing,
		"#N/A": CellError, "#DIV/0!": CellError, "#BEZUG!": CellError, "-": PersonNothing, "—": PersonNothing, "Unknown": PersonNothing, "k. A.": PersonNothing, "Keine Angabe": PersonNothing,
		"": Something, "nullable": Something, "none1": Something, "Nina": Something, "0": Something, "u123": Something, strings.Repeat("-", 17): Something, "nul": Something,
	} {
		if got := NothingOf([]byte(text)); got != want {
			t.Errorf("%q is %d, not %d", text, got, want)
		}
	}
	for word := range nothings {
		if len(word) > longestNothing || NothingOf([]byte(strings.ToUpper(word))) == Something {
			t.Errorf("%q is not known", word)
		}
	}
}

// The quick look at an address accepts nothing that the full one refuses.
func FuzzEmail(f *testing.F) {
	for _, text := range []string{"ada@example.com", "a.b+c_d@x-y.co.uk", "a@b.c", ".a@b.cd", "a.@b.cd", "a..b@c.de", "a@b..de", "a@.de", "a@b.de.", "a@@b.de", "a@b", "a@1.2", "a_@b_c.de", "a@b.-c", strings.Repeat("a", 70) + "@b.de", "a@" + strings.Repeat("b", 70) + ".de", "a.b.c@d.e.fg"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if why := emailFault([]byte(text)); plainEmail([]byte(text)) && why != "" {
			t.Errorf("%q: %s", text, why)
		}
	})
}

func BenchmarkEmailFault(b *testing.B) {
	text := []byte("hamilton.123456@example.com")
	if !plainEmail(text) {
		b.Fatal("a usual address takes the long way")
	}
	for b.Loop() {
		EmailFault(text)
	}
}
