package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/cmd/internal/metrics"
	"github.com/ciobulk/ciobulk/rows/charset"
)

// generators write the tables of the reference pages, each from the place in the
// program that decides. A page holds the result between <!-- generated: NAME -->
// and <!-- end -->; with -update it is written again.
var generators = map[string]func(*testing.T) string{
	"commands":     func(t *testing.T) string { return commandTable(t, true) },
	"top commands": func(t *testing.T) string { return commandTable(t, false) },
	"encodings":    func(*testing.T) string { return strings.ReplaceAll("`"+charset.Names+"`\n", ", ", "`, `") },
	"flags":        flagTable,
	"exit codes":   exitTable,
	"mapping keys": func(t *testing.T) string { return schemaTable(t, schema(t).Properties, "") },
	"value keys":   func(t *testing.T) string { return schemaTable(t, schema(t).Defs, "option_") },
	"faults":       func(t *testing.T) string { return structTable(t, "internal/simulator", "Faults") },
	"summary":      func(t *testing.T) string { return structTable(t, "runs", "Ledger", "Summary") },
	"reasons":      reasonTable,
	"metrics":      metricsTable,
	"reason":       func(t *testing.T) string { return structTable(t, "runs", "Reason") },
}

var generated = regexp.MustCompile(`(?s)<!-- generated: ([a-z ]+) -->\n(.*?)<!-- end -->`)

// The tables that are generated are up to date, and each generator has a page.
func TestDocsGenerated(t *testing.T) {
	t.Parallel()
	used := make(map[string]bool)
	for _, path := range pages(t) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		now := generated.ReplaceAllStringFunc(string(text), func(part string) string {
			name := generated.FindStringSubmatch(part)[1]
			used[name] = true
			if generators[name] == nil {
				t.Fatalf("%s: there is no generator %q", path, name)
			}
			return "<!-- generated: " + name + " -->\n" + generators[name](t) + "<!-- end -->"
		})
		switch {
		case now == string(text):
		case *update:
			if err := os.WriteFile(path, []byte(now), 0o600); err != nil {
				t.Fatal(err)
			}
		default:
			t.Errorf("%s is out of date: make update", path)
		}
	}
	for name := range generators {
		if !used[name] {
			t.Errorf("no page has the table %q", name)
		}
	}
}

// table returns a Markdown table.
func table(head []string, rows [][]string) string {
	var b strings.Builder
	line := func(cells []string) {
		b.WriteString("|")
		for _, c := range cells {
			b.WriteString(" " + strings.ReplaceAll(c, "|", "\\|") + " |")
		}
		b.WriteString("\n")
	}
	line(head)
	b.WriteString("|" + strings.Repeat("---|", len(head)) + "\n")
	for _, r := range rows {
		line(r)
	}
	return b.String()
}

// section returns the lines of a part of a help text.
func section(text, name string) []string {
	_, rest, found := strings.Cut("\n"+text, "\n"+name+"\n")
	if !found {
		return nil
	}
	rest, _, _ = strings.Cut(rest, "\n\n")
	return strings.Split(strings.TrimRight(rest, "\n"), "\n")
}

// commandTable lists the commands with the first line of their help, if wanted also
// the subcommands.
func commandTable(t *testing.T, subcommands bool) string {
	all := help(t)
	var rows [][]string
	for _, line := range section(all[""], "COMMANDS") {
		name, does, _ := strings.Cut(strings.TrimSpace(line), " ")
		rows = append(rows, []string{"`" + name + "`", strings.TrimSpace(does)})
		if !subcommands {
			continue
		}
		for _, line := range section(all[name], "COMMANDS") {
			sub, does, _ := strings.Cut(strings.TrimSpace(line), " ")
			rows = append(rows, []string{"`" + name + " " + sub + "`", strings.TrimSpace(does)})
		}
	}
	return table([]string{"command", "does"}, rows)
}

func exitTable(t *testing.T) string {
	all := help(t)
	var rows [][]string
	for _, text := range []string{all[""], all["help exit-codes"]} {
		for _, line := range section(text, "EXIT CODES") {
			code, meaning, _ := strings.Cut(strings.TrimSpace(line), " ")
			rows = append(rows, []string{code, strings.TrimSpace(meaning)})
		}
	}
	return table([]string{"code", "meaning"}, rows)
}

// option is a flag as a help text has it.
type option struct{ group, names, usage string }

// options returns the flags of a help text.
func options(text string) (all []option) {
	group := ""
	for _, line := range strings.Split(text, "\n") {
		trimmed := strings.TrimSpace(line)
		switch {
		case line != "" && line == strings.ToUpper(line) && line[0] != ' ' && line[0] != '-':
			group = line
		case strings.HasPrefix(line, "   -") && group != "USAGE": // where a line of prose may begin so
			names, usage, _ := strings.Cut(trimmed, "  ")
			all = append(all, option{group, names, strings.TrimSpace(usage)})
		case strings.HasPrefix(line, "          ") && len(all) > 0 && all[len(all)-1].group == group:
			last := &all[len(all)-1]
			last.usage = strings.TrimSpace(last.usage + " " + trimmed)
		}
	}
	return all
}

// senders are the commands that send rows. Most flags are those of all of them.
var senders = []string{"upsert", "delete", "suppress", "unsuppress", "event", "page", "segment add", "segment remove"}

// flagTable lists the flags by the parts of the help that they are in.
func flagTable(t *testing.T) string {
	commands := help(t)
	users := make(map[option][]string)
	var order []option
	for _, name := range append(slices.Clone(senders), slices.Sorted(maps.Keys(commands))...) {
		for _, o := range options(commands[name]) {
			if users[o] == nil {
				order = append(order, o)
			}
			if !slices.Contains(users[o], name) {
				users[o] = append(users[o], name)
			}
		}
	}
	var b strings.Builder
	var groups []string
	rows := make(map[string][][]string)
	for _, o := range order {
		if rows[o.group] == nil {
			groups = append(groups, o.group)
		}
		rows[o.group] = append(rows[o.group], []string{"`" + o.names + "`", o.usage, usedBy(users[o])})
	}
	for _, g := range groups {
		fmt.Fprintf(&b, "### %s\n\n%s\n", g[:1]+strings.ToLower(g[1:]), table([]string{"flag", "meaning", "of"}, rows[g]))
	}
	return b.String()
}

// usedBy names the commands that have a flag.
func usedBy(names []string) string {
	rest := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return slices.Contains(senders, n) })
	if len(names)-len(rest) == len(senders) {
		return strings.Join(append([]string{"all that send"}, rest...), ", ")
	}
	return strings.Join(names, ", ")
}

// schemaNode is what the tables need of a JSON Schema.
type schemaNode struct {
	Description string                `json:"description"`
	Properties  map[string]schemaNode `json:"properties"`
	Enum        []any                 `json:"enum"`
	Defs        map[string]schemaNode `json:"$defs"`
}

// schema returns the schema of mappings.
func schema(t *testing.T) (node schemaNode) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ciobulk", "schema").Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out, &node); err != nil {
		t.Fatal(err)
	}
	return node
}

// schemaTable lists the nodes whose names have the prefix.
func schemaTable(t *testing.T, nodes map[string]schemaNode, prefix string) string {
	t.Helper()
	var rows [][]string
	for _, name := range slices.Sorted(maps.Keys(nodes)) {
		key, ok := strings.CutPrefix(name, prefix)
		if !ok {
			continue
		}
		meaning := nodes[name].Description
		if len(nodes[name].Enum) > 1 {
			words := strings.Split(strings.Trim(fmt.Sprintf("%q", nodes[name].Enum), "[]"), "\" \"")
			meaning += " One of `" + strings.Trim(strings.Join(words, "`, `"), "\"") + "`."
		}
		rows = append(rows, []string{"`" + key + "`", meaning})
	}
	if len(rows) < 10 {
		t.Fatalf("%d keys with the prefix %q", len(rows), prefix)
	}
	return table([]string{"key", "meaning"}, rows)
}

// structTable lists the JSON names of the fields of structs with their comments.
func structTable(t *testing.T, dir string, names ...string) string {
	t.Helper()
	fields := make(map[string][]*ast.Field)
	paths, err := filepath.Glob(filepath.Join(root, dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok {
				if s, ok := spec.Type.(*ast.StructType); ok {
					fields[spec.Name.Name] = s.Fields.List
				}
			}
			return true
		})
	}
	var rows [][]string
	for _, name := range names {
		if len(fields[name]) == 0 {
			t.Fatalf("%s has no struct %s", dir, name)
		}
		for _, f := range fields[name] {
			if f.Tag != nil {
				rows = append(rows, fieldRow(t, f))
			}
		}
	}
	return table([]string{"name", "meaning"}, rows)
}

// reasonTable lists why rows are rejected: the constants Reason… and Report… of the
// packages that reject, with their comments.
func reasonTable(t *testing.T) string {
	t.Helper()
	constant := regexp.MustCompile(`(?m)^\tRe(?:ason|port)\w+ += "(\w+)" +// (.+)$`)
	seen := make(map[string]bool)
	var rows [][]string
	for _, path := range []string{"customerio/customerio.go", "rows/rows.go", "rows/report.go"} {
		text, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range constant.FindAllStringSubmatch(string(text), -1) {
			if !seen[m[1]] {
				rows = append(rows, []string{"`" + m[1] + "`", m[2]})
			}
			seen[m[1]] = true
		}
	}
	if len(rows) < 10 {
		t.Errorf("%d reasons", len(rows))
	}
	return table([]string{"reason", "meaning"}, rows)
}

// fieldRow is the row of one field. Each field has a comment.
func fieldRow(t *testing.T, f *ast.Field) []string {
	t.Helper()
	name, _, _ := strings.Cut(reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("json"), ",")
	meaning := strings.TrimSpace(strings.ReplaceAll(f.Doc.Text()+f.Comment.Text(), "\n", " "))
	if name == "" || meaning == "" {
		t.Errorf("the field %s has no name or no comment", f.Names[0].Name)
	}
	return []string{"`" + name + "`", meaning}
}

func metricsTable(*testing.T) string {
	var rows [][]string
	for _, m := range metrics.Metrics {
		rows = append(rows, []string{"`ciobulk_" + m.Name + "`", m.Type, m.Help})
	}
	return table([]string{"metric", "type", "meaning"}, rows)
}
