package importer

import (
	"context"
	"encoding/binary"
	"fmt"

	"github.com/cespare/xxhash/v2"
	"github.com/ciobulk/ciobulk/join"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/ciobulk/ciobulk/runs"
)

// Changes is which rows differ from what was last sent. Make it by ReadChanges, then
// call Compare; after the run, Update writes what was sent. Close it in the end. Memory is
// some 20 MiB and a bit per row.
type Changes struct {
	// Counts are people: those who are new, who have changed, and so on.
	Counts join.Counts
	// Rejected is how many rows cannot be sent.
	Rejected int64

	byIdentifier bool           // of a row, only the identifier counts
	keys, values uint64         // seeds of the hashes
	rows         *join.Sequence // after Compare with a state, of those that differ
	differ       *join.Bits
	dir          string
	first        []int64 // by source: the number of its first row among those of all
	read         int64   // rows of the last source
	text         xxhash.Digest
}

// ReadChanges reads the sources of an import to their ends, which cannot be used for Do after
// that: open them again. Of each row that would be sent it keeps two hashes that are made
// with the secret: of who it is about, and of the operation, without what the mapping
// excludes from comparisons. Temporary files go to dir. Errors are those of Do.
func ReadChanges(ctx context.Context, im *Import, secret join.Secret, dir string) (*Changes, error) {
	return readChanges(ctx, im, &Changes{}, secret, dir)
}

// ReadPeople is ReadChanges of the identifiers alone.
func ReadPeople(ctx context.Context, im *Import, secret join.Secret, dir string) (*Changes, error) {
	return readChanges(ctx, im, &Changes{byIdentifier: true}, secret, dir)
}

func readChanges(ctx context.Context, im *Import, c *Changes, secret join.Secret, dir string) (*Changes, error) {
	c.rows, c.dir = join.NewSequence(dir), dir
	c.keys, c.values = binary.LittleEndian.Uint64(secret[:]), binary.LittleEndian.Uint64(secret[8:])
	first := Import{
		Verb: im.Verb, Call: im.Call, BatchRows: im.BatchRows, Match: im.Match, Sources: im.Sources, Begun: im.Begun, Shard: im.Shard, Duplicates: im.Duplicates,
		Class: im.Class, Skip: im.Skip, Limit: im.Limit, Stop: im.Stop, comparing: c,
	}
	summary, err := first.Do(ctx)
	if err != nil {
		c.Close()
		return nil, err
	}
	c.Rejected = summary.Rejected
	return c, nil
}

// add notes the operations of a block. Blocks come in the order of the sources.
func (c *Changes) add(b *block, m mapped) error {
	for len(c.first) <= b.source {
		next := c.read
		if n := len(c.first); n > 0 {
			next += c.first[n-1]
		}
		c.first, c.read = append(c.first, next), 0
	}
	c.read = b.End.Row
	at := c.first[b.source] + b.Start.Row
	for _, it := range m.items {
		value := uint64(0)
		if !c.byIdentifier {
			c.text.ResetWithSeed(c.values)
			_, _ = c.text.Write(m.ops[it.start:it.end]) // it never fails
			value = c.text.Sum64()
		}
		if err := c.rows.AddAt(at+int64(it.record), join.Entry{Key: spread(it.hash, c.keys), Value: value}); err != nil {
			return err
		}
	}
	return nil
}

// KeyOf returns the key of a person in comparisons with a secret, from the hash of the
// identifier. No two hashes have one key.
func KeyOf(secret join.Secret, hash uint64) uint64 {
	return spread(hash, binary.LittleEndian.Uint64(secret[:]))
}

func spread(hash, seed uint64) uint64 {
	h := hash ^ seed
	h = (h ^ h>>32) * 0xd6e8feb86659fd93
	h = (h ^ h>>32) * 0xd6e8feb86659fd93
	return h ^ h>>32
}

// Compare finds the rows to send. It may be called once. Without a state (nil) all rows
// are sent.
func (c *Changes) Compare(old *join.StateReader, t join.Terms) (err error) {
	if old == nil {
		c.differ, c.Counts, err = join.Compare(c.rows, nil, t)
		return err
	}
	all := c.rows
	defer all.Close()
	c.rows = join.NewSequence(c.dir)
	t.Differ = c.rows
	c.differ, c.Counts, err = join.Compare(all, old, t)
	return err
}

// Rows returns how many rows differ.
func (c *Changes) Rows() int64 { return c.differ.Count() }

// Doubt writes whom the run is about to send, see join.Doubt.
func (c *Changes) Doubt(before *join.StateReader, to *join.StateWriter) error {
	return join.Doubt(c.rows, c.differ, before, to)
}

// Update writes what was last sent, once the run has ended: what it was before, with the
// people whose rows were all accepted, and without those of whom a row is in the run's
// rejected file. A run of nil has sent everything.
func (c *Changes) Update(old *join.StateReader, t join.Terms, sources []Source, run *runs.Run, to *join.StateWriter) error {
	failed, err := c.refused(sources, run)
	if err != nil {
		return err
	}
	return join.Update(c.rows, old, t, failed.Has, to)
}

// refused returns the rows of the sources that are in the run's rejected file; none for a
// run of nil.
func (c *Changes) refused(sources []Source, run *runs.Run) (*join.Bits, error) {
	failed := new(join.Bits)
	if run == nil {
		return failed, nil
	}
	places := make(map[string][]int64) // of the first rows of the inputs of a name
	for i, first := range c.first {
		path := rows.Printable(sources[i].Input.Path)
		places[path] = append(places[path], first)
	}
	unknown := ""
	err := run.EachRefused(func(r runs.Refused) {
		if places[r.Input] == nil {
			unknown = r.Input
		}
		for _, first := range places[r.Input] { // of an input that is named twice, both
			failed.Set(first + r.Row - 1)
		}
	})
	if err == nil && unknown != "" {
		err = fmt.Errorf("the rejected file names the input %q, which the run does not have", unknown)
	}
	return failed, err
}

// Undelivered returns which rows of an import the run did not deliver, counted from 0 in
// their source: they are in its rejected file, or did not differ and were not sent.
func Undelivered(sources []Source, run *runs.Run, c *Changes) (left func(source int, row int64) bool, err error) {
	refused := make(map[string]*join.Bits) // by the name of the input
	err = run.EachRefused(func(r runs.Refused) {
		if refused[r.Input] == nil {
			refused[r.Input] = new(join.Bits)
		}
		refused[r.Input].Set(r.Row - 1)
	})
	return func(source int, row int64) bool {
		bits := refused[rows.Printable(sources[source].Input.Path)]
		return bits != nil && bits.Has(row) || !c.sends(source, row)
	}, err
}

// sends reports whether a row differs.
func (c *Changes) sends(source int, row int64) bool {
	return c == nil || source < len(c.first) && c.differ.Has(c.first[source]+row)
}

// Close removes the temporary files.
func (c *Changes) Close() error { return c.rows.Close() }
