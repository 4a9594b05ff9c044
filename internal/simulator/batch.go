package simulator

import (
	"encoding/json"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/ciobulk/ciobulk/internal/simulator/scan"
)

func (w *Workspace) serveBatch(c call) reply {
	return w.withFaults(c, func() reply { return w.judge(c.body, c.plan) })
}

// withFaults applies the faults, and does what they do not prevent.
func (w *Workspace) withFaults(c call, do func() reply) reply {
	p := c.plan
	fate := p.next(c.body)
	switch {
	case fate.hang:
		hang(c.Context(), p.Hang)
		return reply{cut: cutReset}
	case fate.cutBefore:
		return reply{cut: cutReset}
	case fate.answer != nil:
		return *fate.answer
	case fate.status != 0:
		return w.faulty(fate, p)
	}
	answer := do()
	if fate.slow && !pause(c.Context(), p.Slow) {
		return reply{cut: cutReset}
	}
	if fate.cutAfter {
		return reply{cut: cutClose}
	}
	return answer
}

// judge applies the valid operations of the body and answers which are not. A batch
// is applied as one: no other request is applied in between.
func (w *Workspace) judge(body []byte, p *plan) reply {
	if w.config.CountOnly {
		return w.count(body, p)
	}
	entities, problem := parseBatch(body)
	if problem != nil {
		return refused(*problem)
	}
	w.meter.packed(len(entities))
	if p.tooMany(len(entities)) {
		return failure(http.StatusRequestEntityTooLarge, "request body too large")
	}
	b := w.config.decode(entities, p.Reject)
	if p.RefuseWhole != "" && b.names(p.RefuseWhole) {
		return refused(*invalid("identifiers", "an identifier of the request is not valid"))
	}
	tally := w.apply(b.operations)
	tally.rejected, tally.largestEntity = len(b.rejections), b.largest
	w.meter.judged(tally)
	return verdict(b.rejections, len(entities), p.Odd207)
}

// apply applies the operations in their order.
func (w *Workspace) apply(operations []operation) tally {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.replica.later(func(s *state) { s.applyAll(operations) })
	return w.state.applyAll(operations)
}

func (s *state) applyAll(operations []operation) (t tally) {
	for i := range operations {
		outcome, conflict := s.apply(&operations[i])
		t.outcomes[outcome]++
		if conflict {
			t.conflicts++
		}
	}
	return t
}

// parseBatch returns the texts of the entities.
func parseBatch(body []byte) ([]string, *refusal) {
	array, err := scan.MemberOf(body, "batch")
	if err != nil {
		return nil, invalid("batch", "%v", err)
	}
	if array == "" || array[0] != '[' {
		return nil, invalid("batch", "batch must be an array")
	}
	var entities []string
	for e := range scan.Elements(array) {
		entities = append(entities, e)
	}
	return entities, nil
}

// A batch is the entities of a request.
type batch struct {
	operations []operation // the valid ones, in order
	rejections []entry
	largest    int // bytes of the largest entity
}

// decode reads the entities. An entity on the identifier reject is refused.
func (c *Config) decode(entities []string, reject string) batch {
	b := batch{operations: make([]operation, 0, len(entities))}
	for i, text := range entities {
		b.largest = max(b.largest, len(text))
		op, problem := c.parse(text)
		if problem == nil && reject != "" && op.value == reject {
			problem = invalid("identifiers", "this identifier is not valid")
		}
		if problem != nil {
			e := problem.entry()
			e.Index = &i
			b.rejections = append(b.rejections, e)
			continue
		}
		b.operations = append(b.operations, op)
	}
	return b
}

// names reports whether an operation is for the identifier of this value.
func (b *batch) names(identifier string) bool {
	for i := range b.operations {
		if b.operations[i].value == identifier {
			return true
		}
	}
	return false
}

// serveEntity serves a single entity, without faults.
func (w *Workspace) serveEntity(c call) reply {
	body := c.body
	if !json.Valid(body) || !utf8.Valid(body) {
		return refused(*invalid("", "%v", scan.ErrNotJSON))
	}
	text := strings.Trim(string(body), " \n\r\t")
	b := w.config.decode([]string{text}, "")
	t := tally{}
	t.outcomes[applied] = len(b.operations)
	if !w.config.CountOnly {
		t = w.apply(b.operations)
	}
	t.rejected, t.largestEntity = len(b.rejections), b.largest
	w.meter.judged(t)
	if len(b.rejections) == 0 {
		return accepted()
	}
	b.rejections[0].Index = nil
	return reply{status: http.StatusBadRequest, body: errorList{b.rejections}}
}
