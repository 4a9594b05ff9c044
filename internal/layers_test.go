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
// edge needs a word here and a reason in its commit. Leaves come first.
var layers = map[string]string{
	"internal/atomicfile":       "",
	"internal/distinct":         "",
	"internal/jsontext":         "internal/word",
	"internal/simulator/graph":  "",
	"internal/simulator/listen": "",
	"internal/simulator/scan":   "",
	"internal/simulator/v1":     "",
	"internal/simulator":        "internal/simulator/graph internal/simulator/listen internal/simulator/scan internal/simulator/v1",
	"internal/slowtest":         "",
	"internal/suggest":          "",
	"internal/word":             "",
	"ratelimit":                 "",
	"customerio":                "",

	"rows/charset": "",
	"rows/xlsx":    "",
	"rows":         "rows/charset rows/xlsx internal/jsontext internal/word",

	"mapping/convert":    "rows internal/jsontext",
	"mapping/document":   "mapping/convert internal/suggest",
	"mapping/expression": "mapping/convert mapping/document rows",
	"mapping":            "mapping/convert mapping/document mapping/expression rows customerio internal/jsontext",
	"mapping/draft":      "mapping mapping/convert rows customerio internal/distinct",

	"runs":     "join rows rows/charset internal/atomicfile internal/jsontext",
	"join":     "",
	"importer": "runs join mapping rows rows/charset customerio internal/distinct",
	"readback": "importer runs join rows rows/charset customerio internal/atomicfile internal/jsontext",
	"exporter": "runs join rows customerio internal/atomicfile internal/jsontext",

	"cmd/internal/ui":       "rows runs importer mapping customerio readback",
	"cmd/internal/exit":     "customerio importer mapping rows rows/charset runs cmd/internal/ui",
	"cmd/internal/access":   "customerio ratelimit internal/simulator cmd/internal/exit cmd/internal/ui",
	"cmd/internal/command":  "internal/suggest cmd/internal/exit cmd/internal/ui",
	"cmd/internal/call":     "importer rows runs cmd/internal/access cmd/internal/command cmd/internal/exit cmd/internal/ui",
	"cmd/internal/lookup":   "customerio ratelimit rows internal/suggest cmd/internal/access cmd/internal/call cmd/internal/command cmd/internal/exit cmd/internal/ui",
	"cmd/internal/exports":  "customerio exporter mapping/draft ratelimit rows runs internal/atomicfile cmd/internal/access cmd/internal/call cmd/internal/command cmd/internal/exit cmd/internal/lookup cmd/internal/metrics cmd/internal/ui",
	"cmd/internal/history":  "internal/atomicfile rows runs cmd/internal/call cmd/internal/command cmd/internal/exit cmd/internal/ui",
	"cmd/internal/feed":     "",
	"cmd/internal/download": "cmd/internal/exit cmd/internal/ui",
	"cmd/internal/sent":     "customerio importer join mapping rows runs cmd/internal/call cmd/internal/command cmd/internal/exit cmd/internal/ui",
	"cmd/internal/jobs":     "mapping/document internal/atomicfile importer rows runs cmd/internal/call cmd/internal/command cmd/internal/download cmd/internal/exit cmd/internal/feed cmd/internal/metrics cmd/internal/ui",
	"cmd/internal/metrics":  "importer internal/atomicfile cmd/internal/call cmd/internal/command cmd/internal/exit",
	"cmd/internal/complete": "cmd/internal/access cmd/internal/call cmd/internal/command cmd/internal/exit",
	"cmd/internal/manual":   "mapping runs cmd/internal/call cmd/internal/command cmd/internal/exit cmd/internal/jobs",
	"cmd/internal/verbs":    "mapping",
	"cmd/internal/cli":      everything,
	"cmd/ciobulk":           "cmd/internal/cli",
	"packaging/dist":        "",
}

// everything is what the command line may import: it wires all packages together.
const everything = "*"

// doors are the packages that may import a dependency, tests aside. Most have one.
var doors = map[string]string{
	"github.com/urfave/cli/v2":          "cmd/internal/command",
	"github.com/schollz/progressbar/v3": "cmd/internal/ui",
	"al.essio.dev/pkg/shellescape":      "cmd/internal/ui",
	"github.com/dustin/go-humanize":     "cmd/internal/ui",
	"github.com/rivo/uniseg":            "cmd/internal/ui",
	"golang.org/x/term":                 "cmd/internal/ui",
	"github.com/cespare/xxhash/v2":      "importer",
	"golang.org/x/sync":                 "importer exporter join",
	"github.com/gofrs/flock":            "runs ratelimit",
	"github.com/gocarina/gocsv":         "runs",
	"github.com/oklog/ulid/v2":          "mapping",
	"github.com/goccy/go-yaml":          "mapping/document",
	"github.com/expr-lang/expr":         "mapping/expression",
	"github.com/klauspost/compress":     "rows exporter customerio",
	"github.com/ncruces/go-strftime":    "mapping/convert",
	"github.com/nyaruka/phonenumbers":   "mapping/convert",
	"golang.org/x/text":                 "rows/charset",
	"golang.org/x/time":                 "ratelimit",
}

type listing struct {
	ImportPath string
	Imports    []string
}

// Each package imports what the layers and the doors allow, and nothing is allowed
// that no one uses.
func TestImports(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	used := make(map[string]bool) // "package imports package or dependency"
	for decoder.More() {
		var p listing
		if err := decoder.Decode(&p); err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(p.ImportPath, module)
		if name == "internal" { // these tests
			continue
		}
		used[name] = true
		if _, known := layers[name]; !known {
			t.Errorf("package %s has no place in the layers", name)
		}
		for _, path := range p.Imports {
			used[name+" imports "+allowedImport(t, name, path)] = true
		}
	}
	for name, imports := range layers {
		if !used[name] {
			t.Errorf("the layers name %s, which does not exist", name)
		}
		for other := range strings.FieldsSeq(imports) {
			if other != everything && !used[name+" imports "+other] {
				t.Errorf("%s may import %s and does not", name, other)
			}
		}
	}
	for dependency, door := range doors {
		for name := range strings.FieldsSeq(door) {
			if !used[name+" imports "+dependency] {
				t.Errorf("%s is a door to %s and does not use it", name, dependency)
			}
		}
	}
}

// allowedImport fails if a package may not import path. It returns what that is, in
// the words of layers or doors; empty is the standard library.
func allowedImport(t *testing.T, name, path string) string {
	t.Helper()
	if other, ours := strings.CutPrefix(path, module); ours {
		if layers[name] != everything && !slices.Contains(strings.Fields(layers[name]), other) {
			t.Errorf("%s must not import %s", name, other)
		}
		return other
	}
	if first, _, _ := strings.Cut(path, "/"); !strings.Contains(first, ".") {
		return ""
	}
	for dependency, door := range doors {
		if (path == dependency || strings.HasPrefix(path, dependency+"/")) && slices.Contains(strings.Fields(door), name) {
			return dependency
		}
	}
	t.Errorf("%s must not import %s: see doors", name, path)
	return path
}
