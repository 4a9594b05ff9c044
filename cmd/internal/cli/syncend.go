package cli

import (
	"context"
	"path/filepath"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/importer"
	"github.com/ciobulk/ciobulk/join"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/ciobulk/ciobulk/runs"
)

// finish removes those who leave, and finds out who was added in vain, once all rows are
// settled.
func (y *syncing) finish(ctx context.Context, stop <-chan struct{}, track *customerio.Track, summary *runs.Summary) error {
	summary.Sync = &y.result
	if summary.Rejected+summary.Unknown > 0 && !y.RemoveAnyway {
		y.result.Kept = "rows were rejected"
	} else if err := y.remove(ctx, stop, track, summary); err != nil {
		return err
	}
	if err := y.seek(ctx, stop, summary.Accepted); err != nil {
		return err
	}
	if y.tracked == nil {
		return nil
	}
	run := y.session.job.Run
	return y.tracked.Read(func(old, _ *join.StateReader) error {
		return y.tracked.Replace(run.Name, y.session.job.Begun, func(w *join.StateWriter) error { return y.file.Remember(old, w) })
	})
}

// remove takes the people of the list out of the segment, by their cio_ids.
func (y *syncing) remove(ctx context.Context, stop <-chan struct{}, track *customerio.Track, summary *runs.Summary) error {
	s := y.session
	list, err := rows.Open(filepath.Join(s.job.Run.Dir, removeList), rows.Options{Format: rows.CSV, Delimiter: ','})
	if err != nil {
		return err
	}
	defer list.Close()
	m, err := mapping.FromMatch(string(customerio.CioID))
	if err == nil {
		err = m.SetVerb(mapping.Member)
	}
	if err != nil {
		return err
	}
	plan, err := m.Bind(list)
	if err != nil {
		return err
	}
	call, err := customerio.SegmentCall(s.target.found.ID, true, customerio.CioID)
	if err != nil {
		return err
	}
	before := track.Stats()
	removal := importer.Import{
		Verb: "segment remove", Match: string(customerio.CioID), Sources: []importer.Source{{Input: list, Plan: plan}},
		Sender: track, Call: call, Concurrency: s.job.Concurrency, BatchRows: customerio.MaxSegmentIDs, Stop: stop, Begun: s.job.Begun,
	}
	done, err := removal.Do(ctx)
	after := track.Stats()
	summary.Requests += after.Requests - before.Requests
	summary.Retries += after.Retries - before.Retries
	summary.Bytes += after.Bytes - before.Bytes
	if done != nil {
		y.result.Removed, y.result.NotRemoved = done.Accepted, done.Rejected+done.Unknown
	}
	return err
}

// seek finds the rows that were accepted and match no one: the segment is smaller than it
// would be.
func (y *syncing) seek(ctx context.Context, stop <-chan struct{}, accepted int64) error {
	s := y.session
	if accepted == 0 {
		return nil
	}
	ctx, end := call.Until(ctx, stop)
	defer end()
	expected := y.members.Count() + accepted - y.result.Removed
	for read, last := 0, int64(-1); read < countReads; read++ {
		if read > 0 && pause(ctx, countEvery) != nil {
			return nil
		}
		now := s.target.count(ctx)
		if now == nil || *now == expected {
			return nil
		}
		if *now == last {
			break
		}
		last = *now
	}
	var err error
	y.result.NotFound, y.result.NotFoundFile, err = listNotFound(ctx, s, y.file, y.secret)
	return err
}
