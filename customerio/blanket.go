package customerio

import (
	"fmt"
	"net/http"
	"sync"
)

// A blanket refusal is one that all operations get: of a firewall, or of a service
// that does not understand this program. Two requests a row would be sent to find
// that out for each.
const (
	blanketFirst = 10  // people whose operations are refused alone, all in the same way, before any is accepted
	blanketLater = 500 // and after that, with none accepted between them
	blanketTimes = 10  // the same for fewer people: this many times as many operations
)

// blanket counts refusals that are alike, of all deliveries together.
type blanket struct {
	mu       sync.Mutex
	accepted bool            // an operation, ever
	text     string          // of the last refusal
	people   map[string]bool // with refusals like it, and no operation accepted between them
	count    int             // of these refusals
}

// lifted notes that an operation was accepted.
func (b *blanket) lifted() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.accepted, b.count = true, 0
	clear(b.people)
}

// refused notes that an operation on a person was refused alone. The error ends
// the run.
func (b *blanket) refused(person string, v Rejection, body []byte) *Error {
	b.mu.Lock()
	defer b.mu.Unlock()
	text := fmt.Sprint(v.Status, " ", string(body[:min(len(body), 2*maxReason)]))
	if text != b.text || b.people == nil {
		b.text, b.people, b.count = text, make(map[string]bool), 0
	}
	b.people[person] = true
	b.count++
	most := blanketFirst
	if b.accepted {
		most = blanketLater
	}
	if len(b.people) < most && b.count < blanketTimes*most {
		return nil
	}
	return &Error{Trouble: Blanket, Status: v.Status, Msg: fmt.Sprintf("Customer.io refuses every row with the same answer (%d %s): %s",
		v.Status, http.StatusText(v.Status), shortened(v.Message))}
}
