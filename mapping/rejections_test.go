package mapping

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/rows"
)

// TestRejections reads testdata/rejections.txt: mappings by name, each with an input,
// of which every row is rejected, and what the user reads.
//
//	=== name
//	mapping
//	---
//	input
//	~~~
//	where, why
func TestRejections(t *testing.T) {
	t.Parallel()
	const path = "testdata/rejections.txt"
	golden, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	parts := strings.Split(string(golden), "=== ")[1:]
	if len(parts) < 15 {
		t.Fatalf("%d parts", len(parts))
	}
	for _, part := range parts {
		title, text, _ := strings.Cut(part, "\n")
		source, want, _ := strings.Cut(text, "~~~\n")
		mapping, input, found := strings.Cut(source, "---\n")
		if !found {
			t.Fatal("no input:", title)
		}
		got := refusals(t, bytesOf.Replace(mapping), bytesOf.Replace(input))
		fmt.Fprintf(&out, "=== %s\n%s~~~\n%s", title, source, got)
		if !*update && got != want {
			t.Errorf("%s:\n got %s\nwant %s", title, got, want)
		}
	}
	if *update {
		if err := os.WriteFile(path, []byte(out.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// refusals returns what is said about an input's rows.
func refusals(t *testing.T, mapping, input string) string {
	t.Helper()
	m := parse(t, mapping)
	if m.operation != "" {
		if err := m.SetVerb(m.operation); err != nil {
			t.Fatal(err)
		}
	}
	in := open(t, input)
	mapper := bind(t, m, in).Mapper(in, Terms{Begun: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
	var b rows.Block
	var out strings.Builder
	for {
		err := in.Next(&b, 100, 1<<20)
		if errors.Is(err, io.EOF) {
			return out.String()
		}
		if err != nil {
			t.Fatal(err)
		}
		for i := range b.Len() {
			r := mapRow(t, mapper, &b, i)
			if r.outcome != Rejected {
				t.Errorf("%s: row %d is sent: %s", mapping, i+1, r.operation)
			}
			fmt.Fprintf(&out, "%s:%d (row %d) %s\n", in.Name, mapper.Row().Line, mapper.Row().Number, r.rejection)
		}
	}
}
