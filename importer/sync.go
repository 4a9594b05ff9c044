package importer

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"os"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/join"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/ciobulk/ciobulk/runs"
)

// Members is who is in a segment, on disk. Close it in the end.
type Members struct {
	keys *join.Sequence
	list *os.File // of their identifiers, as CSV
	n    int64
}

// ReadMembers reads the members of a segment, who are found by a match field. Someone who
// does not have it is in no file. Temporary files go to dir, which has no other users.
// Errors are those of the service and of the file system.
func ReadMembers(ctx context.Context, all iter.Seq2[customerio.PersonRef, error], match customerio.Match, secret join.Secret, dir string) (m *Members, err error) {
	m = &Members{keys: join.NewSequence(dir)}
	if m.list, err = os.CreateTemp(dir, "members-*.tmp"); err != nil {
		return nil, err
	}
	_ = os.Remove(m.list.Name()) // where an open file keeps its name, Close removes it
	buffered := bufio.NewWriterSize(m.list, 64<<10)
	w := csv.NewWriter(buffered)
	id := mapping.Identifier{Match: match}
	for ref, err := range all {
		if err == nil {
			err = m.keys.Add(join.Entry{Key: KeyOf(secret, memberHash(&id, ref))})
		}
		if err == nil {
			err = w.Write([]string{ref.CioID, ref.ID, ref.Email})
		}
		if err != nil {
			m.Close()
			return nil, err
		}
		m.n++
	}
	w.Flush()
	if err := errors.Join(w.Error(), buffered.Flush(), ctx.Err()); err != nil {
		m.Close()
		return nil, err
	}
	return m, nil
}

// memberHash is the hash of the identifier by which a file may name a member, or one that
// no row of a file has.
func memberHash(id *mapping.Identifier, ref customerio.PersonRef) uint64 {
	value := map[customerio.Match]string{customerio.ID: ref.ID, customerio.Email: ref.Email, customerio.CioID: ref.CioID}[id.Match]
	named := *id
	named.Accept = []string{value} // it identifies someone already
	hash, problem := named.Hash(value)
	if value == "" || problem != "" {
		other := mapping.Identifier{Match: customerio.CioID, Accept: []string{ref.CioID}}
		hash, _ = other.Hash("member " + ref.CioID)
	}
	return hash
}

// Count returns how many members were read; someone may be among them twice.
func (m *Members) Count() int64 { return m.n }

// Each calls do with the members among the given ones, in the order in which they were
// read: cio_id, id and email.
func (m *Members) Each(which *join.Bits, do func(member []string) error) error {
	if _, err := m.list.Seek(0, io.SeekStart); err != nil {
		return err
	}
	r := csv.NewReader(m.list)
	r.ReuseRecord = true
	for n := int64(0); ; n++ {
		member, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if which.Has(n) {
			if err := do(member); err != nil {
				return err
			}
		}
	}
}

// Added returns which members are not in what was sent before.
func (m *Members) Added(old *join.StateReader) (others *join.Bits, err error) {
	others, _, err = join.Compare(m.keys, old, join.Terms{})
	return others, err
}

// Close removes the temporary files.
func (m *Members) Close() error {
	err := m.list.Close()
	_ = os.Remove(m.list.Name())
	return errors.Join(err, m.keys.Close())
}

// Lacks finds whom a segment lacks and whom it has beyond the rows, of changes that were
// read by identifiers alone. After it, the rows to send are the first one of each person
// who is not a member. Counts has them as New, the extra members as Gone, and those who
// are in both as Unchanged.
func (c *Changes) Lacks(m *Members) (extra *join.Bits, err error) {
	c.differ, extra, c.Counts.Unchanged, err = join.Diff(c.rows, m.keys)
	if err == nil {
		c.Counts.New, c.Counts.Gone = c.differ.Count(), extra.Count()
	}
	return extra, err
}

// Unmatched returns the changes of the people who are not among the members once the rows
// were sent: for EachSent, and with their number as New. Rows that the run did not deliver
// are not among them. It shares the files of c, and is not closed.
func (c *Changes) Unmatched(m *Members, sources []Source, run *runs.Run) (*Changes, error) {
	u := *c
	if _, err := u.Lacks(m); err != nil {
		return nil, err
	}
	failed, err := c.refused(sources, run)
	if err != nil || failed.Count() == 0 {
		return &u, err
	}
	lacking := u.differ
	u.differ = new(join.Bits)
	for row := range c.rows.Len() {
		if lacking.Has(row) && !failed.Has(row) {
			u.differ.Set(row)
		}
	}
	u.Counts.New = u.differ.Count()
	return &u, nil
}

// Remember writes the people among the rows who were added: now, or by what was sent
// before.
func (c *Changes) Remember(old *join.StateReader, to *join.StateWriter) error {
	others, _, err := join.Compare(c.rows, old, join.Terms{})
	if err != nil {
		return err
	}
	kept := new(join.Bits)
	for row := range c.rows.Len() {
		if c.differ.Has(row) || !others.Has(row) {
			kept.Set(row)
		}
	}
	return join.Doubt(c.rows, kept, nil, to)
}

// EachSent calls do with the rows that Lacks found, in their order, and the identifier of
// each. The sources are read to their ends.
func (c *Changes) EachSent(ctx context.Context, im *Import, do func(input string, row int64, value []byte) error) error {
	for i, source := range im.Sources {
		in, end, err := source.open()
		if err != nil {
			return err
		}
		err = c.eachOf(ctx, i, in, source.Plan.Mapper(in, im.terms(i)), do)
		end()
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *Changes) eachOf(ctx context.Context, source int, in *rows.Input, m *mapping.Mapper, do func(string, int64, []byte) error) error {
	var b rows.Block
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		err := in.Next(&b, 1<<14, blockBytes)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		for i := range b.Len() {
			if !c.sends(source, b.Start.Row+int64(i)) {
				continue
			}
			value, _, _ := m.Identify(&b, i)
			if err := do(rows.Printable(in.Path), m.Row().Number, value); err != nil {
				return err
			}
		}
	}
}
