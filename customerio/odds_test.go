package customerio

import "testing"

// The more requests are settled only after a failure, the more tries a verdict needs;
// requests that always fail do not count.
func TestOdds(t *testing.T) {
	t.Parallel()
	const least, risk = 8, 1e-6
	for name, c := range map[string]struct {
		every     int // which request recovers; 0 is none
		low, high int
	}{
		"a good network": {0, least, least},
		"a rare failure": {1000, least, least},
		"every tenth":    {10, least, 10},
		"every third":    {3, 12, 18},
		"every second":   {2, 20, 30},
		"each":           {1, 50, 50},
	} {
		var o odds
		for i := range 1000 {
			o.note(c.every > 0 && i%c.every == c.every-1)
		}
		if n := o.tries(least, risk); n < c.low || n > c.high {
			t.Errorf("%s: %d tries, want %d to %d", name, n, c.low, c.high)
		}
	}
	var before odds
	equal(t, "before the first request", before.tries(least, risk), least)
}
