package importer

import (
	"context"
	"errors"
	"io"

	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
)

// Visit is one row that would be sent. It is valid until the next one.
type Visit struct {
	Source int
	Row    int64 // its number among the rows of all sources, from 0
	Block  *rows.Block
	Record int // in the block
	Mapper *mapping.Mapper
	Op     []byte // as it would be sent
	Hash   uint64 // of the person's identifier
}

// Seen counts the rows that Each has read.
type Seen struct {
	Rows, Rejected, Filtered, Duplicates int64 // those of other shards are not among them
}

// Each reads the sources of an import to their ends and calls visit for each row that would be sent,
// in order, on the caller's goroutine. The sources cannot be used again after that.
// Errors are those of reading, the context's cause and those of visit.
func Each(ctx context.Context, im *Import, visit func(*Visit) error) (Seen, error) {
	im.begin()
	e := &each{im: im, left: im.Limit, visit: visit, opened: func(*rows.Input, int64) {}}
	err := e.all(ctx)
	return e.Seen, err
}

// each reads sources one after the other. It belongs to one goroutine.
type each struct {
	Seen
	im      *Import
	first   int64 // rows of the sources before the present one
	skipped int64
	left    int64 // rows that may still be looked at; negative: all
	opened  func(in *rows.Input, first int64)
	visit   func(*Visit) error
	op      []byte
}

func (e *each) all(ctx context.Context) error {
	if e.im.Limit == 0 {
		e.left = -1
	}
	for i := range e.im.Sources {
		if err := e.source(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

func (e *each) source(ctx context.Context, source int) error {
	in, end, err := e.im.Sources[source].open()
	if err != nil {
		return err
	}
	defer end()
	e.opened(in, e.first)
	var b rows.Block
	v := Visit{Source: source, Block: &b, Mapper: e.im.Sources[source].Plan.Mapper(in, e.im.terms(source))}
	for e.left != 0 {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		err := in.Next(&b, 1<<14, blockBytes)
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = e.block(&v)
		}
		if err != nil {
			return err
		}
	}
	e.first += in.At().Row
	return nil
}

func (e *each) block(v *Visit) error {
	for i := range v.Block.Len() {
		if e.skipped < e.im.Skip {
			e.skipped++
			continue
		}
		if e.left == 0 {
			return nil
		}
		e.left--
		if err := e.row(v, i); err != nil {
			return err
		}
	}
	return nil
}

func (e *each) row(v *Visit, i int) error {
	var outcome mapping.Outcome
	e.op, v.Hash, outcome = v.Mapper.Append(e.op[:0], v.Block, i)
	if outcome == mapping.Elsewhere {
		return nil
	}
	e.Rows++
	switch outcome {
	case mapping.Rejected:
		e.Rejected++
	case mapping.Filtered:
		e.Filtered++
	case mapping.Duplicate:
		e.Duplicates++
	case mapping.Send:
		v.Op, v.Record, v.Row = e.op, i, e.first+v.Block.Start.Row+int64(i)
		return e.visit(v)
	}
	return nil
}
