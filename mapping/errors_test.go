package mapping

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

var update = flag.Bool("update", false, "write the golden files again")

// bytesOf turns marks of the golden files into what an editor would hide or
// refuse to save.
var bytesOf = strings.NewReplacer("<TAB>", "\t", "<CR>", "\r", "<BOM>", "\ufeff", "<ESC>", "\x1b", "<FF>", "\xff",
	"<N150>", strings.Repeat("n", 150), "<V1000>", strings.Repeat("v", 1000))

// TestErrors reads testdata/errors: an input, then mistakes by name, each with
// what the user reads about it.
//
//	=== name
//	mapping, in which lines of the form "% flag=value" are flags
//	~~~
//	error and hint
func TestErrors(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/errors/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no golden files", err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			golden, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			parts := strings.Split(string(golden), "=== ")
			out := parts[0]
			for _, part := range parts[1:] {
				title, text, _ := strings.Cut(part, "\n")
				source, want, _ := strings.Cut(text, "~~~\n")
				got := complaint(t, bytesOf.Replace(source), parts[0])
				out += "=== " + title + "\n" + source + "~~~\n" + got
				if !*update && got != want {
					t.Errorf("%s:\n got %s\nwant %s", title, got, want)
				}
			}
			if *update {
				if err := os.WriteFile(name, []byte(out), 0o666); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// complaint returns what a user reads about a mapping and an input.
func complaint(t *testing.T, source, input string) string {
	t.Helper()
	source, err := judge(t, source, input)
	if err == nil {
		return "no error\n"
	}
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("%q: %T", source, err)
	}
	checkPlace(t, e, source)
	text := e.Error() + "\n"
	if e.Hint != "" {
		text += "hint: " + e.Hint + "\n"
	}
	return text
}

// judge parses a mapping, or makes one of flags alone, and binds it.
func judge(t *testing.T, source, input string) (mapping string, err error) {
	var m *Mapping
	var match, verb string
	var where []string
	var lines []string
	for line := range strings.Lines(source) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		switch name {
		case "% match":
			match = value
		case "% where":
			where = append(where, strings.ReplaceAll(value, `\n`, "\n"))
		case "% verb":
			verb = value
		default:
			lines = append(lines, line)
		}
	}
	mapping = strings.Join(lines, "")
	if len(lines) == 0 && match != "" {
		m, err = FromMatch(match)
	} else if m, err = Parse("people.yaml", []byte(mapping), match != ""); err == nil && match != "" {
		err = m.SetMatch(match)
	}
	if err != nil {
		return mapping, err
	}
	for _, w := range where {
		m.AddWhere(w)
	}
	if verb != "" {
		if err := m.SetVerb(Action(verb)); err != nil {
			return mapping, err
		}
	}
	if input != "" {
		_, err = m.Bind(open(t, input))
	}
	return mapping, err
}

// checkPlace wants the place of an error to be inside the mapping.
func checkPlace(t *testing.T, e *Error, source string) {
	t.Helper()
	if e.File == "" && e.Option == "" || e.Msg == "" || strings.HasSuffix(e.Msg, ".") || strings.HasSuffix(e.Hint, ".") {
		t.Errorf("%q: odd error %+v", source, e)
	}
	if e.Line == 0 || e.File != "people.yaml" {
		return
	}
	lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimPrefix(source, "\ufeff")), "\n")
	if e.Line < 1 || e.Line > len(lines) {
		t.Fatalf("%q: line %d of %d", source, e.Line, len(lines))
	}
	line := lines[e.Line-1]
	if e.Column < 1 || e.Column > utf8.RuneCountInString(line)+1 {
		t.Errorf("%q: column %d of %q", source, e.Column, line)
	}
	if utf8.RuneCountInString(line) != utf8.RuneCountInString(e.Source) {
		t.Errorf("%q: the source of line %d is %q", source, e.Line, e.Source)
	}
}

func TestTooLarge(t *testing.T) {
	t.Parallel()
	large := "match: {id: a}\n" + strings.Repeat("#", maxSource)
	_, err := Parse("people.csv", []byte(large), false)
	if want := "people.csv: 1048591 bytes are too many for a mapping; the limit is 1048576"; err == nil || err.Error() != want {
		t.Error(err)
	}
	if _, err := Parse("people.yaml", []byte(large[:maxSource]), false); err != nil {
		t.Error(err)
	}
}
