// Package expression evaluates the expressions of a mapping over the cells of a row. It
// is the only room that knows the library for them, whose parser and results it bounds: an
// expression takes neither gigabytes nor hours.
package expression

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ciobulk/ciobulk/mapping/document"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"
)

// Source is the text of an expression and where it comes from: a node or an option.
type Source struct {
	Text   string
	Node   document.Node
	Option document.Option
}

// Program is a compiled expression. It may be shared by goroutines.
type Program struct{ code *vm.Program }

// Use is a column that an expression reads. In JSONL a variable of the expression may
// have the name of a column.
type Use struct {
	Name     string
	Variable bool
}

// Compile compiles an expression for the input, and returns the columns that it reads.
// In CSV every column is text, so that mistakes of type show now; JSONL brings its
// own types and names. A column whose name is not a word is reached by
// $env["First Name"]. Errors are of type *document.Error; hint says which column may have
// been meant by a name.
func Compile(e Source, in *rows.Input, boolean bool, hint func(name string) string) (Program, []Use, error) {
	env, v := make(map[string]any), &visitor{}
	if in.Format == rows.CSV {
		for _, c := range in.Columns {
			env[Known(c.Name)] = ""
		}
	}
	if err := checkDepth(e.Text); err != nil {
		return Program{}, nil, expressionError(e, in, err, hint)
	}
	options := []expr.Option{expr.Env(env)}
	if in.Format == rows.JSONL {
		options = append(options, expr.AllowUndefinedVariables())
	}
	if boolean {
		options = append(options, expr.AsBool())
	}
	code, err := expr.Compile(e.Text, append(options, expr.Patch(v))...)
	if v.problem == nil && v.whole > 0 {
		v.refuse(v.wholeAt, `$env needs a column's name, for example $env["First Name"]`)
	}
	if v.problem != nil {
		err = v.problem
	}
	if err == nil {
		code, err = bound(code, e.Text, env, options)
	}
	if err != nil {
		return Program{}, nil, expressionError(e, in, err, hint)
	}
	var uses []Use
	for _, name := range v.uses {
		uses = append(uses, Use{name, slices.Contains(v.lets, name)})
	}
	return Program{code}, uses, nil
}

// bound compiles an expression again with a budget, if it needs one. It has been
// checked: what a budget knows less of, such as types, does not matter any more.
func bound(code *vm.Program, text string, env map[string]any, options []expr.Option) (*vm.Program, error) {
	b := &bounder{}
	env[budgetName] = &budget{}
	options = slices.Concat(options, []expr.Option{expr.Patch(&visitor{}), expr.Patch(b)}, boundedFunctions(text))
	bounded, err := expr.Compile(text, options...)
	if !b.needed && b.pluses <= manyPluses {
		return code, nil
	}
	return bounded, err
}

// maxDepth is how deep an expression may be nested.
const maxDepth = 200

// checkDepth refuses an expression whose brackets are nested too deeply, before it is
// parsed: the library's parser calls itself for each.
func checkDepth(text string) error {
	depth, quote := 0, rune(0)
	for i, r := range text {
		switch {
		case quote != 0:
			if r == quote && text[i-1] != '\\' {
				quote = 0
			}
		case r == '"' || r == '\'' || r == '`':
			quote = r
		case strings.ContainsRune("([{", r):
			depth++
		case strings.ContainsRune(")]}", r):
			depth--
		}
		if depth > maxDepth {
			return &file.Error{Message: fmt.Sprintf("the expression is nested more than %d deep", maxDepth)}
		}
	}
	return nil
}

// Known returns the name by which expressions know a column. It differs from the
// column's own where a function has that name, such as date or count: one would
// hide the other.
func Known(column string) string {
	if isFunction(column) {
		return mark + column
	}
	return column
}

const mark = "\x00"

func isFunction(name string) bool {
	_, ok := builtin.Index[name]
	return ok
}

// visitor gives an expression's columns the names that they are known by and
// collects them. It is called for parts before the whole.
type visitor struct {
	uses    []string // columns that it reads
	lets    []string // variables that it has
	whole   int      // how often $env is not followed by one column's name
	wholeAt file.Location
	problem *file.Error // the first
}

func (v *visitor) Visit(n *ast.Node) {
	switch part := (*n).(type) {
	case *ast.IdentifierNode:
		if part.Value == "$env" {
			v.whole++
			v.wholeAt = part.Location()
			return
		}
		v.column(n, part.Value)
	case *ast.MemberNode:
		env, isIdentifier := part.Node.(*ast.IdentifierNode)
		name, isString := part.Property.(*ast.StringNode)
		if isIdentifier && isString && env.Value == "$env" {
			v.whole--
			v.column(n, name.Value)
		}
	case *ast.VariableDeclaratorNode:
		v.lets = append(v.lets, part.Name)
	case *ast.CallNode:
		if f, ok := part.Callee.(*ast.IdentifierNode); ok {
			v.refuse(f.Location(), noFunction+f.Value)
		}
	}
}

const noFunction = "unknown function "

func (v *visitor) column(n *ast.Node, name string) {
	v.uses = append(v.uses, name)
	if isFunction(name) {
		ast.Patch(n, &ast.IdentifierNode{Value: Known(name)})
	}
}

func (v *visitor) refuse(at file.Location, msg string) {
	if v.problem == nil {
		v.problem = &file.Error{Location: at, Message: msg}
	}
}
