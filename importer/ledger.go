package importer

import (
	"cmp"
	"fmt"
	"slices"
)

// Ledger counts rows by their verdicts.
type Ledger struct {
	Rows       int64 `json:"rows"`
	Accepted   int64 `json:"accepted"`
	Rejected   int64 `json:"rejected"`
	Filtered   int64 `json:"filtered"`
	Unchanged  int64 `json:"unchanged"`
	Duplicates int64 `json:"duplicates"`
	Unknown    int64 `json:"unknown"`
}

// Check returns an error if the verdicts do not add up to the rows: a bug.
func (l Ledger) Check() error {
	sum := l.Accepted + l.Rejected + l.Filtered + l.Unchanged + l.Duplicates + l.Unknown
	if sum == l.Rows {
		return nil
	}
	return fmt.Errorf("the ledger does not add up: %d rows, %d verdicts; please report this", l.Rows, sum)
}

// Reason counts the rows that were not accepted for one reason, with the first
// of them as an example.
type Reason struct {
	Reason string `json:"reason"`
	Field  string `json:"field"`
	Status int    `json:"status,omitempty"`
	Count  int64  `json:"count"`
	Input  string `json:"input"`
	Row    int64  `json:"row"`
	Line   int64  `json:"line"`
}

// Replaced is a row that was not sent because another one of its person was.
type Replaced struct {
	Input string `json:"input"`
	Row   int64  `json:"row"`
	Line  int64  `json:"line"`
	By    string `json:"by"` // the other row
}

// maxReplaced bounds how many of those are named.
const maxReplaced = 20

// maxReasons bounds how many reasons are told apart.
const maxReasons = 200

type reasonKey struct {
	reason, field string
	status        int
}

// tally collects reasons.
type tally struct {
	index map[reasonKey]int
	list  []Reason
}

func newTally(reasons []Reason) *tally {
	t := &tally{index: make(map[reasonKey]int), list: slices.Clone(reasons)}
	for i, r := range t.list {
		t.index[reasonKey{r.Reason, r.Field, r.Status}] = i
	}
	return t
}

func (t *tally) add(r Reason) {
	key := reasonKey{r.Reason, r.Field, r.Status}
	if len(t.list) >= maxReasons {
		if _, ok := t.index[key]; !ok {
			key = reasonKey{reason: "other"}
			r = Reason{Reason: "other", Input: r.Input, Row: r.Row, Line: r.Line}
		}
	}
	i, ok := t.index[key]
	if !ok {
		i = len(t.list)
		t.index[key] = i
		t.list = append(t.list, r)
	}
	t.list[i].Count++
}

// reasons returns a copy, the most frequent first.
func (t *tally) reasons() []Reason {
	list := slices.Clone(t.list)
	slices.SortStableFunc(list, func(a, b Reason) int { return cmp.Compare(b.Count, a.Count) })
	return list
}
