package simulator

import (
	"fmt"

	"github.com/ciobulk/ciobulk/internal/simulator/scan"
)

// A refusal is the reason why an entity, or a request, is not accepted.
type refusal struct{ reason, field, message string }

func (r refusal) entry() entry {
	return entry{Reason: r.reason, Field: r.field, Message: r.message}
}

func required(field string) *refusal {
	return &refusal{"required", field, field + " is required"}
}

func invalid(field, format string, args ...any) *refusal {
	return &refusal{"invalid", field, fmt.Sprintf(format, args...)}
}

// An entry is one element of an answer's "errors".
type entry struct {
	Index   *int   `json:"batch_index,omitempty"`
	Reason  string `json:"reason"`
	Field   string `json:"field,omitempty"`
	Message string `json:"message,omitempty"`
}

type errorList struct {
	Errors []entry `json:"errors"`
}

// absent reports whether a member is missing or null.
func absent(value string) bool { return value == "" || value == "null" }

// textOf returns the text of a member that must be a string and not empty.
func textOf(field, value string) (string, *refusal) {
	if absent(value) || value == `""` {
		return "", required(field)
	}
	if value[0] != '"' {
		return "", invalid(field, "%s must be a string", field)
	}
	return scan.Decoded(value), nil
}
