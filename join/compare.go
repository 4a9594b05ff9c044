package join

import "slices"

// Counts is what a comparison of rows with a state found, in keys: people, where the keys
// are those of people.
type Counts struct {
	New       int64 `json:"new"`       // not in the state
	Changed   int64 `json:"changed"`   // in the state with another value
	Refreshed int64 `json:"refreshed"` // in the state with the same value, and due
	Unchanged int64 `json:"unchanged"` // in the state with the same value
	Gone      int64 `json:"gone"`      // in the state alone
}

// Terms are what a comparison goes by besides the values.
type Terms struct {
	// Due reports whether a key is to differ although its value is the same; nil: none.
	Due func(key uint64) bool
	// Doubt has the keys whose values are not certain, because a run that was sending
	// them did not end: they differ, and the state does not keep them. nil: none.
	Doubt *StateReader
	// Differ gets the rows that differ from Compare: Doubt and Update need no others.
	// nil: no one needs them.
	Differ *Sequence
}

// Compare finds the rows of s whose key is not in the state with the same value, and those
// that the terms make differ: all rows of a key or none. Without a state (nil) all rows
// differ. It reads the state to its end. Errors are those of the file system, and of a
// state that is damaged.
//
// A row that has changed is taken for unchanged with a chance of 2^-64.
func Compare(s *Sequence, old *StateReader, t Terms) (differ *Bits, c Counts, err error) {
	differ = new(Bits)
	set := func(r record) error {
		differ.Set(r.row)
		if t.Differ == nil {
			return nil
		}
		return t.Differ.put(r.row, r.Entry)
	}
	w := walk{old: entries{from: old}, doubt: entries{from: t.Doubt}, counts: &c}
	if err := w.begin(); err != nil {
		return nil, c, err
	}
	err = s.groups(func(g *group) error {
		same, err := w.meet(g.key, g.value)
		if err != nil {
			return err
		}
		if same && t.Due != nil && t.Due(g.key) {
			c.Unchanged--
			c.Refreshed++
			same = false
		}
		if same {
			return nil
		}
		return g.records(set)
	})
	if err == nil {
		err = w.finish()
	}
	return differ, c, err
}

// Update writes the state that follows from the rows of s, or those that differed, on the
// one that they were compared with: each key with its value, but none with a row for which
// failed holds. Keys that are in the old state alone stay, unless they are in doubt. A key
// that is left out because it did not differ can be lost if another one with the same
// first 48 bits did: it is new in the next comparison. Errors are as in Compare.
func Update(s *Sequence, old *StateReader, t Terms, failed func(row int64) bool, to *StateWriter) error {
	w := walk{old: entries{from: old}, doubt: entries{from: t.Doubt}, counts: new(Counts), keep: to.put}
	if err := w.begin(); err != nil {
		return err
	}
	err := s.groups(func(g *group) error {
		if _, err := w.meet(g.key, g.value); err != nil {
			return err
		}
		fails, err := g.any(failed)
		if !fails {
			w.fresh = append(w.fresh, g.value)
		}
		return err
	})
	if err == nil {
		err = w.finish()
	}
	return err
}

// Doubt writes the keys whose rows are about to be sent, and those that are in doubt
// already, for the Terms of a later comparison.
func Doubt(s *Sequence, differ *Bits, before *StateReader, to *StateWriter) error {
	e := entries{from: before}
	if err := e.next(); err != nil {
		return err
	}
	last, written := uint64(0), false
	put := func(key uint64) error {
		if written && key == last {
			return nil
		}
		last, written = key, true
		return to.put(key, 0)
	}
	err := s.groups(func(g *group) error {
		sent, err := g.any(differ.Has)
		for err == nil && e.more && e.from.key <= g.key>>keyShift {
			if err = put(e.from.key); err == nil {
				err = e.next()
			}
		}
		if err != nil || !sent {
			return err
		}
		return put(g.key >> keyShift)
	})
	for err == nil && e.more {
		if err = put(e.from.key); err == nil {
			err = e.next()
		}
	}
	return err
}

// Forget copies a state without the given keys. It returns how many entries it left out.
func Forget(old *StateReader, keys []uint64, to *StateWriter) (left int64, err error) {
	var short []uint64
	for _, k := range keys {
		short = append(short, k>>keyShift)
	}
	slices.Sort(short)
	for {
		ok, err := old.next()
		if err != nil || !ok {
			return left, err
		}
		if _, forget := slices.BinarySearch(short, old.key); forget {
			left++
		} else if err := to.put(old.key, old.value); err != nil {
			return left, err
		}
	}
}

// walk goes through a state beside the keys of a sequence. Keys whose first 48 bits are
// the same form a cluster: mostly one key and one entry.
type walk struct {
	old, doubt entries
	counts     *Counts

	inside  bool     // there is a cluster
	key     uint64   // of the cluster, its first 48 bits
	entries []uint64 // the values in the state that no key of the cluster has met
	missed  int64    // keys of the cluster whose value is not in the state

	keep  func(key, value uint64) error // nil: nothing is written
	fresh []uint64                      // values of the cluster to write
}

// entries are the entries of a state, one at a time.
type entries struct {
	from *StateReader // nil: there are none
	more bool         // from is at an entry
}

func (e *entries) next() (err error) {
	if e.from != nil {
		e.more, err = e.from.next()
	}
	return err
}

func (w *walk) begin() error {
	if err := w.old.next(); err != nil {
		return err
	}
	return w.doubt.next()
}

// doubted reports whether a key is in doubt, by its first 48 bits. Keys must not descend.
func (w *walk) doubted(key uint64) (bool, error) {
	for w.doubt.more && w.doubt.from.key < key {
		if err := w.doubt.next(); err != nil {
			return false, err
		}
	}
	return w.doubt.more && w.doubt.from.key == key, nil
}

// meet looks up a key. It reports whether the state has it with the value.
func (w *walk) meet(key, value uint64) (same bool, err error) {
	if key >>= keyShift; !w.inside || key != w.key {
		if err := w.conclude(); err != nil {
			return false, err
		}
		w.inside = true
		if err := w.advance(key); err != nil {
			return false, err
		}
	}
	i := slices.Index(w.entries, value)
	if i < 0 {
		w.missed++
		return false, nil
	}
	w.entries = slices.Delete(w.entries, i, i+1)
	doubted, err := w.doubted(key)
	if doubted {
		w.counts.Changed++
	} else {
		w.counts.Unchanged++
	}
	return !doubted, err
}

// advance passes over the entries before a key, and takes those of the key.
func (w *walk) advance(key uint64) error {
	w.key = key
	for w.old.more && w.old.from.key < key {
		if err := w.gone(w.old.from.key, w.old.from.value); err != nil {
			return err
		}
		if err := w.old.next(); err != nil {
			return err
		}
	}
	for w.old.more && w.old.from.key == key {
		w.entries = append(w.entries, w.old.from.value)
		if err := w.old.next(); err != nil {
			return err
		}
	}
	return nil
}

// gone counts an entry that no key of the sequence has, and keeps it unless it is in
// doubt.
func (w *walk) gone(key, value uint64) error {
	w.counts.Gone++
	if w.keep == nil {
		return nil
	}
	if doubted, err := w.doubted(key); doubted || err != nil {
		return err
	}
	return w.keep(key, value)
}

// conclude ends a cluster. Of the entries that no key has met, as many belong to changed
// keys as there are such keys; which ones cannot be told, so none of them is kept.
func (w *walk) conclude() error {
	rest := int64(len(w.entries))
	changed := min(w.missed, rest)
	w.counts.Changed += changed
	w.counts.New += w.missed - changed
	w.counts.Gone += rest - changed
	doubted, err := w.doubted(w.key)
	if err != nil {
		return err
	}
	if w.missed == 0 && !doubted {
		w.fresh = append(w.fresh, w.entries...)
	}
	for _, value := range w.fresh {
		if w.keep != nil {
			if err := w.keep(w.key, value); err != nil {
				return err
			}
		}
	}
	w.entries, w.fresh, w.missed = w.entries[:0], w.fresh[:0], 0
	return nil
}

// finish ends the last cluster, and passes over the rest of the state.
func (w *walk) finish() error {
	if err := w.conclude(); err != nil {
		return err
	}
	return w.advance(1 << 48)
}
