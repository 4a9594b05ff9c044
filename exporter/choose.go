package exporter

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/ciobulk/ciobulk/customerio"
)

// census counts people, and chooses the way by which so many are read.
type census struct{ *export }

// people reads people, or a segment's members, by pages or by a job.
func (e census) people(ctx context.Context) (source, error) {
	if err := e.count(ctx); err != nil {
		return nil, err
	}
	if e.c.Via == "" {
		e.c.Via = e.choose()
	}
	if e.c.Via == ViaJob {
		return jobFiles(e).people(ctx)
	}
	return peoplePages(e).read(ctx)
}

// count asks how many people there should be, unless the checkpoint knows.
func (e census) count(ctx context.Context) error {
	if e.c.Counted != nil || e.c.List.Records > 0 {
		return nil
	}
	n, known, err := e.countNow(ctx)
	if known {
		e.c.Counted = &n
	}
	return err
}

// countNow asks how many people there are now. It is not known for a filter, and
// where the key may not see the list of workspaces.
func (e census) countNow(ctx context.Context) (n int64, known bool, err error) {
	switch {
	case len(e.Query.Filter) > 0:
		return 0, false, nil
	case e.Query.Segment > 0:
		n, err = e.App.SegmentCount(ctx, e.Query.Segment)
		return n, err == nil, err
	}
	all, err := e.App.Workspaces(ctx)
	if refused, ok := errors.AsType[*customerio.Error](err); ok && (refused.Problem == customerio.OutOfScope || refused.Trouble == customerio.Refused) {
		e.note(Note{Kind: CountIsUnknown})
		return 0, false, nil
	}
	for _, w := range all {
		if w.ID == e.Query.WorkspaceID || len(all) == 1 && e.Query.WorkspaceID == 0 {
			return w.People, true, err
		}
	}
	return 0, false, err
}

// jobFrom is how long pages may take before a job is the better way: it takes the
// service's time, which is not known.
const jobFrom = 10 * time.Minute

// choose picks the way that fits, and says how long pages take.
func (e census) choose() Via {
	if e.Query.Via != "" || e.Query.What == Segment {
		return cmp.Or(e.Query.Via, ViaPages)
	}
	if e.c.Counted == nil {
		return ViaPages
	}
	d := e.pagesTime(e.c.counted())
	n := Note{PagesAreUsed, e.c.counted(), d}
	switch {
	case d < jobFrom && d < 5*time.Second:
		return ViaPages
	case d < jobFrom:
	case e.Query.attributed() && len(e.Query.Attributes) == 0:
		n.Kind = JobNeedsNames
	default:
		n.Kind = JobIsUsed
	}
	e.note(n)
	if n.Kind == JobIsUsed {
		return ViaJob
	}
	return ViaPages
}

// pagesTime is how long it takes to read so many people by pages.
func (e census) pagesTime(n int64) time.Duration {
	page := int64(customerio.MaxPeoplePage)
	if e.Query.Segment > 0 && len(e.Query.Filter) == 0 {
		page = customerio.MaxMembersPage
	}
	calls := n/page + 1
	if e.Query.attributed() {
		calls += n/customerio.MaxPeopleAttributes + 1
	}
	return time.Duration(float64(calls) / cmp.Or(e.PerSecond, customerio.AppPerSecond) * float64(time.Second))
}

// recount asks again how many there are, and keeps the lower number: people may
// have left while they were read.
func (e census) recount(ctx context.Context) error {
	if e.Query.What == Deliveries && e.jobTotal <= 0 && e.exported > 0 {
		e.c.Counted = nil // the jobs do not say
	}
	if e.c.Counted == nil || e.Query.What == Deliveries || e.exported >= *e.c.Counted {
		return nil
	}
	n, known, err := e.countNow(ctx)
	if n = max(n, e.jobTotal); err == nil && known && n < *e.c.Counted {
		e.c.Counted = &n
	}
	return err
}
