package customerio

import (
	"cmp"
	"context"
	"slices"
)

// Send delivers a batch of operations, each the JSON of one, to the batch's
// Call, and returns those that were not accepted, in the order of their indexes:
// all others were. It waits for the limiter before every request and retries until
// there is an answer. A segment that does not exist is Misuse.
//
// A batch that is refused as a whole is split until the operations to blame are
// alone. So is one that fails otherwise, while others succeed: see delivery. A
// service that refuses everything for one reason is a Blanket error.
//
// An operation may be applied more than once (an answer can get lost), so it
// must be one that allows that. Operations of one person are sent in their order,
// and one at a time where the batch is split. The batch is not read once Send has
// returned. The error is the context's, the limiter's or an *Error, and then
// nothing is known of the batch.
func (t *Track) Send(ctx context.Context, b *Batch) ([]Rejection, error) {
	if b.Len() == 0 {
		return nil, nil
	}
	d := &delivery{Track: t, batch: b}
	if err := d.send(ctx, span{0, b.Len()}); err != nil {
		return nil, err
	}
	slices.SortFunc(d.rejections, func(a, b Rejection) int { return cmp.Compare(a.Index, b.Index) })
	return reported(d.rejections, t.secrets), nil
}
