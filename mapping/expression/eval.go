package expression

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ciobulk/ciobulk/mapping/convert"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"
)

// Environment is what expressions read of the present row. It belongs to one goroutine.
type Environment struct {
	vm     vm.VM
	budget budget // of the present evaluation
	values map[string]any
	reads  []Read
}

// Read is one column that some expression uses.
type Read struct {
	Name   string // by which expressions know it, see Known
	Column int
}

// Begin makes the environment ready for expressions that read these columns. It must
// stay where it is afterwards.
func (e *Environment) Begin(reads []Read) {
	e.values, e.reads = map[string]any{budgetName: &e.budget}, reads
	e.vm.MemoryBudget = maxList
}

// Reads are the columns that expressions read.
func (e *Environment) Reads() []Read { return e.reads }

// Load puts the row's cells where expressions find them: text as string, and
// numbers and booleans of JSONL as those. Missing cells are nil.
func (e *Environment) Load(r *rows.Row) {
	for _, c := range e.reads {
		e.values[c.Name] = cellValue(r.Cells[c.Column])
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

// Run evaluates p for the row that was loaded, and says why it cannot.
func (e *Environment) Run(p Program) (value any, problem string) {
	e.budget = budget{}
	v, err := e.vm.Run(p.code, e.values)
	if err == nil && size(v, maxMade) > maxMade {
		err = errMade
	}
	if err == nil {
		return v, ""
	}
	problem = err.Error()
	if at, ok := errors.AsType[*file.Error](err); ok {
		problem = at.Message
	}
	if operation, ok := strings.CutPrefix(problem, "invalid operation: "); ok {
		problem = operation + " does not work"
	}
	return nil, "the expression fails: " + goWords.Replace(problem)
}

// Cell evaluates p for the row that was loaded, and makes a cell of its result.
func (e *Environment) Cell(p Program) (cell rows.Cell, problem string) {
	v, problem := e.Run(p)
	if problem != "" {
		return rows.Cell{}, problem
	}
	return resultCell(v)
}

// goWords takes out of messages what only means something to programmers.
var goWords = strings.NewReplacer("interface conversion: interface {} is ", "the value is ", "interface {}", "any", "<nil>", "nil",
	"reflect: call of reflect.Value.Type on zero Value", "the value is nil", "literal not terminated", "a quote is never closed",
	"memory budget exceeded", "its lists have more than 200,000 elements")

// resultCell makes a cell of an expression's result. A point in time is
// converted to unix seconds, the form in which dates are sent.
func resultCell(v any) (rows.Cell, string) {
	switch v := v.(type) {
	case nil:
		return rows.Cell{Kind: rows.Null}, ""
	case string:
		return textCell([]byte(v))
	case []byte:
		return textCell(v)
	case bool:
		return rows.Cell{Kind: rows.Boolean, Text: strconv.AppendBool(nil, v)}, ""
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return rows.Cell{}, "the expression's result is not a number"
		}
	case time.Time:
		return rows.Cell{Kind: rows.Number, Text: strconv.AppendInt(nil, v.Unix(), 10)}, ""
	case time.Duration:
		return rows.Cell{}, "the expression's result is a duration; say in what, for example by .Hours()"
	}
	return jsonCell(v)
}

func textCell(text []byte) (rows.Cell, string) {
	if !utf8.Valid(text) {
		return rows.Cell{}, "the expression's result is not UTF-8: " + convert.Quote(text)
	}
	return rows.Cell{Kind: rows.Text, Text: text}, ""
}

func jsonCell(v any) (rows.Cell, string) {
	text, err := json.Marshal(v)
	switch {
	case err != nil:
		return rows.Cell{}, "the expression's result cannot be sent: " + err.Error()
	case bytes.Contains(text, []byte(`\ufffd`)): // which replaces what is not UTF-8
		return rows.Cell{}, "the expression's result is not UTF-8: " + convert.Quote(text)
	case text[0] == 'n':
		return rows.Cell{Kind: rows.Null}, ""
	case text[0] == '"':
		var s string
		_ = json.Unmarshal(text, &s) // it was written a line above
		return rows.Cell{Kind: rows.Text, Text: []byte(s)}, ""
	case text[0] == '{' || text[0] == '[':
		return rows.Cell{Kind: rows.JSON, Text: text}, ""
	}
	return rows.Cell{Kind: rows.Number, Text: text}, ""
}
