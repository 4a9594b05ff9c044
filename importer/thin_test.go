package importer

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/runs"
)

// refusingSender is a slowSender that refuses each seventh row.
type refusingSender struct {
	slowSender
	t        *testing.T
	requests atomic.Int64
}

func (s *refusingSender) Send(ctx context.Context, b *customerio.Batch) (bad []customerio.Rejection, err error) {
	s.requests.Add(1)
	for i := range b.Len() {
		if n(s.t, string(b.Op(i)))%7 == 0 {
			bad = append(bad, customerio.Rejection{Index: i, Reason: "invalid"})
		}
	}
	_, err = s.slowSender.Send(ctx, b)
	return bad, err
}

// A run that sends few of its rows fills its requests all the same, keeps the rows of a
// person in order, and reports those that are rejected.
func TestFewRowsFillRequests(t *testing.T) {
	t.Parallel()
	const rows, lanes, full = 60_000, 8, 50
	for _, each := range []int{10, 100, 1000} {
		t.Run(fmt.Sprintf("one in %d", each), func(t *testing.T) {
			t.Parallel()
			var text strings.Builder
			text.WriteString("id,n,send\n")
			sent := 0
			for i := range rows {
				send := "no"
				if i%each == each/2 {
					send, sent = "yes", sent+1
				}
				fmt.Fprintf(&text, "p%d,%d,%s\n", i%700, i, send)
			}
			src := source(t, "a.csv", text.String(), "match: {id: id}\nattributes: {n: {column: n, type: integer}}\nwhere: send == 'yes'\n")
			run := begin(t, t.TempDir(), runs.Refuse, src)
			synctest.Test(t, func(t *testing.T) {
				s := &refusingSender{t: t}
				job := Import{Sources: []Source{src}, Sender: s, Run: run, Concurrency: lanes, BatchRows: full}
				sum, err := job.Do(t.Context())
				if err != nil || sum.Accepted+sum.Rejected != int64(sent) || sum.Filtered != int64(rows-sent) {
					t.Fatalf("%+v, %v", sum, err)
				}
				if most := int64((sent+full-1)/full + lanes); s.requests.Load() > most {
					t.Errorf("%d rows took %d requests, at most %d are needed", sent, s.requests.Load(), most)
				}
				last := make(map[string]int64)
				for _, op := range s.log {
					person, _, _ := strings.Cut(op, `"attributes"`)
					if i := n(t, op); i < last[person] {
						t.Fatalf("%s: row %d came after row %d", person, i, last[person])
					} else {
						last[person] = i
					}
				}
				var want bytes.Buffer
				for i := each / 2; i < rows; i += each {
					if i%7 == 0 {
						fmt.Fprintf(&want, "p%d,%d,yes,%d,%d,a.csv,invalid,,,\n", i%700, i, i+1, i+2)
					}
				}
				_, got, _ := bytes.Cut(readRejected(t, run), []byte("\n"))
				if got = bytes.ReplaceAll(got, []byte(",207\n"), []byte(",\n")); !bytes.Equal(got, want.Bytes()) {
					t.Errorf("the rejected file has %d bytes, want %d: %.300s", len(got), want.Len(), got)
				}
			})
		})
	}
}
