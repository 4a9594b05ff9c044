package exporter

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/internal/simulator"
	"github.com/ciobulk/ciobulk/runs"
)

// However the service limits, fails and ends its pages, the file is the same.
func TestFaults(t *testing.T) {
	t.Parallel()
	want := ""
	for i, c := range []simulator.Config{
		{},
		{Faults: simulator.Faults{AppEvery429: 3, RetryAfter: "0.01"}},
		{Faults: simulator.Faults{AppEvery429: 5, AppQuota: true}},
		{Faults: simulator.Faults{AppEvery500: 4}},
		{PageEnd: simulator.EndNull}, {PageEnd: simulator.EndAbsent}, {PageEnd: simulator.EndPage},
		{PageEnd: simulator.EndPage, App: simulator.AppConfig{NullLists: true}},
	} {
		w := newWorld(t, c)
		w.people(2000)
		s, file := w.export(Query{What: People}, "people.csv")
		if want == "" {
			want = file
		}
		equal(t, fmt.Sprint("file ", i), file == want, true)
		equal(t, fmt.Sprint("exported ", i), s.Exported, int64(2000))
	}
}

// A link that expires while the file is read is asked for again, and the file is
// continued, or begun again where the store cannot continue it.
func TestLinksExpire(t *testing.T) {
	t.Parallel()
	q := Query{What: People, Via: ViaJob, Attributes: []string{"plan", "n"}}
	w := newWorld(t, simulator.Config{})
	w.people(2000)
	_, want := w.export(q, "want.csv")
	for name, c := range map[string]simulator.Config{
		"continued": {App: simulator.AppConfig{LinkLife: 25 * time.Millisecond}, Faults: simulator.Faults{AppCutDownload: 500}},
		"whole":     {App: simulator.AppConfig{StorageWhole: true}},
	} {
		w := newWorld(t, c)
		w.people(2000)
		s, file := w.export(q, "people.csv")
		equal(t, name, file == want, true)
		equal(t, name+": keys that leaked", w.w.Stats().Leaked, int64(0))
		if name == "continued" && s.Requests < 6 {
			t.Errorf("%d requests: no link was asked for again", s.Requests)
		}
	}
}

// An export that is interrupted while the service prepares the file does not order
// another one.
func TestJobIsOrderedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Config{App: simulator.AppConfig{ExportPolls: 6}})
	w.people(10)
	q := Query{What: People, Via: ViaJob, Attributes: []string{"plan"}}
	for round := range 3 {
		j := w.job(q, "people.csv", runs.Resume)
		ctx, cancel := context.WithCancelCause(t.Context())
		stopped := errors.New("stopped")
		polls := 0
		j.Progress = func(p Progress) {
			if polls++; polls == 2 && round < 2 {
				cancel(stopped)
			}
		}
		_, err := j.Do(ctx)
		if round < 2 {
			equal(t, "error", errors.Is(err, stopped), true)
		} else {
			equal(t, "error", err, nil)
		}
		if err := j.Run.Close(); err != nil {
			t.Fatal(err)
		}
		cancel(nil)
	}
	x, err := customerio.Exports{App: w.app()}.Job(t.Context(), 1)
	equal(t, "the first job", []any{x.Done, err}, []any{true, nil})
	_, err = customerio.Exports{App: w.app()}.Job(t.Context(), 2)
	e, ok := errors.AsType[*customerio.Error](err)
	equal(t, "there is no second", ok && e.Trouble == customerio.NotFound, true)
}

// The way by which people are read fits their number.
func TestChoose(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		query  Query
		people int64
		want   Via
	}{
		"few":              {Query{What: People}, 1000, ViaPages},
		"many, all":        {Query{What: People}, 1_000_000, ViaPages},
		"many, named":      {Query{What: People, Attributes: []string{"a"}}, 1_000_000, ViaJob},
		"some, named":      {Query{What: People, Attributes: []string{"a"}}, 50_000, ViaPages},
		"many identifiers": {Query{What: People, IdentifiersOnly: true}, 5_000_000, ViaPages},
		"very many":        {Query{What: People, IdentifiersOnly: true}, 50_000_000, ViaJob},
		"members":          {Query{What: Segment, Segment: 1}, 500_000_000, ViaPages},
		"asked for":        {Query{What: People, Via: ViaJob}, 10, ViaJob},
		"not counted":      {Query{What: People, Attributes: []string{"a"}}, -1, ViaPages},
	} {
		e := census{&export{Job: &Job{Query: c.query}, c: new(Checkpoint)}}
		if c.people >= 0 {
			e.c.Counted = &c.people
		}
		equal(t, name, e.choose(), c.want)
	}
}

// A file that has fewer rows than its job says, or than the segment has, is short.
func TestShortJob(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		counted, exported, job int64
		what                   What
		short                  bool
	}{
		"whole":                        {1000, 1000, 1000, People, false},
		"one of a thousand":            {1000, 999, 1000, People, false},
		"two of a thousand":            {1000, 998, 1000, People, true},
		"more than were counted":       {1000, 1010, 1010, People, false},
		"none":                         {0, 0, 0, People, false},
		"one of one":                   {1, 0, 0, People, true},
		"deliveries that are not told": {0, 10, 0, Deliveries, false},
	} {
		e := census{&export{Job: &Job{Query: Query{What: c.what, Filter: []byte("{}")}}, c: &Checkpoint{Counted: &c.counted}, exported: c.exported, jobTotal: c.job}}
		if err := e.recount(t.Context()); err != nil {
			t.Fatal(err)
		}
		s := Summary{Exported: c.exported, Counted: e.c.Counted}
		equal(t, name, s.short(c.what), c.short)
	}
}

// A job without names of attributes is used only if its file has them all.
func TestJobOfAllAttributes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Config{App: simulator.AppConfig{ExportAll: true}})
	w.people(300)
	_, pages := w.export(Query{What: People, Via: ViaPages}, "pages.csv")
	_, job := w.export(Query{What: People, Via: ViaJob}, "job.csv")
	equal(t, "files", job == pages, true)

	w = newWorld(t, simulator.Config{})
	w.people(300)
	j := w.job(Query{What: People, Via: ViaJob}, "job.csv", runs.Refuse)
	defer j.Run.Close()
	_, err := j.Do(t.Context())
	e, ok := errors.AsType[*MissingAttributesError](err)
	if !ok {
		t.Fatalf("error %v", err)
	}
	equal(t, "missing", e.Names, []string{"Plan", "list", "n", "phone", "plan", "ümlaut \"q\""})
}
