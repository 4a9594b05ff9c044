package expression

import (
	"errors"
	"reflect"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/vm/runtime"
)

// What one evaluation of an expression may use. The library bounds lists alone: text
// that doubles in a loop, or loops in loops, would take gigabytes or hours.
const (
	maxTurns = 100_000 // of all loops
	maxMade  = 1 << 20 // bytes of text and lists
	maxList  = 200_000 // elements of all ranges and lists, by the library
)

var (
	errTurns = errors.New("its loops have more than 100,000 turns")
	errMade  = errors.New("it makes more than 1 MiB of text and lists")
)

// budget is what one evaluation has used. It belongs to one environment.
type budget struct{ turns, made int }

func (b *budget) turn(n int) error {
	if b.turns += n; b.turns > maxTurns {
		return errTurns
	}
	return nil
}

func (b *budget) spend(n int) error {
	if b.made += n; n > maxMade || b.made > maxMade {
		return errMade
	}
	return nil
}

// The names that bounded expressions use; no column and no function has them.
const (
	budgetName = mark + "budget"
	plusName   = mark + "plus"
	loopName   = mark + "loop"
)

// bounder makes an expression use the budget of its environment.
type bounder struct {
	needed bool // something can grow or repeat
	pluses int
}

// manyPluses is how many texts may be joined before they are counted.
const manyPluses = 100

// Visit implements ast.Visitor.
func (b *bounder) Visit(n *ast.Node) {
	switch part := (*n).(type) {
	case *ast.VariableDeclaratorNode:
		b.needed = true
	case *ast.BinaryNode:
		if part.Operator == "+" {
			b.pluses++
			ast.Patch(n, bounded(plusName, part.Left, part.Right))
		}
	case *ast.BuiltinNode:
		loops := slices.ContainsFunc(part.Arguments, isPredicate)
		_, makes := made[part.Name]
		switch {
		case loops:
			b.needed = true
			part.Arguments[0] = bounded(loopName, part.Arguments[0])
		case makes:
			b.needed = true
			ast.Patch(n, bounded(mark+part.Name, part.Arguments...))
		}
	}
}

func isPredicate(n ast.Node) bool {
	_, is := n.(*ast.PredicateNode)
	return is
}

// bounded is a call of a function with the budget.
func bounded(name string, arguments ...ast.Node) ast.Node {
	arguments = append([]ast.Node{&ast.IdentifierNode{Value: budgetName}}, arguments...)
	return &ast.CallNode{Callee: &ast.IdentifierNode{Value: name}, Arguments: arguments}
}

// made are the functions that make text or lists, with what each of them uses
// beforehand, besides the size of its result.
var made = map[string]func(*budget, []any) error{
	"upper": nil, "lower": nil, "toBase64": nil, "fromBase64": nil, "split": nil, "splitAfter": nil, "fromJSON": nil,
	"reverse": nil, "sort": nil, "keys": nil, "values": nil, "toPairs": nil, "fromPairs": nil, "take": nil, "concat": nil,
	"repeat":  beforeRepeat,
	"replace": beforeReplace,
	"join":    beforeAll, "toJSON": beforeAll, "string": beforeAll, "flatten": beforeAll,
	"uniq": beforeUniq, // it compares all pairs
}

func beforeRepeat(_ *budget, args []any) error {
	text, ok := args[0].(string)
	if n := runtime.ToInt(args[1]); ok && n > 0 && len(text) > maxMade/n {
		return errMade
	}
	return nil
}

func beforeReplace(_ *budget, args []any) error {
	if len(args) < 3 {
		return nil
	}
	text, _ := args[0].(string)
	from, _ := args[1].(string)
	to, _ := args[2].(string)
	if n := strings.Count(text, from); n > 0 && len(to) > maxMade/n {
		return errMade
	}
	return nil
}

func beforeAll(_ *budget, args []any) error {
	left := maxMade
	for _, a := range args {
		if left -= size(a, left); left < 0 {
			return errMade
		}
	}
	return nil
}

func beforeUniq(b *budget, args []any) error {
	if v := reflect.ValueOf(args[0]); v.Kind() == reflect.Slice {
		return b.turn(v.Len() / 100 * v.Len() / 2)
	}
	return nil
}

// size returns about how many bytes a value has when it is written out. It stops
// when they are more than most.
func size(v any, most int) (n int) {
	switch v := v.(type) {
	case string:
		return len(v)
	case []byte:
		return len(v)
	}
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Slice, reflect.Array:
		for i := 0; i < r.Len() && n <= most; i++ {
			n += 2 + size(r.Index(i).Interface(), most-n)
		}
	case reflect.Map:
		for i := r.MapRange(); n <= most && i.Next(); {
			n += 2 + size(i.Key().Interface(), most-n) + size(i.Value().Interface(), most-n)
		}
	default:
		n = 8
	}
	return n
}

// flatSize returns about how many bytes a value takes that was made of others.
func flatSize(v any) int {
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.String:
		return r.Len()
	case reflect.Slice, reflect.Map:
		return 8 * r.Len()
	}
	return 0
}

// boundedFunctions returns the functions that a bounder uses in an expression.
func boundedFunctions(text string) []expr.Option {
	all := slices.Clone(boundedAlways)
	for name, f := range made {
		if strings.Contains(text, name) {
			all = append(all, boundedBuiltin(name, f))
		}
	}
	return all
}

var boundedAlways = []expr.Option{
	expr.Function(plusName, func(args ...any) (any, error) {
		a, isText := args[1].(string)
		b, both := args[2].(string)
		if !isText || !both {
			return runtime.Add(args[1], args[2]), nil
		}
		if err := args[0].(*budget).spend(len(a) + len(b)); err != nil {
			return nil, err
		}
		return a + b, nil
	}),
	expr.Function(loopName, func(args ...any) (any, error) {
		n := 0
		if v := reflect.ValueOf(args[1]); v.Kind() == reflect.Slice || v.Kind() == reflect.Array || v.Kind() == reflect.Map {
			n = v.Len()
		}
		return args[1], args[0].(*budget).turn(n)
	}),
}

func boundedBuiltin(name string, before func(*budget, []any) error) expr.Option {
	f := builtin.Builtins[builtin.Index[name]]
	return expr.Function(mark+name, func(args ...any) (any, error) {
		b, args := args[0].(*budget), args[1:]
		if before != nil {
			if err := before(b, args); err != nil {
				return nil, err
			}
		}
		result, err := callBuiltin(f, args)
		if err == nil {
			err = b.spend(flatSize(result))
		}
		return result, err
	})
}

func callBuiltin(f *builtin.Function, args []any) (result any, err error) {
	switch {
	case f.Fast != nil:
		return f.Fast(args[0]), nil
	case f.Safe != nil:
		result, _, err = f.Safe(args...)
		return result, err
	}
	return f.Func(args...)
}
