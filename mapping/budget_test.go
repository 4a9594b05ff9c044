package mapping

import (
	"runtime"
	"strings"
	"testing"
	"time"
)

// An expression that would make gigabytes or loop for hours fails, soon and with
// little memory; one that does what people do works.
func TestBudget(t *testing.T) {
	const turns, text, lists = "its loops have more than 100,000 turns", "it makes more than 1 MiB of text and lists", "its lists have more than 200,000 elements"
	long := strings.Repeat("x", 50_000)
	for _, tt := range []struct{ expression, want string }{
		{`reduce(1..60, #acc + #acc, "xy")`, text},
		{`reduce(1..60, #acc + #acc, a)`, text},
		{`let b = a + a; let c = b + b; let d = c + c; let e = d + d; let f = e + e; len(f + f)`, text},
		{`repeat(repeat("x", 100000), 100000)`, text},
		{`repeat(a, 900000)`, text},
		{`len(replace(a, "", repeat("y", 1000)))`, text},
		{`len(join(map(1..1000, a), ","))`, text},
		{`len(toJSON(map(1..1000, map(1..50, a))))`, text},
		{`map(1..1000, upper(a))`, text},
		{`len(string(map(1..1000, a)))`, text},
		{`map(1..100, a)`, text},
		{`let n = 1..9000; count(n, count(n, true) > 0)`, turns},
		{`let n = split(a, ""); all(n, none(n, # == "y"))`, turns},
		{`len(uniq(map(1..30000, #)))`, turns},
		{`len(flatten(map(1..1000, split(a, ""))))`, text},
		{`len(1..300000)`, lists},
		{`sum(map(1..1000, len(1..1000)))`, lists},
		{`map(split("b,a,b", ","), upper(#) + "!")`, `["B!","A!","B!"]`},
		{`join(uniq(filter(split("b,a,b", ","), # != "c")), "|")`, `"b|a"`},
		{`let n = int("3"); reduce(1..n, #acc + #, 0) + sum([1, 2])`, `9`},
		{`reduce(["x", "y"], #acc + #)`, `"xy"`},
		{`repeat("ab", 3) + toJSON([1])`, `"ababab[\n  1\n]"`},
		{`sort(values({"k": 2, "l": 1}))`, `[1,2]`},
		{`len(a + a)`, `100000`},
	} {
		for _, input := range []string{"id,a\n1," + long + "\n", `{"id":"1","a":"` + long + `"}` + "\n"} {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			got := sent(t, parse(t, "match: {id: id}\nattributes: {v: {expr: '"+tt.expression+"'}}\n"), input)
			runtime.ReadMemStats(&after)
			got = strings.TrimPrefix(strings.TrimPrefix(got, `"v":`), "invalid attributes.v: the expression fails: ")
			if got != tt.want {
				t.Errorf("%s: %.200s, want %s", tt.expression, got, tt.want)
			}
			if made := after.TotalAlloc - before.TotalAlloc; made > 200<<20 {
				t.Errorf("%s takes %d MiB", tt.expression, made>>20)
			}
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("%s takes %s", tt.expression, took)
			}
		}
	}
}

// A condition has the same budget.
func TestBudgetOfWhere(t *testing.T) {
	t.Parallel()
	got := sent(t, parse(t, "match: {id: id}\nwhere: 'len(reduce(1..60, #acc + #acc, a)) > 0'\n"), "id,a\n1,x\n")
	if want := "invalid where: the expression fails: it makes more than 1 MiB of text and lists"; got != want {
		t.Error(got)
	}
}

// What is nested too deeply is refused before a parser calls itself to death.
func TestDepth(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]string{
		"brackets of an expression": "match: {id: id}\nwhere: '" + strings.Repeat("(", 100_000) + "true" + strings.Repeat(")", 100_000) + "'\n",
		"lists of an expression":    "match: {id: id}\nwhere: '" + strings.Repeat("[", 100_000) + "'\n",
		"negations":                 "match: {id: id}\nwhere: '" + strings.Repeat("!", 100_000) + "true'\n",
		"lists of YAML":             "match: {id: id}\nattributes: {a: {value: " + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + "}}\n",
		"maps of YAML":              "match: " + strings.Repeat("{a: ", 100_000) + "\n",
		"entries of YAML":           "match: {id: id}\nattributes:\n  a:\n    value:\n      " + strings.Repeat("- ", 100_000) + "x\n",
		"questions of YAML":         strings.Repeat("? ", 100_000) + "\n",
		"anchors of YAML":           "match: " + strings.Repeat("&a ", 100_000) + "x\n",
	} {
		start := time.Now()
		m, err := Parse("people.yaml", []byte(source), false)
		if err == nil {
			_, err = m.Bind(open(t, "id\n1\n"))
		}
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		if first, _, _ := strings.Cut(err.Error(), "\n"); len(err.Error()) > 2000 || time.Since(start) > 20*time.Second {
			t.Errorf("%s: after %s: %.300s", name, time.Since(start), first)
		}
	}
}
