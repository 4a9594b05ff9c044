package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The house rules, as numbers.
const (
	mostFilesOfAType    = 3
	mostLinesOfAFunc    = 60
	mostLinesOfAFile    = 350
	mostLinesOfAPackage = 5000
)

// exceptions are what breaks a rule, with the number that it may not exceed. They
// only shrink: lower the number or remove the line when the code improves.
var exceptions = map[string]map[string]int{
	"files of a type": {
		"App": 5, // customerio: a file for each part of the App API
		// internal/simulator: a file for each part of the two APIs that it serves
		"Config": 6, "Workspace": 20, "person": 4, "state": 11,
	},
	"lines of a func":    {},
	"lines of a file":    {},
	"lines of a package": {},
	"odd words": {
		"cmd":      4,  // names of people in test data
		"internal": 36, // "nobody" is an outcome in the simulator's statistics
	},
}

// source is a Go file that is not a test, parsed with its comments.
type source struct {
	dir, path string
	*ast.File
	*token.FileSet
}

// sources returns the files of all packages, tests and testdata left out.
func sources(t *testing.T) (all []source) {
	t.Helper()
	err := filepath.WalkDir("..", func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && (e.Name() == "testdata" || strings.HasPrefix(e.Name(), ".git")):
			return filepath.SkipDir
		case !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		path = strings.TrimPrefix(filepath.ToSlash(path), "../")
		all = append(all, source{filepath.ToSlash(filepath.Dir(path)), path, file, files})
		return nil
	})
	if err != nil || len(all) < 150 {
		t.Fatalf("%d files, %v", len(all), err)
	}
	return all
}

// lines returns how many lines a node has.
func (s source) lines(n ast.Node) int {
	return s.Position(n.End()).Line - s.Position(n.Pos()).Line + 1
}

// report fails for each name whose count is over the rule's limit, unless it is an
// exception that has not grown.
func report(t *testing.T, rule string, most int, counts map[string]int) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		_, typ, _ := strings.Cut(name, ".")
		allowed := max(most, exceptions[rule][name], exceptions[rule][typ])
		if counts[name] > allowed {
			t.Errorf("%s: %d %s, at most %d", name, counts[name], rule, allowed)
		} else if counts[name] > most {
			t.Logf("%s: %d %s, an exception", name, counts[name], rule)
		}
	}
}

// The methods of a type lie in few files, so that a reader finds them.
func TestMethodsOfATypeLieTogether(t *testing.T) {
	t.Parallel()
	files := make(map[string]map[string]bool)
	for _, s := range sources(t) {
		for _, d := range s.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv == nil {
				continue
			}
			name := s.dir + "." + receiver(f.Recv.List[0].Type)
			if files[name] == nil {
				files[name] = make(map[string]bool)
			}
			files[name][s.path] = true
		}
	}
	counts := make(map[string]int)
	for name, in := range files {
		counts[name] = len(in)
	}
	report(t, "files of a type", mostFilesOfAType, counts)
}

// receiver returns the name of a receiver's type.
func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.IndexListExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return "?"
}

// Functions, files and packages are short.
func TestCodeIsShort(t *testing.T) {
	t.Parallel()
	functions, inFiles, packages := make(map[string]int), make(map[string]int), make(map[string]int)
	for _, s := range sources(t) {
		n := s.lineCount()
		inFiles[s.path] = n
		packages[s.dir] += n
		for _, d := range s.Decls {
			if f, ok := d.(*ast.FuncDecl); ok {
				functions[s.dir+"."+f.Name.Name] = max(s.lines(f), functions[s.dir+"."+f.Name.Name])
			}
		}
	}
	report(t, "lines of a func", mostLinesOfAFunc, functions)
	report(t, "lines of a file", mostLinesOfAFile, inFiles)
	report(t, "lines of a package", mostLinesOfAPackage, packages)
}

// lineCount returns how many lines the file has.
func (s source) lineCount() int { return s.FileSet.File(s.Pos()).LineCount() }

// flagOrVariable matches what only the command line may name: its flags, and
// environment variables.
var flagOrVariable = regexp.MustCompile(`(^|[^-\w])--[a-z]|CUSTOMERIO_|^[A-Z][A-Z0-9]*_[A-Z0-9_]+$`)

// variables are the environment variables that a library reads, with the reason.
var variables = map[string]string{
	"XDG_STATE_HOME": "ratelimit: the place of the file that processes share is part of its contract with other versions of the program",
	"SLOW_TESTS":     "internal/slowtest: for tests only",
}

// A library does not know the command line: its errors carry a kind and fields,
// and the command line words the hint. A job file has no flags.
func TestLibrariesNameNoFlags(t *testing.T) {
	t.Parallel()
	literals, named := 0, make(map[string]int)
	for _, s := range sources(t) {
		if strings.HasPrefix(s.dir, "cmd/") || strings.HasPrefix(s.dir, "packaging/") { // programs
			continue
		}
		ast.Inspect(s.File, func(n ast.Node) bool {
			l, ok := n.(*ast.BasicLit)
			if !ok || l.Kind != token.STRING {
				return true
			}
			literals++
			text := strings.Trim(l.Value, "`\"")
			if flagOrVariable.MatchString(text) && variables[text] == "" {
				t.Logf("%s names a flag or an environment variable: %s", s.Position(l.Pos()), l.Value)
				folder, _, _ := strings.Cut(s.path, "/")
				named[folder]++
			}
			return true
		})
	}
	report(t, "named flags", 0, named)
	if literals < 1000 {
		t.Errorf("%d strings were seen", literals)
	}
}

// plain matches words that plain English does without; "is no" is right after
// "there".
var plain = regexp.MustCompile(`\b([Bb]ehind|[Mm]end|mends|mended|mending|[Aa]new|[Ss]pelt|[Ll]ikewise|[Ss]omebody|[Nn]obody)\b|[^e] is no\b`)

// What people read is in plain English.
func TestPlainEnglish(t *testing.T) {
	t.Parallel()
	odd, where := make(map[string]int), make(map[string][]string)
	err := filepath.WalkDir("..", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, ".md") || strings.HasSuffix(path, "house_test.go") {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		path = strings.TrimPrefix(filepath.ToSlash(path), "../")
		folder, _, _ := strings.Cut(path, "/")
		for line := range strings.Lines(string(data)) {
			if plain.MatchString(line) {
				odd[folder]++
				where[folder] = append(where[folder], path+": "+strings.TrimSpace(line))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for folder, lines := range where {
		if len(lines) > exceptions["odd words"][folder] {
			t.Log(strings.Join(lines, "\n"))
		}
	}
	report(t, "odd words", 0, odd)
}
