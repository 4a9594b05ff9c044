package simulator

import (
	"fmt"
	"net/http"
)

// Odd is an undocumented form of an answer with rejections. A client must survive all
// of them, and take none for acceptance.
type Odd string

// The oddities. They change the answer only, not what is rejected.
const (
	OddEmpty    Odd = "empty"     // 207 with no errors
	OddTwice    Odd = "twice"     // each error twice
	OddRange    Odd = "range"     // indexes after the last operation
	OddNoIndex  Odd = "noindex"   // errors without batch_index
	OddBare     Odd = "bare"      // errors without field and message
	OddOKErrors Odd = "ok-errors" // 200 with errors
)

// UnmarshalText refuses other words.
func (o *Odd) UnmarshalText(text []byte) error {
	switch word := Odd(text); word {
	case "", OddEmpty, OddTwice, OddRange, OddNoIndex, OddBare, OddOKErrors:
		*o = word
		return nil
	}
	return fmt.Errorf("%q is not a form of a 207", text)
}

// verdict is the 200 or 207 for a batch with this number of operations, in an odd form
// if the faults ask for it.
func verdict(rejections []entry, operations int, odd Odd) reply {
	if len(rejections) == 0 {
		return accepted()
	}
	status := http.StatusMultiStatus
	if odd == OddOKErrors {
		status = http.StatusOK
	}
	return reply{status: status, body: errorList{odd.word(rejections, operations)}}
}

func (o Odd) word(rejections []entry, operations int) []entry {
	worded := make([]entry, 0, 2*len(rejections))
	for _, e := range rejections {
		switch o {
		case OddEmpty:
			continue
		case OddTwice:
			worded = append(worded, e)
		case OddRange:
			beyond := *e.Index + operations
			e.Index = &beyond
		case OddNoIndex:
			e.Index = nil
		case OddBare:
			e.Field, e.Message = "", ""
		}
		worded = append(worded, e)
	}
	return worded
}
