package runs

import (
	"cmp"
	"fmt"
	"slices"
)

// Ledger counts rows by their verdicts.
type Ledger struct {
	Rows       int64 `json:"rows"`       // that were read
	Accepted   int64 `json:"accepted"`   // taken by the service
	Rejected   int64 `json:"rejected"`   // refused here or by the service
	Filtered   int64 `json:"filtered"`   // not wanted: where, or events that start campaigns
	Unchanged  int64 `json:"unchanged"`  // the same as what was last sent
	Duplicates int64 `json:"duplicates"` // of people of whom another row was sent
	Unknown    int64 `json:"unknown"`    // the service did not say what became of them
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
	Reason string `json:"reason"`           // a word such as invalid
	Field  string `json:"field"`            // such as attributes.age
	Status int    `json:"status,omitempty"` // the service's, such as 207; absent if the row was refused here
	Count  int64  `json:"count"`            // of rows
	Input  string `json:"input"`            // the example's
	Row    int64  `json:"row"`              // counted from 1, without the header
	Line   int64  `json:"line"`             // where it begins in the input
}

// Replaced is a row that was not sent because another one of its person was.
type Replaced struct {
	Input string `json:"input"`
	Row   int64  `json:"row"`
	Line  int64  `json:"line"`
	By    string `json:"by"` // the other row
}

// MaxReplaced bounds how many replaced rows a checkpoint names.
const MaxReplaced = 20

// maxReasons bounds how many reasons a Tally keeps apart.
const maxReasons = 200

type reasonKey struct {
	reason, field string
	status        int
}

// Tally collects reasons. It belongs to one goroutine.
type Tally struct {
	index map[reasonKey]int
	list  []Reason
}

// NewTally returns a Tally that goes on from reasons.
func NewTally(reasons []Reason) *Tally {
	t := &Tally{index: make(map[reasonKey]int), list: slices.Clone(reasons)}
	for i, r := range t.list {
		t.index[reasonKey{r.Reason, r.Field, r.Status}] = i
	}
	return t
}

// Add counts one row with the reason.
func (t *Tally) Add(r Reason) {
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

// Reasons returns a copy, the most frequent first.
func (t *Tally) Reasons() []Reason {
	list := slices.Clone(t.list)
	slices.SortStableFunc(list, func(a, b Reason) int { return cmp.Compare(b.Count, a.Count) })
	return list
}
