package expression

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/rows"
	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/file"
)

// TestResults makes cells of what expressions may give by types of their own.
func TestResults(t *testing.T) {
	t.Parallel()
	type word string
	for _, tt := range []struct {
		value any
		kind  rows.Kind
		text  string
	}{
		{word("a\"b"), rows.Text, `a"b`}, {(*int)(nil), rows.Null, ""}, {map[string]any(nil), rows.Null, ""}, {int8(5), rows.Number, "5"}, {time.March, rows.Number, "3"},
		{float32(1.5), rows.Number, "1.5"}, {struct{ A int }{1}, rows.JSON, `{"A":1}`}, {[]any{}, rows.JSON, "[]"},
	} {
		if got, problem := resultCell(tt.value); got.Kind != tt.kind || string(got.Text) != tt.text || problem != "" {
			t.Errorf("%#v: %v %q, %s", tt.value, got.Kind, got.Text, problem)
		}
	}
	if _, problem := resultCell(strings.ToUpper); problem != "the expression's result cannot be sent: json: unsupported type: func(string) string" {
		t.Error(problem)
	}
}

// The expression library still says what we translate, when it compiles and when it
// runs: each text is named here.
func TestLibraryTexts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ says, expression string }{
		{"unexpected token EOF", `1 +`},
		{`unexpected token Operator("=")`, `a = 1`},
		{`unexpected token Identifier("AND")`, `a AND b`},
		{"invalid operation: > (mismatched types string and int)", `a > 1`},
		{"invalid operation: ! (mismatched type string)", `!a`},
		{"non-bool expression (type string) used as condition", `a ? 1 : 2`},
		{"unknown name Nope", `Nope == "x"`},
		{"cannot redeclare builtin len", `let len = 1; len`},
		{"literal not terminated", `"x`},
		{"invalid operation: string + int", `b + 1`},
		{"reflect: call of reflect.Value.Type on zero Value", `int(void)`},
		{"interface conversion: interface {} is int, not string", `upper(n)`},
		{"memory budget exceeded", `1..10000000`},
	} {
		env := map[string]any{"a": "", "b": any("x"), "void": any(nil), "n": any(7)}
		options := []expr.Option{expr.Env(map[string]any{"a": "", "b": new(any), "void": new(any), "n": new(any)})}
		for _, name := range []string{"b", "void", "n"} {
			if strings.Contains(tt.expression, name) {
				options = []expr.Option{expr.AllowUndefinedVariables()}
			}
		}
		code, err := expr.Compile(tt.expression, options...)
		if err == nil {
			_, err = expr.Run(code, env)
		}
		said, ok := errors.AsType[*file.Error](err)
		if !ok || strings.TrimSpace(said.Message) != tt.says {
			t.Errorf("of %s the library says %v, not %q", tt.expression, err, tt.says)
		}
	}
	if _, err := expr.Compile(`"x"`, expr.AsBool()); err == nil || !condition.MatchString(err.Error()) {
		t.Errorf("%v is not %s", err, condition)
	}
}
