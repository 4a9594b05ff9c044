package simulator

import (
	"bytes"
	"fmt"
	"net/http"
)

// count is the whole of a batch's judging under Config.CountOnly.
func (w *Workspace) count(body []byte, p *plan) reply {
	operations, problem := countOperations(body)
	if problem != nil {
		return refused(*problem)
	}
	return w.counted(operations, tally{}, p)
}

// countIDs is the same for a request about a segment's people.
func (w *Workspace) countIDs(body []byte, p *plan) reply {
	ids, err := countIDs(body)
	if err != nil {
		return failure(http.StatusBadRequest, err.Error())
	}
	return w.counted(ids, tally{segmentIDs: ids}, p)
}

// counted adds the operations to the tally and that to the figures.
func (w *Workspace) counted(operations int, t tally, p *plan) reply {
	w.meter.packed(operations)
	if p.tooMany(operations) {
		return failure(http.StatusRequestEntityTooLarge, "request body too large")
	}
	t.outcomes[applied] = operations
	w.meter.judged(t)
	return accepted()
}

// countOperations counts objects that begin with the type, spelt without white
// space, as most clients write an entity: looking at nothing but the braces is
// six times as fast as looking for the type, and forty times as fast as
// reading the JSON. A body in which no object begins so is searched for the
// type anywhere, and one in which that is not found is read. So an attribute
// whose value is an object {"type":"person"} counts as an operation too: send
// none to a workspace that only counts.
func countOperations(body []byte) (int, *refusal) {
	const first, anywhere = `{"type":"person"`, `"type":"person"`
	n := 0
	for at := 0; ; at++ {
		brace := bytes.IndexByte(body[at:], '{')
		if brace < 0 {
			break
		}
		at += brace
		if bytes.HasPrefix(body[at:], []byte(first)) {
			n++
		}
	}
	if n == 0 {
		n = bytes.Count(body, []byte(anywhere))
	}
	if n > 0 {
		return n, nil
	}
	entities, problem := parseBatch(body)
	return len(entities), problem
}

// countIDs counts the quotes of a body in which nothing is escaped and that
// begins as most clients write it, and reads any other. Of the former it is
// not noticed if the rest is malformed, or ids are empty.
func countIDs(body []byte) (int, error) {
	const first = `{"ids":["`
	if !bytes.HasPrefix(body, []byte(first)) || bytes.IndexByte(body, '\\') >= 0 {
		ids, err := textsOf(body, "ids", maxSegmentIDs)
		return len(ids), err
	}
	n := bytes.Count(body, []byte{'"'})/2 - 1
	if n > maxSegmentIDs {
		return 0, fmt.Errorf("ids must hold 1 to %d strings", maxSegmentIDs)
	}
	return n, nil
}
