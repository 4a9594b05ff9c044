package simulator

// An outcome is the result of an operation that was not rejected. The client gets
// 200 for all of them.
type outcome uint8

const (
	applied    outcome = iota
	duplicate          // an event whose id was seen before
	stale              // an identify older than the person's latest
	suppressed         // a write to a blocked identifier
	unknown            // an unknown cio_id, or _update of a person who does not exist
	full               // an identify that would exceed the attributes a person may have
	outcomes           // how many there are
)

func (o outcome) String() string {
	return [...]string{"applied", "duplicate", "stale", "suppressed", "nobody", "full"}[o]
}

// carryOut applies an operation. conflict reports that an identifier among
// the attributes was not given to the person; the rest was applied.
func (s *state) carryOut(op *operation) (o outcome, conflict bool) {
	s.sequence++
	_, blocked := s.suppressed[op.key]
	switch {
	case op.typ != "person":
		o = beyond(s, op)
	case op.action == "delete":
		s.remove(s.find(op.key))
	case op.action == "unsuppress":
		o = s.unsuppress(op.key)
	case blocked:
		o = suppressed
	case op.action == "suppress":
		o = s.suppress(op.key)
	case op.action == "identify":
		o, conflict = s.identify(op)
	case op.action == "event", op.action == "page", op.action == "screen":
		o = s.event(op)
	default:
		o = beyond(s, op)
	}
	if s.config.KeepLog {
		s.record(op, o, conflict)
	}
	return o, conflict
}

func (s *state) identify(op *operation) (_ outcome, conflict bool) {
	p := s.find(op.key)
	if p == nil {
		p = s.heir(op)
	}
	switch {
	case p == nil && (op.updateOnly || op.key.kind == byCioID):
		return unknown, false
	case p == nil:
		p = s.create()
	case op.dated && op.timestamp < p.updated:
		return stale, false
	case overfull(p, op):
		return full, false
	}
	if op.dated {
		p.updated = op.timestamp
	}
	if op.key.kind != byCioID && p.identifiers[op.key.kind] == "" {
		s.assign(p, op.key.kind, op.value)
	}
	if s.config.AutoMerge && !op.updateOnly {
		mergeClaimed(s, p, op)
	}
	for _, c := range op.claims {
		conflict = !s.claim(p, c, op.key.kind) || conflict
	}
	p.attributes = merge(p.attributes, op.attributes)
	adopt(s, p, op)
	if op.details != nil {
		relate(s, p, op.details.relations, true)
	}
	return applied, conflict
}

// heir is the person who gets the operation's identifier, which no one has yet: a
// person who has one of the identifiers among the attributes, and none of the
// operation's kind. An update-only operation makes no such change.
func (s *state) heir(op *operation) *person {
	if op.updateOnly || op.key.kind == byCioID {
		return nil
	}
	for _, c := range op.claims {
		if p := s.find(c.key); p != nil && p.identifiers[op.key.kind] == "" {
			return p
		}
	}
	return nil
}

// claim gives the person the identifier and reports whether it could: no one else may
// have it, it must not be suppressed, and one that is set already is changed only by
// cio_id.
func (s *state) claim(p *person, c claim, by kind) bool {
	k, held := c.key.kind, p.identifiers[c.key.kind]
	if s.config.key(k, held) == c.key {
		return true
	}
	mayChange := by == byCioID || s.config.EmailByID && k == byEmail && by == byID
	if held != "" && !mayChange {
		return false
	}
	_, blocked := s.suppressed[c.key]
	if blocked || s.find(c.key) != nil {
		return false
	}
	s.assign(p, k, c.value)
	return true
}

// overfull reports whether the person would have too many attributes.
func overfull(p *person, op *operation) bool {
	if len(p.attributes)+len(op.attributes) <= maxAttributeCount {
		return false
	}
	trial := append([]attribute{}, p.attributes...)
	return len(merge(trial, op.attributes)) > maxAttributeCount
}

func (s *state) event(op *operation) outcome {
	p := s.find(op.key)
	if p == nil && op.key.kind == byCioID {
		return unknown
	}
	if op.id != (ulid{}) && !s.ids.add(op.id) {
		return duplicate
	}
	if p == nil && s.config.EventsCreatePeople {
		p = s.create()
		s.assign(p, op.key.kind, op.value)
	}
	e := Event{
		Sequence: s.sequence, Action: op.action, Name: op.name, ID: op.id.String(),
		Kind: op.key.kind.String(), Value: op.value, Timestamp: op.timestamp,
		Attributes: op.raw(), owner: op.key,
	}
	if p != nil {
		e.CioID = p.cioID()
		if op.key.kind == byCioID {
			e.owner = s.owner(p)
		}
	}
	s.events = append(s.events, e)
	return applied
}

// owner identifies a person in a fingerprint.
func (s *state) owner(p *person) key {
	if keys := s.keys(p); len(keys) > 0 {
		return keys[0]
	}
	return key{}
}
