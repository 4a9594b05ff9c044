package importer

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
)

// settler records verdicts. It belongs to the settling goroutine, which owns
// the rejected file and the checkpoint.
type settler struct {
	job      *Job
	state    Checkpoint
	before   Checkpoint // as it was when this process began
	again    Ahead      // what of the rows to come may have been sent before
	reasons  *tally
	rejected rejectedFile
	receipt  receiptFile
	parsers  []*rows.Parser    // by source, to render rejected rows
	mappers  []*mapping.Mapper // by source, for the receipt
	begun    time.Time
	blocks   int  // settled by this process
	drained  bool // all that was sent is settled
}

func newSettler(j *Job) (*settler, error) {
	s := &settler{job: j, begun: time.Now()}
	if j.Run != nil {
		s.state = j.Run.Checkpoint
		s.rejected.path = filepath.Join(j.Run.Dir, "rejected."+string(j.Sources[0].Input.Format))
		if err := s.rejected.open(s.state.RejectedFile); err != nil {
			return nil, j.Run.problem(err)
		}
		s.receipt = receiptFile{reportFile: reportFile{path: filepath.Join(j.Run.Dir, "receipt.csv")}, identifiers: j.Receipt}
		if err := s.receipt.open(s.state.ReceiptFile); err != nil {
			return nil, j.Run.problem(err)
		}
	} else {
		s.state.StartedAt = s.begun.UTC()
		s.rejected.path = j.RejectedPath
	}
	s.before, s.again = s.state, s.state.Ahead
	s.reasons = newTally(s.state.Reasons)
	for i, source := range j.Sources {
		s.parsers = append(s.parsers, source.Input.Parser(rows.ReportColumns))
		s.mappers = append(s.mappers, j.mapper(i))
	}
	s.rejected.format = j.reportFormat()
	return s, s.save() // with what is going to be ahead of it
}

// answered notes the verdicts of a batch in the blocks that its rows are of.
func (s *settler) answered(t *batch) {
	for _, o := range t.origins {
		o.block.left--
		o.block.accepted++
	}
	if s.job.Receipt != "" {
		for _, o := range t.origins {
			o.block.answered[o.record] = t.at
		}
	}
	for _, r := range t.rejections {
		o := t.origins[r.Index]
		o.block.accepted--
		o.block.refused = append(o.block.refused, refused{o.record, r})
	}
	if s.job.Sender == nil {
		s.state.Requests++
		s.state.Bytes += int64(t.Size())
	}
}

// settle settles blocks: their rejected rows are written and on the disk before
// the checkpoint moves behind them, and only then is anybody told.
func (s *settler) settle(blocks []*block) error {
	before := s.state
	if err := s.write(blocks); err != nil {
		// These blocks are not settled, and the run's last checkpoint must not
		// say so.
		s.state, s.reasons = before, newTally(before.Reasons)
		return err
	}
	last := blocks[len(blocks)-1]
	s.state.Position = Position{last.source, last.End}
	if err := s.save(); err != nil {
		return err
	}
	if s.job.Progress != nil {
		s.job.Progress(s.progress(last))
	}
	return nil
}

// write records blocks and brings the rows that they reject to the disk.
func (s *settler) write(blocks []*block) error {
	for _, b := range blocks {
		if err := s.record(b); err != nil {
			return err
		}
	}
	err := s.rejected.flush()
	if err == nil {
		err = s.receipt.flush()
	}
	if err != nil {
		return fmt.Errorf("cannot write what became of the rows: %w", err)
	}
	s.state.RejectedFile, s.state.ReceiptFile = s.rejected.extent(), s.receipt.extent()
	return nil
}

// record counts a block's verdicts and renders its rejected rows.
func (s *settler) record(b *block) error {
	s.blocks++
	if err := s.judge(b); err != nil {
		return err
	}
	s.repeat(b)
	for _, r := range b.refused {
		row := s.parsers[b.source].Row(&b.Block, int(r.record))
		name := s.origin(b, r.record)
		s.reasons.add(Reason{Reason: r.Reason, Field: r.Field, Status: r.Status, Input: name, Row: row.Number, Line: row.Line})
		if s.rejected.path != "" {
			s.rejected.add(s.job.Sources[b.source].Input, name, row, s.parsers[b.source].Columns(), r)
		}
	}
	for _, r := range b.replaced {
		if len(s.state.Replaced) == maxReplaced {
			break
		}
		row := s.parsers[b.source].Row(&b.Block, int(r.record))
		s.state.Replaced = append(s.state.Replaced, Replaced{s.origin(b, r.record), row.Number, row.Line, r.by})
	}
	if s.job.Receipt != "" {
		s.receipt.record(b, func(record int) string { return s.origin(b, uint32(record)) }, s.job.Match, s.mappers[b.source])
	}
	return nil
}

// origin names the input that a row is of: of a file of rejected rows, the one
// that they were rejected from.
func (s *settler) origin(b *block, record uint32) string {
	if len(s.job.Seeds) > 0 {
		return s.mappers[b.source].Origin(&b.Block, int(record))
	}
	return s.job.Sources[b.source].Input.Name
}

// judge puts what was refused into the order of the rows, and counts the block's
// verdicts. Each kind is counted where it is found, so that a row without a
// verdict, or with two, shows in the sum.
func (s *settler) judge(b *block) error {
	slices.SortFunc(b.refused, func(a, b refused) int { return cmp.Compare(a.record, b.record) })
	unknown := int64(0)
	for i, r := range b.refused {
		if i > 0 && r.record == b.refused[i-1].record {
			return fmt.Errorf("a row has two verdicts, %s and %s; please report this", b.refused[i-1].Reason, r.Reason)
		}
		if r.Unknown {
			unknown++
		}
	}
	l := &s.state.Ledger
	l.Rows += int64(b.Len()) - b.others
	s.state.OtherShards += b.others
	l.Filtered += b.filtered
	l.Duplicates += int64(len(b.replaced))
	s.state.Triggers += b.live
	l.Unknown += unknown
	l.Rejected += int64(len(b.refused)) - unknown
	l.Accepted += b.accepted
	return nil
}

// repeat counts the block's rows that a process before this one may have sent.
// It had no more blocks ahead of its checkpoint than a window, each with no more
// text than blockBytes and one read, or of one row.
func (s *settler) repeat(b *block) {
	if s.again.Rows <= 0 || s.again.Bytes <= 0 {
		return
	}
	s.state.Resent += min(int64(b.sent), s.again.Rows)
	s.again.Rows -= int64(b.Len())
	s.again.Bytes -= int64(min(b.Bytes(), b.Len()*blockBytes))
}

// save moves the checkpoint.
func (s *settler) save() error {
	s.count()
	return s.store()
}

// store writes the checkpoint as it is, if the ledger adds up.
func (s *settler) store() error {
	if err := s.state.Ledger.Check(); err != nil {
		return err
	}
	if s.job.Run == nil {
		return nil
	}
	if err := s.state.save(s.job.Run.Dir); err != nil {
		return fmt.Errorf("cannot write the checkpoint: %w", err)
	}
	return nil
}

// count brings what is counted elsewhere into the state.
func (s *settler) count() {
	s.state.Ahead = s.again.max(s.job.ahead())
	s.state.Reasons = s.reasons.reasons()
	s.state.Seconds = s.before.Seconds + time.Since(s.begun).Seconds()
	if s.job.Sender != nil {
		sent := s.job.Sender.Stats()
		s.state.Requests = s.before.Requests + sent.Requests
		s.state.Retries = s.before.Retries + sent.Retries
		s.state.Bytes = s.before.Bytes + sent.Bytes
	}
}

func (s *settler) progress(b *block) Progress {
	p := Progress{Ledger: s.state.Ledger, Requests: s.state.Requests, Retries: s.state.Retries}
	for i, source := range s.job.Sources {
		if source.Input.Size < 0 {
			p.Size = -1
			break
		}
		p.Size += source.Input.Size
		if i < b.source {
			p.Read += source.Input.Size
		}
	}
	p.Read += b.Read
	return p
}

// finish ends what this process does of the run, and returns the run's summary.
// Run.Finish ends the run for good.
func (s *settler) finish(err error) (*Summary, error) {
	s.count()
	if s.drained {
		s.state.Ahead = Ahead{}
	}
	switch {
	case err != nil && s.state.seen() == 0 && s.state.Requests == 0: // nothing to go on with
		s.state.Ended = endedDropped
	case errors.Is(err, rows.ErrChanged):
		s.state.Changed = err.Error()
	}
	if saveErr := s.store(); err == nil {
		err = saveErr
	}
	if s.job.Run != nil {
		s.job.Run.Checkpoint = s.state
	}
	if s.job.Forecast != nil {
		s.job.Forecast.finish()
	}
	s.rejected.close()
	s.receipt.close()
	return s.summary(), err
}
