// Package internal_test keeps the house in order: who may import whom, and
// which package is the one door to each dependency.
package internal_test

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/ciobulk/ciobulk/"

// layers are the packages with what they may import of the project. A new
// edge needs a line here and a reason in its commit.
var layers = map[string][]string{
	"ratelimit":          {},
	"rows":               {},
	"internal/simulator": {},
	"customerio":         {},
	"mapping":            {"rows", "customerio"},
	"importer":           {"rows", "customerio", "mapping"},
	"cmd/ciobulk":        {"rows", "customerio", "mapping", "importer", "ratelimit", "internal/simulator"},
}

// doors are the packages that may import a dependency, tests aside: one each, but
// for the lock, which the ratelimit package could not have from importer.
var doors = map[string]string{
	"github.com/urfave/cli/v2":          "cmd/ciobulk",
	"github.com/schollz/progressbar/v3": "cmd/ciobulk",
	"golang.org/x/term":                 "cmd/ciobulk",
	"golang.org/x/sync":                 "importer",
	"github.com/gofrs/flock":            "importer ratelimit",
	"github.com/gocarina/gocsv":         "importer",
	"github.com/oklog/ulid/v2":          "mapping",
	"github.com/goccy/go-yaml":          "mapping",
	"github.com/expr-lang/expr":         "mapping",
	"github.com/klauspost/compress":     "rows",
	"github.com/ncruces/go-strftime":    "mapping",
	"github.com/nyaruka/phonenumbers":   "mapping",
	"golang.org/x/text":                 "rows",
	"golang.org/x/time":                 "ratelimit",
}

type listing struct {
	ImportPath string
	Imports    []string
}

func TestImports(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	seen := 0
	for decoder.More() {
		var p listing
		if err := decoder.Decode(&p); err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(p.ImportPath, module)
		if name == "internal" {
			continue
		}
		seen++
		allowed, known := layers[name]
		if !known {
			t.Errorf("package %s has no place in the layers", name)
		}
		for _, path := range p.Imports {
			checkImport(t, name, path, allowed)
		}
	}
	if seen != len(layers) {
		t.Errorf("%d packages were seen, the layers name %d", seen, len(layers))
	}
}

func checkImport(t *testing.T, name, path string, allowed []string) {
	t.Helper()
	if other, ours := strings.CutPrefix(path, module); ours {
		if !slices.Contains(allowed, other) {
			t.Errorf("%s must not import %s", name, other)
		}
		return
	}
	if first, _, _ := strings.Cut(path, "/"); !strings.Contains(first, ".") {
		return // the standard library
	}
	for dependency, door := range doors {
		if (path == dependency || strings.HasPrefix(path, dependency+"/")) && slices.Contains(strings.Fields(door), name) {
			return
		}
	}
	t.Errorf("%s is no door to %s", name, path)
}
