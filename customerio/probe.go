package customerio

import (
	"bytes"
	"context"
	"encoding/json"
	"time"
)

// probe sends operation i alone, once, and reports whether it got a clear answer,
// which is its verdict unless it is sent again. It returns how much of the
// patience that took.
func (d *delivery) probe(ctx context.Context, i int, again bool) (took time.Duration, success bool, err error) {
	if d.probed == nil {
		d.probed, d.done = make(map[int]bool), make(map[int]bool)
	}
	d.probed[i] = true
	s := span{i, i + 1}
	t := trial{api: d.api, request: d.batch.call.request(d.batch.part(i, i+1, nil))}
	if d.late {
		t.request.timeout = d.hurry()
	}
	begun := time.Now()
	o, err := t.try(ctx)
	took = min(time.Since(begun), backoffMost+d.config.Timeout)
	if err != nil || o.meaning != settled {
		return took, false, err
	}
	if !again {
		d.settle(s, o.reply, 1)
		d.done[i] = true
	}
	return took, true, nil
}

// candidate returns an operation that may be sent before s is settled, which is
// the nth to be asked for: the next one of a person of whom none is left before it.
// If alone, the operation in s is not one. Where there is no other, it is one that
// was accepted, as long as it is the last of its person.
func (d *delivery) candidate(s span, alone bool, n int) (i int, ok bool) {
	list := d.ahead(s, alone)
	if len(list) == 0 && alone {
		list = d.sentBefore(s)
	}
	var fresh []int
	for _, i := range list {
		if !d.probed[i] {
			fresh = append(fresh, i)
		}
	}
	if len(fresh) == 0 {
		clear(d.probed)
		fresh = list
	}
	if len(fresh) == 0 {
		return 0, false
	}
	return fresh[[]int{len(fresh) - 1, len(fresh) / 2, 0}[n%3]], true
}

// ahead lists the operations from the start of s on that are the first left of
// their person, up to one whose person is not known.
func (d *delivery) ahead(s span, alone bool) (list []int) {
	seen := make(map[string]bool)
	for i := s.from; i < d.batch.Len(); i++ {
		if d.done[i] {
			continue
		}
		p := d.person(i)
		if p == "" && len(seen) > 0 {
			return list
		}
		if !seen[p] && !(alone && len(seen) == 0) {
			list = append(list, i)
		}
		if seen[p] = true; p == "" {
			return list
		}
	}
	return list
}

// sentBefore lists the operations, besides that in s, that were accepted and are the
// last of their person that was sent.
func (d *delivery) sentBefore(s span) (list []int) {
	later, refused := make(map[string]bool), make(map[int]bool)
	for _, r := range d.rejections {
		refused[r.Index] = true
	}
	for i := d.batch.Len() - 1; i >= 0; i-- {
		if i >= s.from && !d.done[i] {
			continue // not sent yet
		}
		p := d.person(i)
		if p == "" {
			return list
		}
		if !refused[i] && !later[p] {
			list = append(list, i)
		}
		later[p] = true
	}
	return list
}

// ping reports whether the service answers a batch without operations: as it does
// others, or by saying what is wrong with it. It changes nothing.
func (d *delivery) ping(ctx context.Context) (took time.Duration, up bool, err error) {
	q := d.batch.call.request(NewBatch(d.batch.call))
	q.body, q.empty = [2][]byte{[]byte(d.batch.call.start()), []byte(d.batch.call.end())}, true
	if d.batch.call.single {
		q.body[0] = []byte("{}") // which has nothing of an event
	}
	t, begun := trial{api: d.api, request: q}, time.Now()
	o, err := t.try(ctx)
	up = o.meaning == settled || o.meaning == refused && own(o.reply)
	return min(time.Since(begun), backoffMost+d.config.Timeout), up && err == nil, err
}

// person names the person, or whatever else operation i is about, with all that
// may be the same one; it is empty if it cannot be known.
func (d *delivery) person(i int) string {
	if d.keys == nil {
		d.keys = make([]string, d.batch.Len())
		for i := range d.keys {
			d.keys[i] = about(d.batch.Op(i))
		}
	}
	return d.keys[i]
}

// about reads what an operation is about: emails are the same in any case.
func about(op []byte) string {
	if len(op) > 0 && op[0] == '"' { // of a segment call
		return string(bytes.ToLower(op))
	}
	var e struct {
		Type        string
		Identifiers json.RawMessage
		Primary     json.RawMessage // of a merge
	}
	if json.Unmarshal(op, &e) != nil || len(e.Identifiers)+len(e.Primary) == 0 {
		return ""
	}
	return e.Type + string(bytes.ToLower(append(e.Identifiers, e.Primary...)))
}
