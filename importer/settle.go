package importer

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/ciobulk/ciobulk/rows/charset"
	"github.com/ciobulk/ciobulk/runs"
)

// settler records verdicts. It belongs to the settling goroutine, which owns
// the rejected file and the checkpoint.
type settler struct {
	im       *Import
	state    runs.Checkpoint
	before   runs.Checkpoint // as it was when this process began
	again    runs.Ahead      // what of the rows to come may have been sent before
	reasons  *runs.Tally
	found    mapping.Findings
	rejected *runs.Rejected
	ids      *runs.IDs     // nil: nothing is recorded
	receipt  *runs.Receipt // nil: there is none
	worker   *worker       // for the receipt and the origins of rows
	parsed   int           // the source of parser
	parser   *rows.Parser  // to render rejected rows; nil: none yet
	begun    time.Time
	blocks   int  // settled by this process
	drained  bool // all that was sent is settled
}

func newSettler(im *Import) (*settler, error) {
	s := &settler{im: im, worker: newWorker(im), begun: time.Now()}
	first := im.Sources[0].Input
	if im.Run != nil {
		s.state = im.Run.Checkpoint
		s.rejected, s.ids = runs.NewRejected(im.Run, first), runs.NewIDs(im.Run)
		if im.Receipt != "" {
			s.receipt = runs.NewReceipt(im.Run, im.Receipt)
		}
	} else {
		s.state.StartedAt = s.begun.UTC()
		s.rejected = runs.RejectedAt(im.RejectedPath, first)
	}
	s.before, s.again = s.state, s.state.Ahead
	s.reasons = runs.NewTally(s.state.Reasons)
	if s.state.Found != nil {
		if err := json.Unmarshal(s.state.Found, &s.found); err != nil {
			return nil, fmt.Errorf("the checkpoint's findings cannot be read: %w", err)
		}
	}
	return s, s.save() // with what is going to be ahead of it
}

// answered notes the verdicts of a batch in the blocks of its rows.
func (s *settler) answered(t *batch) {
	for _, o := range t.origins {
		o.block.left--
		o.block.accepted++
	}
	if s.receipt != nil {
		for _, o := range t.origins {
			o.block.answered[o.record] = t.at
		}
	}
	for _, r := range t.rejections {
		o := t.origins[r.Index]
		o.block.accepted--
		o.block.refused = append(o.block.refused, refused{o.record, r})
	}
	if s.im.Sender == nil {
		s.state.Requests++
		s.state.Bytes += int64(t.Size())
	}
}

// settle settles blocks: their rejected rows are written and on the disk before
// the checkpoint moves past them, and only then is progress reported.
func (s *settler) settle(blocks []*block) error {
	before, found := s.state, s.found
	if err := s.write(blocks); err != nil {
		// These blocks are not settled, and the run's last checkpoint must not
		// include them.
		s.state, s.reasons, s.found = before, runs.NewTally(before.Reasons), found
		return err
	}
	last := blocks[len(blocks)-1]
	s.state.Position = runs.Position{Source: last.source, Position: last.End}
	s.state.Settled = runs.Settled{Earlier: last.earlier, Source: last.Sum}
	if err := s.save(); err != nil {
		return err
	}
	if s.im.Progress != nil {
		s.im.Progress(s.progress(last))
	}
	return nil
}

// write records blocks and writes the rows that they reject to the disk.
func (s *settler) write(blocks []*block) error {
	for _, b := range blocks {
		if err := s.record(b); err != nil {
			return err
		}
	}
	err := s.rejected.Flush()
	s.state.RejectedFile = s.rejected.Extent()
	if err == nil && s.ids != nil {
		err = s.ids.Flush()
		s.state.IDsFile = s.ids.Extent()
	}
	if err == nil && s.receipt != nil {
		err = s.receipt.Flush()
		s.state.ReceiptFile = s.receipt.Extent()
	}
	if err != nil {
		return fmt.Errorf("cannot write the verdicts on the rows: %w", err)
	}
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
		row := s.parserOf(b.source).Row(&b.Block, int(r.record))
		s.reasons.Add(runs.Reason{Reason: r.Reason, Field: r.Field, Status: r.Status, Input: shown(s.origin(b, r.record)), Row: row.Number, Line: row.Line})
		s.rejected.Add(s.im.Sources[b.source].Input, s.origin(b, r.record), row, s.parser.Columns(),
			runs.Refusal{Reason: r.Reason, Field: r.Field, Message: r.Message, Status: r.Status})
		if r.Unknown && s.ids != nil {
			if id, derived := s.worker.of(b.source).DerivedID(&b.Block, int(r.record)); derived {
				s.ids.Add(s.origin(b, r.record), row.Number, id)
			}
		}
	}
	for _, r := range b.replaced {
		if len(s.state.Replaced) == runs.MaxReplaced {
			break
		}
		row := s.parserOf(b.source).Row(&b.Block, int(r.record))
		s.state.Replaced = append(s.state.Replaced, runs.Replaced{Input: shown(s.origin(b, r.record)), Row: row.Number, Line: row.Line, By: r.by})
	}
	if s.receipt != nil {
		s.certify(b)
	}
	return nil
}

// parserOf returns the parser of a source. Blocks come in the order of the sources.
func (s *settler) parserOf(source int) *rows.Parser {
	if s.parser == nil || s.parsed != source {
		s.parsed, s.parser = source, s.im.Sources[source].Input.Parser(rows.ReportColumns)
	}
	return s.parser
}

// origin returns the path, as it was given, of the input that a row comes from: in a
// file of rejected rows, the input that it was rejected from.
func (s *settler) origin(b *block, record uint32) string {
	in := s.im.Sources[b.source].Input
	if in.Rejected {
		if name, rejected := s.worker.of(b.source).Origin(&b.Block, int(record)); rejected {
			return name
		}
	}
	return rows.Printable(in.Path)
}

// shown is what messages call the input at a path.
func shown(path string) string {
	if path == "-" {
		return "standard input"
	}
	return path
}

// judge sorts what was refused by rows, and counts the block's
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
	l.Unchanged += b.same
	s.state.Odd.Add(b.odd)
	s.found.Merge(&b.found)
	l.Duplicates += int64(len(b.replaced))
	s.state.Triggers += b.live
	l.Unknown += unknown
	l.Rejected += int64(len(b.refused)) - unknown
	l.Accepted += b.accepted
	return nil
}

// repeat counts the block's rows that a process before this one may have sent. What it
// sent of blocks after its checkpoint was at most a window of them, each with no more text
// than blockBytes and one read, or of one row.
func (s *settler) repeat(b *block) {
	if s.again.Rows <= 0 || s.again.Bytes <= 0 {
		return
	}
	s.state.Resent += min(int64(b.sent), s.again.Rows)
	s.again.Rows -= int64(b.sent)
	s.again.Bytes -= int64(min(b.text, b.sent*blockBytes))
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
	if s.im.Run == nil {
		return nil
	}
	if err := s.im.Run.Save(s.state); err != nil {
		return fmt.Errorf("cannot write the checkpoint: %w", err)
	}
	return nil
}

// count brings what is counted elsewhere into the state.
func (s *settler) count() {
	s.state.Ahead = s.again.Max(s.im.ahead())
	s.state.Reasons = s.reasons.Reasons()
	if s.found != (mapping.Findings{}) {
		s.state.Found, _ = json.Marshal(&s.found) // numbers alone
	}
	s.state.Seconds = s.before.Seconds + time.Since(s.begun).Seconds()
	if s.im.Sender != nil {
		sent := s.im.Sender.Stats()
		s.state.Requests = s.before.Requests + sent.Requests
		s.state.Retries = s.before.Retries + sent.Retries
		s.state.Bytes = s.before.Bytes + sent.Bytes
	}
}

func (s *settler) progress(b *block) Progress {
	p := Progress{Ledger: s.state.Ledger, Requests: s.state.Requests, Retries: s.state.Retries, Bytes: s.state.Bytes}
	if s.im.Sender != nil {
		p.Throttled = s.im.Sender.Stats().Throttled
	}
	for i, source := range s.im.Sources {
		if source.Input.Size < 0 {
			p.Size = -1
			break
		}
		p.Size += source.Input.Size
		if i < b.source {
			p.Read += source.Input.Size
		}
	}
	p.Read += consumed(s.im.Sources[b.source].Input, b)
	return p
}

// consumed returns how many bytes of its file the rows up to the end of a block are, as
// far as that is known: files are read ahead.
func consumed(in *rows.Input, b *block) int64 {
	if in.Compression == "" && in.Stored != rows.XLSX && in.Encoding == charset.UTF8 {
		return min(b.End.Offset, b.Read)
	}
	return b.Read
}

// finish ends what this process does of the run, and returns the run's summary.
// Run.Finish ends the run for good.
func (s *settler) finish(err error) (*runs.Summary, error) {
	s.count()
	if s.drained {
		s.state.Ahead = runs.Ahead{}
	}
	switch {
	case err != nil && s.state.Seen() == 0 && s.state.Requests == 0: // there is nothing to continue
		s.state.Ended = runs.Dropped
	case errors.Is(err, rows.ErrChanged):
		s.state.Changed = err.Error()
	}
	if saveErr := s.store(); err == nil {
		err = saveErr
	}
	if s.im.Forecast != nil {
		s.im.Forecast.finish()
	}
	s.rejected.Close()
	if s.ids != nil {
		s.ids.Close()
	}
	if s.receipt != nil {
		s.receipt.Close()
	}
	return summaryOf(s), err
}
