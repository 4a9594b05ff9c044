package simulator

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strconv"

	"github.com/ciobulk/ciobulk/internal/simulator/graph"
)

// A digest is of one person, suppressed identifier, event or segment.
type digest [sha256.Size]byte

// Fingerprint is a digest of the whole state: people with their identifiers,
// attributes, timestamps, devices and relationships, suppressed identifiers, events,
// objects, and segments with their members. It does not depend on the order of requests, nor on any cio_id or
// segment's id: an interrupted and resumed run has the fingerprint of an unbroken
// one, if nothing was lost and nothing happened twice. Values are compared as they
// were sent: 1 is not 1.0.
func (w *Workspace) Fingerprint() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.state.fingerprint()
}

func (s *state) fingerprint() string {
	all := make([]digest, 0, s.count+len(s.suppressed)+len(s.events)+len(s.segments))
	for _, p := range s.people {
		if p != nil {
			all = append(all, s.digestPerson(p))
		}
	}
	for k := range s.suppressed {
		all = append(all, digestOf("suppressed", k.kind.String(), k.value))
	}
	for _, e := range s.events {
		all = append(all, digestOf("event", e.owner.kind.String(), e.owner.value,
			e.Action, e.Name, e.ID, strconv.FormatInt(e.Timestamp, 10), string(e.Attributes)))
	}
	for _, g := range s.segments {
		all = append(all, s.digestSegment(g))
	}
	name := func(p graph.Person) []string { k := s.owner(s.people[p]); return []string{k.kind.String(), k.value} }
	s.graph.Facts(name, func(fields ...string) { all = append(all, digestOf(fields...)) })
	slices.SortFunc(all, func(a, b digest) int { return bytes.Compare(a[:], b[:]) })
	sum := sha256.New()
	for _, d := range all {
		sum.Write(d[:])
	}
	return hex.EncodeToString(sum.Sum(nil))
}

func (s *state) digestPerson(p *person) digest {
	fields := make([]string, 0, 5+2*len(p.attributes))
	fields = append(fields, "person", strconv.FormatInt(p.updated, 10))
	for k, value := range p.identifiers {
		fields = append(fields, s.config.key(kind(k), value).value)
	}
	for _, a := range p.attributes {
		fields = append(fields, a.name.Value(), a.value)
	}
	return digestOf(fields...)
}

// digestOf writes lengths, so that different lists of fields have different digests.
func digestOf(fields ...string) digest {
	var text []byte
	for _, f := range fields {
		text = binary.AppendUvarint(text, uint64(len(f)))
		text = append(text, f...)
	}
	return sha256.Sum256(text)
}
