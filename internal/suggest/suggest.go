// Package suggest finds the name that someone meant by a word that is not one.
// Near is for a list of names; Word adds synonyms and names that are never
// suggested. Whether the result is a command, a flag or a column, and how it is
// written, is the caller's business.
package suggest

import (
	"cmp"
	"slices"
	"strings"
)

// maxDistance is how many letters may differ. More than that is a guess.
const maxDistance = 2

// Near returns the names that differ from written in at most two letters, the
// closest first, each once. Upper and lower case are the same. Of a short word
// less may differ, so that at least two thirds of it are right.
func Near(written string, names []string) []string {
	type candidate struct {
		name     string
		distance int
	}
	word := []rune(strings.ToLower(written))
	bound := min(maxDistance, (len(word)+1)/3, len(word)-1)
	var near []candidate
	for _, name := range names {
		d := distance(word, []rune(strings.ToLower(name)), bound)
		if d <= bound && !slices.ContainsFunc(near, func(c candidate) bool { return c.name == name }) {
			near = append(near, candidate{name, d})
		}
	}
	slices.SortStableFunc(near, func(a, b candidate) int { return cmp.Compare(a.distance, b.distance) })
	var sorted []string
	for _, c := range near {
		sorted = append(sorted, c.name)
	}
	return sorted
}

// Words are names that can be suggested. The zero value suggests nothing.
type Words struct {
	Names    []string          // suggested when they are near
	Synonyms map[string]string // by word in lower case: the name that is meant
}

// Meant returns the one name to suggest for written, or "".
func (w Words) Meant(written string) string {
	if name := w.Synonyms[strings.ToLower(written)]; name != "" {
		return name
	}
	if near := Near(written, w.Names); len(near) > 0 {
		return near[0]
	}
	return ""
}

// distance counts the letters to insert, delete, replace or swap with the next one
// to turn a into b. It may stop at a number above bound.
func distance(a, b []rune, bound int) int {
	if len(a)-len(b) > bound || len(b)-len(a) > bound {
		return bound + 1
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		row[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
