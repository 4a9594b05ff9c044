package customerio

import (
	"context"
	"net/http"
	"time"
)

// delivery is one batch on its way. It belongs to one goroutine and has one
// request in flight, through all splits.
//
// A request that fails is judged by whether others succeed meanwhile, of this
// delivery and of others. While they do, the batch is split until an operation is
// alone, and if that keeps failing, it gets a verdict and the others go on. Where
// none do, the service is down, or this batch is all there is: then single
// operations are tried besides, as probes.
type delivery struct {
	*Track
	batch      *Batch
	rejections []Rejection
	done       map[int]bool // operations that probes have settled out of turn
	probed     map[int]bool // operations that were probes
	accused    bool         // it was split because it failed while others succeeded
	late       bool         // it had no answer in time then
	oversized  int          // operations that were refused alone, by 413
	largest    int          // bytes of the largest request that passed, since the last 413
	keys       []string     // see key
}

// span is the operations of a delivery's batch from one to before another.
type span struct{ from, to int }

// left is the number of operations in s that are not settled.
func (d *delivery) left(s span) int {
	n := s.to - s.from
	for i := range d.done {
		if s.from <= i && i < s.to {
			n--
		}
	}
	return n
}

// part is a batch of what is left in s.
func (d *delivery) part(s span) *Batch {
	if s.from == 0 && s.to == d.batch.Len() && len(d.done) == 0 {
		return d.batch
	}
	return d.batch.part(s.from, s.to, d.done)
}

// send delivers what is left in s.
func (d *delivery) send(ctx context.Context, s span) error {
	n := d.left(s)
	if n == 0 {
		return nil
	}
	p := d.part(s)
	if n > 1 && d.sizes.exceeded(p.Size()) {
		return d.split(ctx, s)
	}
	t := &suspect{trial: trial{api: d.api, request: d.batch.call.request(p)}, delivery: d, span: s, alone: n == 1, part: d.accused}
	for {
		o, err := t.attempt(ctx)
		switch {
		case err != nil:
			return err
		case o.meaning == settled:
			d.settle(s, o.reply, n)
			d.largest = max(d.largest, p.Size())
			return nil
		case o.meaning == refused && n == 1:
			return d.refuse(s, o.reply)
		case o.meaning == refused && o.reply.status == http.StatusRequestEntityTooLarge:
			return d.shrink(ctx, s)
		case o.meaning == refused:
			return d.split(ctx, s)
		}
		guilty, err := t.judged(ctx, o)
		switch {
		case err != nil:
			return err
		case guilty && n == 1:
			d.blamed.Add(1)
			d.reject(s, 0, blame(o))
			return nil
		case guilty:
			d.accused, d.late = true, d.late || o.late
			return d.split(ctx, s)
		}
	}
}

// split delivers s in two parts.
func (d *delivery) split(ctx context.Context, s span) error {
	half := s.from + (s.to-s.from)/2
	if err := d.send(ctx, span{s.from, half}); err != nil {
		return err
	}
	return d.send(ctx, span{half, s.to})
}

// shrink splits what was refused because of its size, and remembers the size that
// passed, unless one operation was to blame.
func (d *delivery) shrink(ctx context.Context, s span) error {
	oversized, largest := d.oversized, d.largest
	d.largest = 0
	if err := d.split(ctx, s); err != nil {
		return err
	}
	if d.oversized == oversized {
		d.sizes.learn(d.largest)
	}
	d.largest = max(d.largest, largest)
	return nil
}

// settle notes the verdicts of an answer to the n operations left in s.
func (d *delivery) settle(s span, r *reply, n int) {
	all := judge(r, n)
	for _, v := range all {
		d.reject(s, v.Index, v)
	}
	if len(all) < n {
		d.blanket.lifted()
	}
}

// reject notes the verdict on the ith operation that is left in s.
func (d *delivery) reject(s span, i int, v Rejection) {
	v.Index = d.nth(s, i)
	d.rejections = append(d.rejections, v)
}

// nth returns the index of the nth operation that is left in s, counted from 0.
func (d *delivery) nth(s span, n int) int {
	for i := s.from; ; i++ {
		if d.done[i] {
			continue
		}
		if n == 0 {
			return i
		}
		n--
	}
}

// refuse notes that the one operation left in s was refused alone.
func (d *delivery) refuse(s span, r *reply) error {
	if r.status == http.StatusRequestEntityTooLarge {
		d.oversized++
	}
	v := refusal(r.status, d.withoutSecrets(r.body))
	if err := d.blanket.refused(about(d.batch.Op(d.nth(s, 0))), v, r.body); err != nil {
		err.API, err.Host = d.surface.name, d.base.Host
		return err
	}
	d.reject(s, 0, v)
	return nil
}

// hurry is how long one try of a part may take whose whole had no answer in time:
// several times what others take.
func (d *delivery) hurry() time.Duration {
	const least, times = 2 * time.Second, 4
	if d.successes.Load() == 0 {
		return d.config.Timeout
	}
	return min(d.config.Timeout, max(least, times*time.Duration(d.slowest.Load())))
}
