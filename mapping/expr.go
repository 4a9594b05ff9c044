package mapping

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ciobulk/ciobulk/rows"
	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"
)

// program is a compiled expression. It may be shared by goroutines.
type program struct{ code *vm.Program }

// compile compiles e for the input, and adds the columns that it reads to the plan.
// In CSV every column is text, so that mistakes of type show now; JSONL brings its
// own types and names. A column whose name is not a word is reached by
// $env["First Name"].
func (b *binder) compile(e expression, boolean bool) (program, error) {
	env, v := make(map[string]any), &visitor{}
	if b.in.Format == rows.CSV {
		for _, c := range b.in.Columns {
			env[known(c.Name)] = ""
		}
	}
	if err := checkDepth(e, b.in); err != nil {
		return program{}, err
	}
	options := []expr.Option{expr.Env(env)}
	if b.in.Format == rows.JSONL {
		options = append(options, expr.AllowUndefinedVariables())
	}
	if boolean {
		options = append(options, expr.AsBool())
	}
	code, err := expr.Compile(e.text, append(options, expr.Patch(v))...)
	if v.problem == nil && v.whole > 0 {
		v.refuse(v.wholeAt, `$env needs a column's name, for example $env["First Name"]`)
	}
	if v.problem != nil {
		err = v.problem
	}
	if err == nil {
		code, err = bound(code, e.text, env, options)
	}
	if err != nil {
		return program{}, expressionError(e, b.in, err)
	}
	return program{code}, b.use(e, v)
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
func checkDepth(e expression, in *rows.Input) error {
	depth, quote := 0, rune(0)
	for i, r := range e.text {
		switch {
		case quote != 0:
			if r == quote && e.text[i-1] != '\\' {
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
			return expressionError(e, in, &file.Error{Message: fmt.Sprintf("the expression is nested more than %d deep", maxDepth)})
		}
	}
	return nil
}

// known returns the name by which expressions know a column. It differs from the
// column's own where a function has that name, such as date or count: one would
// hide the other.
func known(column string) string {
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
		ast.Patch(n, &ast.IdentifierNode{Value: known(name)})
	}
}

func (v *visitor) refuse(at file.Location, msg string) {
	if v.problem == nil {
		v.problem = &file.Error{Location: at, Message: msg}
	}
}

// use resolves the columns that an expression reads. A variable may have the name of
// a column of JSONL.
func (b *binder) use(e expression, v *visitor) (err error) {
	p := b.plan
	for _, name := range v.uses {
		column := 0
		switch variable := slices.Contains(v.lets, name); {
		case slices.ContainsFunc(p.reads, func(r read) bool { return r.name == known(name) }):
			continue
		case variable && b.in.Format == rows.CSV:
			continue
		case variable:
			column = b.column(name)
		default:
			if column, err = b.resolve(reference{name, e.node, e.option}, false); err != nil {
				return err
			}
		}
		p.reads = append(p.reads, read{known(name), column})
	}
	return nil
}
