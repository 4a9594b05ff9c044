package readback

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/internal/simulator"
	"github.com/ciobulk/ciobulk/internal/slowtest"
	"github.com/ciobulk/ciobulk/mapping"
)

const anyYAML = "match: {id: id}\nattributes: {a: a, n: {column: n, type: number}, b: {column: b, type: boolean}, o: {column: o, type: json}, t: {column: t, empty: clear}}\n"

// anyRows are random rows of some people, each of whom has several.
func anyRows(rng *rand.Rand, n, people int) string {
	texts := []string{"", "x", "007", "1e3", "true", "NULL ", "grün 🌱", `"a ""quoted"" one"`, "=1+1", "a;b", "-", "0"}
	numbers := []string{"", "1", "-0", "1.50", "1e3", "1E-7", "123456789012345678901234567890", "0.10"}
	objects := []string{"", `"{""b"":1.0,""a"":[true,null,""é""]}"`, `"[1e2, {""z"":{}}]"`, `"{}"`}
	var b strings.Builder
	b.WriteString("id,a,n,b,o,t\n")
	pick := func(of []string) string { return of[rng.IntN(len(of))] }
	for range n {
		fmt.Fprintf(&b, "p%d,%s,%s,%s,%s,%s\n", rng.IntN(people), pick(texts), pick(numbers), pick([]string{"", "true", "false"}), pick(objects), pick(texts))
	}
	return b.String()
}

// Random rows that were sent as they are read back the same: there is no false alarm.
func TestNoFalseAlarm(t *testing.T) {
	t.Parallel()
	n := slowtest.Times(3_000, 100_000)
	if n > 3_000 {
		slowtest.Mark(t)
	}
	w := newWorld(t, simulator.Config{})
	path := file(t, "people.csv", anyRows(rand.New(rand.NewPCG(1, 2)), n, n/3))
	w.operate(sent(t, open(t, path, anyYAML, mapping.Upsert))...)
	r := w.do(w.job(open(t, path, anyYAML, mapping.Upsert)))
	if r.Differs+r.Missing > 0 || r.ReadBack < int64(n/5) || r.Same != r.ReadBack {
		t.Errorf("got %s", text(r))
	}
}

// The sample is the people with the smallest keys, with all of their rows: the same as
// from a reading that keeps everyone. Shards draw from their own people.
func TestSampleIsTheSmallest(t *testing.T) {
	t.Parallel()
	path := file(t, "people.csv", anyRows(rand.New(rand.NewPCG(3, 4)), 2_000, 500))
	draw := func(size int64, seed uint64, shard mapping.Shard) *sample {
		im := open(t, path, anyYAML, mapping.Upsert)
		im.Shard = shard
		s := &sample{size: size, seed: seed}
		if err := s.read(t.Context(), im); err != nil {
			t.Fatal(err)
		}
		return s
	}
	whole := mapping.Shard{Index: 1, Count: 1}
	all, few := draw(0, 7, whole), draw(40, 7, whole)
	keys := func(s *sample) (keys []uint64) {
		for _, p := range s.heap {
			keys = append(keys, p.key)
		}
		slices.Sort(keys)
		return keys
	}
	if !slices.Equal(keys(few), keys(all)[:40]) || few.all != int64(len(all.heap)) || few.all < 450 {
		t.Errorf("the sample of %d is not the smallest of %d", few.all, all.all)
	}
	for hash, p := range few.people {
		if other := all.people[hash]; !maps.Equal(p.set, other.set) || p.last != other.last {
			t.Errorf("%v, but with everyone %v", p.set, other.set)
		}
	}
	if slices.Equal(keys(draw(40, 8, whole)), keys(few)) {
		t.Error("another seed draws the same sample")
	}
	var shards []uint64
	for i := range 3 {
		shards = append(shards, keys(draw(0, 7, mapping.Shard{Index: i + 1, Count: 3}))...)
	}
	slices.Sort(shards)
	if !slices.Equal(shards, keys(all)) {
		t.Error("the people of the shards are not those of the whole")
	}
}

// Bounds that are known: of 10,000 without a difference, and those of a table.
func TestInterval(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		differ, n int64
		low, high float64
	}{
		{0, 10_000, 0, 0.00046041}, {0, 1, 0, 0.99}, {1, 1, 0.01, 1}, {0, 0, 0, 1},
		{1, 10, 0.00050113, 0.54427}, {5, 10, 0.128297, 0.871703}, {10, 10_000, 0.00037169, 0.0021400},
	} {
		low, high := Interval(c.differ, c.n)
		if math.Abs(low-c.low) > c.low*2e-3+1e-9 || math.Abs(high-c.high) > c.high*2e-3 {
			t.Errorf("%d of %d: %g to %g, want %g to %g", c.differ, c.n, low, high, c.low, c.high)
		}
	}
}

// binomial is the chance of at most k of n.
func binomial(k, n int64, p float64) (sum float64) {
	for i := range k + 1 {
		a, _ := math.Lgamma(float64(n + 1))
		b, _ := math.Lgamma(float64(i + 1))
		c, _ := math.Lgamma(float64(n - i + 1))
		sum += math.Exp(a - b - c + float64(i)*math.Log(p) + float64(n-i)*math.Log1p(-p))
	}
	return sum
}

// At the bounds, what was found has the chance that is left of the confidence.
func TestIntervalIsExact(t *testing.T) {
	t.Parallel()
	for _, n := range []int64{2, 17, 500, 10_000} {
		for _, k := range []int64{1, 2, 5, 40} {
			if k >= n {
				continue
			}
			low, high := Interval(k, n)
			if tail := binomial(k, n, high); math.Abs(tail-0.005) > 1e-6 {
				t.Errorf("%d of %d: at most that many with %g at the upper bound %g", k, n, tail, high)
			}
			if tail := 1 - binomial(k-1, n, low); math.Abs(tail-0.005) > 1e-6 {
				t.Errorf("%d of %d: at least that many with %g at the lower bound %g", k, n, tail, low)
			}
		}
	}
}

// For at least 95 of 100 seeds, the interval of the sample holds the true share: of
// people who are drawn as verify draws them.
func TestIntervalHoldsTheShare(t *testing.T) {
	t.Parallel()
	const people, size = 20_000, 1_000
	for _, share := range []float64{0, 0.001, 0.02, 0.3} {
		held := 0
		for seed := range uint64(100) {
			drawn := make([][2]uint64, people) // key, number
			for i := range drawn {
				drawn[i] = [2]uint64{keyed(uint64(i)*0x9e3779b97f4a7c15, seed), uint64(i)}
			}
			slices.SortFunc(drawn, func(a, b [2]uint64) int { return slices.Compare(a[:], b[:]) })
			differ := int64(0)
			for _, d := range drawn[:size] {
				if float64(d[1]) < share*people { // the first of them differ
					differ++
				}
			}
			if low, high := Interval(differ, size); low <= share && share <= high {
				held++
			}
		}
		if held < 95 {
			t.Errorf("share %g: the interval holds it for %d of 100 seeds", share, held)
		}
	}
}
