package simulator

import (
	"fmt"
	"net/http"
)

// Odd is a way to word an answer with rejections that is not the documented
// one. A client has to survive all of them, and to take none for acceptance.
type Odd string

// The oddities. They concern the wording only: what is rejected stays so.
const (
	OddEmpty    Odd = "empty"     // 207 with no errors
	OddTwice    Odd = "twice"     // each error twice
	OddRange    Odd = "range"     // indexes behind the last operation
	OddNoIndex  Odd = "noindex"   // errors without batch_index
	OddBare     Odd = "bare"      // errors without field and message
	OddOKErrors Odd = "ok-errors" // 200 with errors
)

// UnmarshalText refuses a word that is none of them.
func (o *Odd) UnmarshalText(text []byte) error {
	switch word := Odd(text); word {
	case "", OddEmpty, OddTwice, OddRange, OddNoIndex, OddBare, OddOKErrors:
		*o = word
		return nil
	}
	return fmt.Errorf("%q is no way to word a 207", text)
}

// verdict is the 200 or 207 to a batch of so many operations, oddly worded if
// the faults say so.
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
