package mapping

import (
	"slices"

	"github.com/ciobulk/ciobulk/rows"
	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"
)

// program is a compiled expression. It may be shared by goroutines.
type program struct {
	code *vm.Program
	uses []string // the columns it reads
	lets []string // the variables it has
}

// compile compiles e for an input with these columns. In CSV every column is
// text, so that mistakes of type show now; JSONL brings its own types and names.
// A column whose name is not a word is reached by $env["First Name"].
func (m *Mapping) compile(e expression, in *rows.Input, boolean bool) (program, error) {
	env, v := make(map[string]any), &visitor{}
	if in.Format == rows.CSV {
		for _, c := range in.Columns {
			env[known(c.Name)] = ""
		}
	}
	options := []expr.Option{expr.Env(env), expr.Patch(v)}
	if in.Format == rows.JSONL {
		options = append(options, expr.AllowUndefinedVariables())
	}
	if boolean {
		options = append(options, expr.AsBool())
	}
	code, err := expr.Compile(e.text, options...)
	if v.problem == nil && v.whole > 0 {
		v.refuse(v.wholeAt, `$env needs a column's name, for example $env["First Name"]`)
	}
	if v.problem != nil {
		err = v.problem
	}
	if err != nil {
		return program{}, m.expressionError(e, in, err)
	}
	return program{code, v.uses, v.lets}, nil
}

// known returns the name by which expressions know a column. Columns that are
// called as a function is, such as date and count, would hide it or be hidden by
// it, if it were the column's own.
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
	uses    []string
	lets    []string
	whole   int // how often $env stands for other than one column
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

// use checks the columns that an expression reads, and notes that they are
// needed. A variable may be called as a column of JSONL is.
func (p *Plan) use(w program, e expression, in *rows.Input) (err error) {
	for _, name := range w.uses {
		column := 0
		switch variable := slices.Contains(w.lets, name); {
		case slices.ContainsFunc(p.reads, func(r read) bool { return r.name == known(name) }):
			continue
		case variable && in.Format == rows.CSV:
			continue
		case variable:
			column = p.column(name)
		default:
			if column, err = p.resolve(reference{name, e.place, e.flag}, in, false); err != nil {
				return err
			}
		}
		p.reads = append(p.reads, read{known(name), column})
	}
	return nil
}
