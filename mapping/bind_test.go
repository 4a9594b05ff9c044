package mapping

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ciobulk/ciobulk/rows"
)

// TestOneMappingForManyInputs: binding changes nothing for the next input.
func TestOneMappingForManyInputs(t *testing.T) {
	t.Parallel()
	m := parse(t, "match: {id: id}\nattributes: {b: {column: b, lower: true}, c: {expr: 'a + \"!\"'}}\nrest: keep\n")
	for input, want := range map[string]string{
		"id,a,b\n1,x,Y\n":                     `"b":"y","c":"x!","a":"x"`,
		"b,a,d,id\nY,x,z,1\n":                 `"b":"y","c":"x!","a":"x","d":"z"`,
		`{"b":"Y","id":1,"a":"x"}` + "\n":     `"b":"y","c":"x!","a":"x"`,
		`{"a":"x","e":5,"id":2,"b":1}` + "\n": `"b":1,"c":"x!","a":"x","e":5`,
	} {
		if got := sent(t, m, input); got != want {
			t.Errorf("%q:\n got %s\nwant %s", input, got, want)
		}
	}
}

// TestMappersSideBySide: the mappers of one plan share nothing that changes.
func TestMappersSideBySide(t *testing.T) {
	t.Parallel()
	var input strings.Builder
	for i := range 200 {
		fmt.Fprintf(&input, `{"id":%d,"a":"A%d","b":{"c":[%d]},"name%d":true}`+"\n", i, i, i, i%9)
	}
	m := parse(t, "match: {id: id}\nattributes: {a: {column: a, lower: true}, x: {expr: 'b.c[0] + 1'}}\nwhere: id % 2 == 0\nrest: keep\n")
	in := open(t, input.String())
	plan := bind(t, m, in)
	var b rows.Block
	if err := in.Next(&b, 1000, 1<<20); err != nil {
		t.Fatal(err)
	}
	results := make([][]result, 4)
	var done sync.WaitGroup
	for i := range results {
		done.Go(func() {
			mapper := plan.Mapper(in, Terms{})
			for row := range b.Len() {
				results[i] = append(results[i], mapRow(t, mapper, &b, row))
			}
		})
	}
	done.Wait()
	for _, r := range results[1:] {
		if !slices.Equal(r, results[0]) {
			t.Error("the mappers differ")
		}
	}
}
