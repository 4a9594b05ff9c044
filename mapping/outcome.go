package mapping

import (
	"fmt"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/rows"
)

// Outcome is what happens to a row before anything is sent.
type Outcome int

// The outcomes of Append.
const (
	Send      Outcome = iota // its operation was appended
	Filtered                 // `where` does not hold for it, it is not asked for, or it is not a row
	Rejected                 // it cannot be sent, see Rejection
	Elsewhere                // it belongs to another shard
	Duplicate                // another row of the person is sent instead, see Instead
)

func brokenRejection(b *rows.Broken) customerio.Rejection {
	message := b.Message
	if b.At > 0 {
		message = fmt.Sprintf("byte %d: %s", b.At, message)
	}
	if b.Column != "" {
		message = fmt.Sprintf("column %q, %s", b.Column, message)
	}
	return customerio.Rejection{Reason: b.Reason, Message: message}
}

// inColumn adds the column, if there is one, to a problem.
func inColumn(column, problem string) string {
	if column == "" {
		return problem
	}
	return fmt.Sprintf("column %q: %s", column, problem)
}
