package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/lookup"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/internal/suggest"
	"github.com/ciobulk/ciobulk/runs"
)

// target is the segment that a run changes.
type target struct {
	segmentOptions
	remove bool
	report *call.Reporter
	app    *customerio.App    // nil: there is no key
	wanted string             // the segment as it was named
	found  customerio.Segment // zero: it is not created yet
}

// choose finds the segment and makes sure, as far as possible, that it can be changed
// by hand.
func (t *target) choose(ctx context.Context) error {
	if t.wanted == "" {
		return exit.Usage("no segment", "give --segment ID or NAME, or segment: in the mapping; ciobulk segment list shows all")
	}
	id, isID, err := lookup.SegmentID(t.wanted)
	switch {
	case err != nil:
		return err
	case t.app == nil && !isID:
		return exit.Usage(fmt.Sprintf("segment %q is given by name, which needs CUSTOMERIO_APP_API_KEY", t.wanted), "set it, or give the segment's id")
	case t.app == nil && t.Create:
		return exit.Usage("--create needs CUSTOMERIO_APP_API_KEY", "set it, or create the segment in Customer.io and give its id")
	case t.app == nil:
		t.found = customerio.Segment{ID: id}
		return nil
	}
	segments, err := t.app.Segments(ctx)
	switch {
	case err != nil:
		return err
	case isID:
		return t.chooseID(segments, id)
	}
	return t.chooseName(segments)
}

func (t *target) chooseID(segments []customerio.Segment, id int64) error {
	for _, s := range segments {
		if s.ID == id {
			return t.take(s)
		}
	}
	return exit.Usage(fmt.Sprintf("there is no segment with the id %d", id), "digits only are always an id, never a name; ciobulk segment list shows all ids")
}

// chooseName takes the segment of a name, which need not exist if it is to be created.
func (t *target) chooseName(segments []customerio.Segment) error {
	if same := manualNamed(segments, t.wanted); len(same) > 1 {
		return exit.Usage(fmt.Sprintf("%d manual segments are called %q", len(same), t.wanted), fmt.Sprintf("give the id of one of them: %v", same))
	}
	var names []string
	for _, s := range byType(segments) {
		if s.Name == t.wanted {
			return t.take(s)
		}
		if s.Type == customerio.SegmentManual {
			names = append(names, s.Name)
		}
	}
	if t.Create {
		return nil
	}
	hint := "see ciobulk segment list, or add --create to create it"
	if near := suggest.Near(t.wanted, names); len(near) > 0 {
		hint = fmt.Sprintf("did you mean %s? %s", ui.Names(near), hint)
	} else if len(names) > 0 {
		hint = fmt.Sprintf("manual segments are %s; %s", ui.Names(names), hint)
	}
	return exit.Usage(fmt.Sprintf("there is no segment %q", t.wanted), hint)
}

// take refuses a segment that cannot be changed by hand.
func (t *target) take(s customerio.Segment) error {
	t.found = s
	if s.Type != customerio.SegmentManual {
		return exit.Usage(fmt.Sprintf("segment %d, %q, is data-driven: Customer.io decides who is in it", s.ID, s.Name),
			"choose a manual segment, see ciobulk segment list")
	}
	return nil
}

// byType returns the segments with the manual ones in front.
func byType(segments []customerio.Segment) []customerio.Segment {
	sorted := slices.Clone(segments)
	slices.SortStableFunc(sorted, func(a, b customerio.Segment) int {
		return cmp.Compare(b.Type, a.Type) // manual, dynamic
	})
	return sorted
}

// manualNamed returns the ids of the manual segments of a name.
func manualNamed(segments []customerio.Segment, name string) (ids []int64) {
	for _, s := range segments {
		if s.Type == customerio.SegmentManual && s.Name == name {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

// How the segment's count is read after a run, which takes seconds to follow.
const (
	countReads  = 6
	countEvery  = time.Second
	countWithin = 15 * time.Second
)

// count returns the segment's count, or nil where it is unknown.
func (t *target) count(ctx context.Context) *int64 {
	if t.found.ID == 0 || t.app == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, countWithin)
	defer cancel()
	n, err := t.app.SegmentCount(ctx, t.found.ID)
	if err != nil {
		t.report.Note(fmt.Sprintf("the segment's count is unknown: %v", err))
		return nil
	}
	return &n
}

// compare says how much the segment has changed: it asks until that is all that the
// run can have changed, or until the count stays the same.
func (t *target) compare(ctx context.Context, before *int64, accepted int64) *runs.SegmentChange {
	if t.found.ID == 0 {
		return nil
	}
	change := &runs.SegmentChange{ID: t.found.ID, Name: t.found.Name, Before: before}
	if before == nil {
		return change
	}
	for read, same := 0, 0; read < countReads && same < 2; read++ {
		if read > 0 && pause(ctx, countEvery) != nil {
			break
		}
		now := t.count(ctx)
		if now == nil {
			break
		}
		if change.After != nil && *change.After == *now {
			same++
		}
		changed := *now - *before
		if t.remove {
			changed = -changed
		}
		left := max(accepted-changed, 0)
		change.After, change.NoChange = now, &left
		if left == 0 {
			break
		}
	}
	return change
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
