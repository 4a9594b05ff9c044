package importer

import (
	"time"

	"github.com/ciobulk/ciobulk/runs"
)

// certify adds the operations of a block that were sent to the receipt. The block's
// refused rows are in order.
func (s *settler) certify(b *block) {
	m, refused := s.worker.of(b.source), b.refused
	for i := range b.Len() {
		for len(refused) > 0 && int(refused[0].record) < i {
			refused = refused[1:]
		}
		if b.answered[i].IsZero() {
			continue
		}
		input := shown(s.origin(b, uint32(i))) // before Identify, whose value it would overwrite
		value, matched, action := m.Identify(&b.Block, i)
		if !action.Certified() {
			continue
		}
		line := runs.ReceiptLine{
			Input: input, Row: m.Row().Number, Match: matched, Operation: string(action),
			Verdict: "accepted", Requested: b.answered[i].UTC().Format(time.RFC3339Nano),
		}
		if len(refused) > 0 && int(refused[0].record) == i {
			line.Verdict = "rejected"
			if refused[0].Unknown {
				line.Verdict = "unknown"
			}
		}
		s.receipt.Add(line, value)
	}
}
