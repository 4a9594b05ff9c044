package simulator

import (
	"bytes"
	"fmt"
	"net/http"

	"github.com/ciobulk/ciobulk/internal/simulator/scan"
)

// count replaces judge under Config.CountOnly.
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

// counted adds the operations to the tally, and the tally to the figures.
func (w *Workspace) counted(operations int, t tally, p *plan) reply {
	w.meter.packed(operations)
	if p.tooMany(operations) {
		return failure(http.StatusRequestEntityTooLarge, "request body too large")
	}
	t.outcomes[applied] = operations
	w.meter.judged(t)
	return accepted()
}

// countOperations counts objects that begin with the type, without white space, as
// most clients write an entity: looking only at the braces is six times as fast as
// looking for the type, and forty times as fast as reading the JSON. If no object
// begins like that, it searches for the type anywhere, and if that is not found, it
// reads the body. So an attribute whose value is an object {"type":"person"}, or {"type":"object"}, also
// counts as an operation: send none to a workspace that only counts.
func countOperations(body []byte) (int, *refusal) {
	const first, object, anywhere = `{"type":"person"`, `{"type":"object"`, `"type":"person"`
	n := 0
	for at := 0; ; at++ {
		brace := bytes.IndexByte(body[at:], '{')
		if brace < 0 {
			break
		}
		at += brace
		if bytes.HasPrefix(body[at:], []byte(first)) || bytes.HasPrefix(body[at:], []byte(object)) {
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

// countIDs counts the quotes of a body that has no escapes and begins as most clients
// write it, and reads any other. In the first case it does not notice malformed text
// or empty ids.
func countIDs(body []byte) (int, error) {
	const first = `{"ids":["`
	if !bytes.HasPrefix(body, []byte(first)) || bytes.IndexByte(body, '\\') >= 0 {
		ids, err := scan.TextsOf(body, "ids", maxSegmentIDs)
		return len(ids), err
	}
	n := bytes.Count(body, []byte{'"'})/2 - 1
	if n > maxSegmentIDs {
		return 0, fmt.Errorf("ids must hold 1 to %d strings", maxSegmentIDs)
	}
	return n, nil
}
