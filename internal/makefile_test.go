package internal_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// fewestSlow is the number of tests that are marked as slow, rounded down: make
// slow runs them, and would not notice if the mark skipped all of them for ever.
const fewestSlow = 35

// The Makefile's patterns name tests that exist, and `make slow` asks for the
// tests that are marked as slow.
func TestMakefileNamesTests(t *testing.T) {
	t.Parallel()
	makefile, err := os.ReadFile("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	tests, slow := testNames(t)
	named := 0
	for _, m := range regexp.MustCompile(`(\./\S+)[^\n]* -run ['"]\^?\(?([\w|]+)`).FindAllStringSubmatch(string(makefile), -1) {
		for name := range strings.SplitSeq(m[2], "|") {
			named++
			if !strings.Contains(tests[strings.TrimPrefix(m[1], "./")], name) {
				t.Errorf("make runs %s, which %s does not have", name, m[1])
			}
		}
	}
	if named < 12 {
		t.Errorf("%d tests are named", named)
	}
	if slow < fewestSlow {
		t.Errorf("%d tests are marked as slow, want %d", slow, fewestSlow)
	}
	if !strings.Contains(string(makefile), "SLOW_TESTS=1") {
		t.Error("make never asks for the slow tests")
	}
}

// testNames returns the names of the tests in each folder, and how many of them
// are marked as slow.
func testNames(t *testing.T) (names map[string]string, slow int) {
	t.Helper()
	names = make(map[string]string)
	test := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	err := filepath.WalkDir("..", func(path string, e fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range test.FindAllSubmatch(text, -1) {
			names[strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), "../")] += " " + string(m[1])
		}
		slow += strings.Count(string(text), "\tslowtest.Mark(t)\n")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names, slow
}
