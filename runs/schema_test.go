package runs

import (
	"bytes"
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write summary.schema.json again")

// The schema of summaries is that of the struct, with its comments. With -update, it is
// written again.
func TestSummarySchema(t *testing.T) {
	t.Parallel()
	g := generator{comments(t)}
	root := g.object(reflect.TypeFor[Summary]())
	root["$schema"], root["title"] = "https://json-schema.org/draft/2020-12/schema", "summary.json of a run of ciobulk"
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(root); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("summary.schema.json", b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	} else if !bytes.Equal(b.Bytes(), SummarySchema()) {
		t.Error("summary.schema.json is not that of Summary; run make update")
	}
	if members := root["properties"].(map[string]any); len(members) < 35 || members["rows"].(map[string]any)["description"] == nil {
		t.Errorf("%d members, %v", len(members), members["rows"])
	}
}

// comments returns the comments of fields, by the name of their type and their own.
func comments(t *testing.T) map[string]string {
	t.Helper()
	all := make(map[string]string)
	for _, dir := range []string{".", "../rows", "../join"} {
		paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if spec, is := n.(*ast.TypeSpec); is {
					if s, is := spec.Type.(*ast.StructType); is {
						for _, f := range s.Fields.List {
							for _, name := range f.Names {
								all[spec.Name.Name+"."+name.Name] = strings.TrimSpace(strings.ReplaceAll(f.Doc.Text()+f.Comment.Text(), "\n", " "))
							}
						}
					}
				}
				return true
			})
		}
	}
	return all
}

type generator struct{ comments map[string]string }

// object is the schema of a struct. Members that may be left out are not required.
func (g generator) object(t reflect.Type) map[string]any {
	members, required := map[string]any{}, []string{}
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous || name == "" || name == "-" {
			continue
		}
		of := g.value(f.Type)
		owner := t
		if len(f.Index) > 1 { // of a struct that is embedded
			owner = t.Field(f.Index[0]).Type
		}
		if text := g.comments[owner.Name()+"."+f.Name]; text != "" {
			of["description"] = text
		}
		members[name] = of
		if !strings.Contains(options, "omit") {
			required = append(required, name)
		}
	}
	return map[string]any{"type": "object", "properties": members, "required": required}
}

func (g generator) value(t reflect.Type) map[string]any {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return map[string]any{"type": "string", "format": "date-time"}
	case t.Kind() == reflect.Pointer:
		return g.value(t.Elem())
	case t.Kind() == reflect.Struct:
		return g.object(t)
	case t.Kind() == reflect.Slice:
		return map[string]any{"type": []string{"array", "null"}, "items": g.value(t.Elem())}
	case t.Kind() == reflect.String:
		return map[string]any{"type": "string"}
	case t.Kind() == reflect.Bool:
		return map[string]any{"type": "boolean"}
	case t.Kind() == reflect.Float64:
		return map[string]any{"type": "number"}
	case t.Kind() == reflect.Interface:
		return map[string]any{"type": "object"}
	}
	return map[string]any{"type": "integer"}
}
