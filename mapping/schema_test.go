package mapping

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/mapping/convert"
	"github.com/ciobulk/ciobulk/mapping/document"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// object is a part of the schema.
type object = map[string]any

func readSchema(tb testing.TB) object {
	tb.Helper()
	var s object
	if err := json.Unmarshal(Schema(), &s); err != nil {
		tb.Fatal(err)
	}
	return s
}

func compileSchema(tb testing.TB) *jsonschema.Schema {
	tb.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		tb.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("mapping.json", document); err != nil {
		tb.Fatal(err)
	}
	s, err := c.Compile("mapping.json")
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// within walks down to the object among a part's choices, by names.
func within(tb testing.TB, part any, names ...string) object {
	tb.Helper()
	o := part.(object)
	for _, name := range names {
		next, ok := o[name].(object)
		if !ok {
			tb.Fatalf("no %s in %v", name, slices.Collect(maps.Keys(o)))
		}
		o = next
	}
	if choices, ok := o["anyOf"].([]any); ok {
		o = choices[len(choices)-1].(object)
	}
	return o
}

// TestSchemaKeys: the schema knows the keys that the parser knows, everywhere, and
// no others; and it describes each.
func TestSchemaKeys(t *testing.T) {
	t.Parallel()
	s, p := readSchema(t), &parser{spec: &Mapping{}}
	attribute := new(attribute).fields()
	for _, tt := range []struct {
		part   object
		fields []document.Field
	}{
		{s, p.fields()},
		{within(t, s, "properties", "operation"), p.operationFields()},
		{within(t, s, "$defs", "phone_key"), new(matchKey).fields()},
		{within(t, s, "$defs", "attribute"), attribute},
		{within(t, s, "properties", "event"), new(eventSpec).fields("name")},
		{within(t, s, "properties", "page"), new(eventSpec).fields("url")},
		{within(t, s, "$defs", "event_name"), attribute}, {within(t, s, "$defs", "page_url"), attribute},
		{within(t, s, "$defs", "timestamp"), attribute}, {within(t, s, "$defs", "id"), attribute},
	} {
		var known []string
		for _, f := range tt.fields {
			known = append(known, f.Name)
		}
		checkKeys(t, s, tt.part, known)
	}
	checkKeys(t, s, within(t, s, "$defs", "match"), slices.Collect(maps.Keys(matchFields)))
}

func checkKeys(t *testing.T, s, part object, known []string) {
	t.Helper()
	properties := part["properties"].(object)
	got := slices.Sorted(maps.Keys(properties))
	slices.Sort(known)
	if !slices.Equal(got, known) || part["additionalProperties"] != false {
		t.Errorf("the schema has %v, the parser %v", got, known)
	}
	for name, p := range properties {
		described, ok := p.(object)
		if ref, is := described["$ref"].(string); ok && is {
			described = s["$defs"].(object)[strings.TrimPrefix(ref, "#/$defs/")].(object)
		}
		if text, _ := described["description"].(string); ok && !strings.HasSuffix(text, ".") {
			t.Errorf("%s is not described", name)
		}
	}
}

// TestSchemaWords: so it is with the words that keys know.
func TestSchemaWords(t *testing.T) {
	t.Parallel()
	s := readSchema(t)
	var marks []string
	for _, mark := range []string{".", ",", "'", " "} {
		marks = append(marks, convert.Marks(mark)...)
	}
	properties, options := s["properties"].(object), s["$defs"].(object)
	for name, tt := range map[string]struct {
		part  any
		words []string
	}{
		"operation": {properties["operation"].(object)["anyOf"].([]any)[0], operationNames()},
		"rest":      {properties["rest"], restNames}, "empty": {properties["empty"], emptyNames}, "only": {properties["only"], onlyNames}, "duplicates": {properties["duplicates"], duplicateNames},
		"type": {options["option_type"], convert.TypeNames}, "empty of one": {options["option_empty"], emptyNames}, "range": {options["option_range"], rangeNames}, "thousands": {options["option_thousands"], marks},
	} {
		var got []string
		for _, word := range tt.part.(object)["enum"].([]any) {
			got = append(got, word.(string))
		}
		slices.Sort(got)
		if want := slices.Sorted(slices.Values(tt.words)); !slices.Equal(got, want) {
			t.Errorf("%s: the schema has %q, the parser %q", name, got, want)
		}
	}
}

// TestSchemaVerdicts: over all mappings of the golden files and the samples, the
// schema accepts what the parser accepts; the mistakes that only the parser sees are
// golden, in testdata/beyond_schema.txt.
func TestSchemaVerdicts(t *testing.T) {
	t.Parallel()
	s := compileSchema(t)
	var beyond strings.Builder
	seen, refused := 0, 0
	for _, c := range corpus(t) {
		parsed, accepted, readable := schemaVerdicts(s, c.source)
		if !readable {
			continue
		}
		seen++
		switch {
		case parsed == nil && accepted != nil:
			t.Errorf("%s: the parser accepts it, but: %v", c.name, accepted)
		case parsed != nil && accepted == nil:
			line, _, _ := strings.Cut(parsed.Error(), "\n")
			fmt.Fprintf(&beyond, "%s: %s\n", c.name, strings.TrimPrefix(line, "people.yaml:"))
		case parsed != nil:
			refused++
		}
	}
	if seen < 150 || refused < 80 {
		t.Errorf("%d mappings, %d refused by both", seen, refused)
	}
	const path = "testdata/beyond_schema.txt"
	if *update {
		if err := os.WriteFile(path, []byte(beyond.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(path); err != nil || string(want) != beyond.String() {
		t.Errorf("%s: got\n%s\nwant\n%s%v", path, &beyond, want, err)
	}
}

type sample struct{ name, source string }

// corpus returns the mappings of the golden files and the samples.
func corpus(tb testing.TB) (all []sample) {
	tb.Helper()
	golden, _ := filepath.Glob("testdata/errors/*.txt")
	samples, _ := filepath.Glob("../samples/*.yaml")
	if len(golden) < 5 || len(samples) < 5 {
		tb.Fatal(golden, samples)
	}
	for _, path := range append(golden, samples...) {
		text, err := os.ReadFile(path)
		if err != nil {
			tb.Fatal(err)
		}
		if strings.HasSuffix(path, ".yaml") {
			all = append(all, sample{filepath.Base(path), string(text)})
			continue
		}
		for _, part := range strings.Split(string(text), "=== ")[1:] {
			title, text, _ := strings.Cut(part, "\n")
			source, _, _ := strings.Cut(text, "~~~\n")
			lines := slices.DeleteFunc(strings.SplitAfter(source, "\n"), func(line string) bool { return strings.HasPrefix(line, "% ") })
			all = append(all, sample{filepath.Base(path) + ": " + title, bytesOf.Replace(strings.Join(lines, ""))})
		}
	}
	return all
}

// schemaVerdicts judges a mapping by the parser and by the schema, if it is YAML at
// all.
func schemaVerdicts(s *jsonschema.Schema, source string) (parsed, accepted error, readable bool) {
	root, err := document.Parse("people.yaml", []byte(source))
	if err != nil {
		return nil, nil, false
	}
	_, parsed = Parse("people.yaml", []byte(source), true)
	return parsed, s.Validate(plain(root)), true
}

// plain is the node as editors see it.
func plain(n document.Node) any {
	switch n.Kind {
	case document.Integer, document.Float:
		if i, err := strconv.ParseInt(n.Value, 0, 64); err == nil && n.Kind == document.Integer {
			return i
		}
		f, _ := strconv.ParseFloat(n.Value, 64)
		return f
	case document.Boolean:
		return strings.EqualFold(n.Value, "true")
	case document.Null:
		return nil
	case document.List:
		items := []any{}
		for _, item := range n.Items {
			items = append(items, plain(item))
		}
		return items
	case document.Mapping:
		pairs := object{}
		for _, p := range n.Pairs {
			pairs[p.Key.Value] = plain(p.Value)
		}
		return pairs
	}
	return n.Value
}

// FuzzSchema: the schema never refuses what the parser accepts.
func FuzzSchema(f *testing.F) {
	s := compileSchema(f)
	for _, c := range corpus(f) {
		f.Add(c.source)
	}
	f.Fuzz(func(t *testing.T, source string) {
		if parsed, accepted, readable := schemaVerdicts(s, source); readable && parsed == nil && accepted != nil {
			t.Errorf("%q: %v", source, accepted)
		}
	})
}
