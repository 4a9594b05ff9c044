package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFuzzSeeds: every fuzz target of the module has seeds in testdata/fuzz, and
// every folder of seeds has its target.
func TestFuzzSeeds(t *testing.T) {
	t.Parallel()
	targets := make(map[string]bool) // the folder that the target's seeds are in
	seeds := make(map[string]bool)   // the folder of a seed
	err := filepath.WalkDir("..", func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case strings.HasSuffix(path, "_test.go"):
			for _, name := range fuzzers(t, path) {
				targets[filepath.Join(filepath.Dir(path), "testdata", "fuzz", name)] = true
			}
		case strings.Contains(filepath.ToSlash(path), "/testdata/fuzz/") && !e.IsDir():
			data, err := os.ReadFile(path)
			if err != nil || !strings.HasPrefix(string(data), "go test fuzz v1\n") {
				t.Errorf("%s is not a seed: %v", path, err)
			}
			seeds[filepath.Dir(path)] = true
		}
		return nil
	})
	if err != nil || len(targets) < 36 {
		t.Fatalf("%d fuzz targets, %v", len(targets), err)
	}
	for dir := range targets {
		if !seeds[dir] {
			t.Errorf("%s has no seed", dir)
		}
	}
	for dir := range seeds {
		if !targets[dir] {
			t.Errorf("%s has seeds and no target", dir)
		}
	}
	t.Logf("%d fuzz targets, all with seeds", len(targets))
}

// fuzzers returns the names of the fuzz targets in a file.
func fuzzers(t *testing.T, path string) (names []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Fuzz") {
			names = append(names, f.Name.Name)
		}
	}
	return names
}
