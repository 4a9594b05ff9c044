package mapping

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/ciobulk/ciobulk/rows"
	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"
)

// program is a compiled expression. It may be shared by goroutines.
type program struct {
	code *vm.Program
	uses []string // the columns it reads
}

// compile compiles e for an input with these columns. In CSV every column is
// text, so that mistakes of type show now; JSONL brings its own types and names.
// A column whose name is not a word is reached by $env["First Name"].
func (m *Mapping) compile(e expression, in *rows.Input, boolean bool) (program, error) {
	env := make(map[string]any)
	options := []expr.Option{expr.Env(env)}
	if in.Format == rows.CSV {
		for _, c := range in.Columns {
			env[c.Name] = ""
		}
	} else {
		options = append(options, expr.AllowUndefinedVariables())
	}
	if boolean {
		options = append(options, expr.AsBool())
	}
	code, err := expr.Compile(e.text, options...)
	if err != nil {
		return program{}, m.expressionError(e, in, err)
	}
	v := visitor{}
	node := code.Node()
	ast.Walk(&node, &v)
	return program{code, v.columns}, nil
}

func (m *Mapping) expressionError(e expression, in *rows.Input, err error) error {
	msg, hint, column := err.Error(), "", 0
	var at *file.Error
	if errors.As(err, &at) {
		msg, column = at.Message, at.Column
	}
	if name, ok := strings.CutPrefix(msg, "unknown name "); ok {
		msg = fmt.Sprintf("there is no column %q in %s", name, in.Name)
		hint = meant(name, columnNames(in))
	}
	if strings.Contains(msg, "mismatched types string and") {
		hint = "columns are text: write for example int(Age) > 17"
	}
	if e.flag != "" {
		return &Error{File: e.flag, Line: 1, Column: column + 1, Source: e.text, Msg: msg, Hint: hint}
	}
	p := e.place
	if line := m.line(p.line); strings.HasPrefix(line[min(p.column-1, len(line)):], e.text) {
		p.column += column
	} else if strings.Contains(line, e.text) { // quoted
		p.column += 1 + column
	}
	return m.wrong(p, hint, "%s", msg)
}

func (m *Mapping) line(n int) string {
	if lines := strings.Split(string(m.source), "\n"); n >= 1 && n <= len(lines) {
		return lines[n-1]
	}
	return ""
}

// visitor collects the columns that an expression reads.
type visitor struct{ columns []string }

func (v *visitor) Visit(n *ast.Node) {
	switch n := (*n).(type) {
	case *ast.IdentifierNode:
		if n.Value != "$env" {
			v.columns = append(v.columns, n.Value)
		}
	case *ast.MemberNode:
		env, isIdentifier := n.Node.(*ast.IdentifierNode)
		name, isString := n.Property.(*ast.StringNode)
		if isIdentifier && isString && env.Value == "$env" {
			v.columns = append(v.columns, name.Value)
		}
	}
}

// environment holds what expressions read of the present row.
type environment struct {
	vm     vm.VM
	values map[string]any
	reads  []read
}

// read is one column that some expression uses.
type read struct {
	name   string
	column int
}

// load puts the row's cells where expressions find them: text as string, and
// what JSONL tells of numbers and booleans as those. Missing cells are nil.
func (e *environment) load(r *rows.Row) {
	for _, c := range e.reads {
		e.values[c.name] = cellValue(r.Cells[c.column])
	}
}

func cellValue(c rows.Cell) any {
	switch c.Kind {
	case rows.Absent, rows.Null:
		return nil
	case rows.Boolean:
		return string(c.Text) == "true"
	case rows.Number:
		if i, err := strconv.Atoi(string(c.Text)); err == nil {
			return i
		}
		f, _ := strconv.ParseFloat(string(c.Text), 64) // beyond the range: infinite
		return f
	case rows.JSON:
		var v any
		_ = json.Unmarshal(c.Text, &v) // the row has been checked
		return v
	}
	return string(c.Text)
}

// run evaluates p for the row that was loaded.
func (e *environment) run(p program) (any, string) {
	v, err := e.vm.Run(p.code, e.values)
	if err == nil {
		return v, ""
	}
	if at, ok := errors.AsType[*file.Error](err); ok {
		return nil, at.Message
	}
	return nil, err.Error()
}

// resultCell makes a cell of an expression's result.
func resultCell(v any) (rows.Cell, string) {
	switch v := v.(type) {
	case nil:
		return rows.Cell{Kind: rows.Null}, ""
	case string:
		return rows.Cell{Kind: rows.Text, Text: []byte(v)}, ""
	case bool:
		return rows.Cell{Kind: rows.Boolean, Text: strconv.AppendBool(nil, v)}, ""
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return rows.Cell{}, "the expression's result is not a number"
		}
	}
	text, err := json.Marshal(v)
	if err != nil {
		return rows.Cell{}, "the expression's result cannot be sent: " + err.Error()
	}
	kind := rows.JSON
	if text[0] == '-' || '0' <= text[0] && text[0] <= '9' {
		kind = rows.Number
	}
	return rows.Cell{Kind: kind, Text: text}, ""
}
