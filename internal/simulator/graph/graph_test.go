package graph

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func facts(g *Graph) []string {
	var all []string
	g.Facts(func(p Person) []string { return []string{string(rune('a' + p))} }, func(fields ...string) { all = append(all, strings.Join(fields, " ")) })
	slices.Sort(all)
	return all
}

func attributes(text string) (a Attributes) {
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		panic(err)
	}
	return a
}

// What is known does not depend on the order in which it was told.
func TestFactsAreIndependentOfOrder(t *testing.T) {
	t.Parallel()
	acme, beta := Key{"1", "acme"}, Key{"2", "beta"}
	steps := []func(*Graph){
		func(g *Graph) { g.Upsert(acme, attributes(`{"n":1}`)) },
		func(g *Graph) { g.Relate(0, acme, attributes(`{"role":"boss"}`)) },
		func(g *Graph) { g.Relate(1, beta, nil) },
		func(g *Graph) { g.AddDevice(0, Device{Token: "t", Platform: "ios"}) },
		func(g *Graph) { g.RelateVisitor("v", beta, nil) },
	}
	want := []string{"device a t ios 0", "object 1 acme n 1", "object 2 beta", "relation a 1 acme role \"boss\"", "relation b 2 beta", "visitor v 2 beta"}
	for shift := range steps {
		g := New()
		for i := range steps {
			steps[(i+shift)%len(steps)](g)
		}
		if got := facts(g); !slices.Equal(got, want) {
			t.Errorf("shifted by %d: got %q, want %q", shift, got, want)
		}
	}
}

func TestMoveKeepsWhatTheFirstHas(t *testing.T) {
	t.Parallel()
	g, acme := New(), Key{"1", "acme"}
	g.Relate(0, acme, attributes(`{"role":"boss"}`))
	g.Relate(1, acme, attributes(`{"role":"guest"}`))
	g.Relate(1, Key{"1", "beta"}, nil)
	g.AddDevice(1, Device{Token: "t", Platform: "ios"})
	g.Move(0, 1)
	want := []string{"device a t ios 0", "object 1 acme", "object 1 beta", "relation a 1 acme role \"boss\"", "relation a 1 beta"}
	if got := facts(g); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
