package exporter

import (
	"encoding/json"
	"fmt"
	"slices"
)

// String is the query as JSON.
func (q *Query) String() string {
	text, err := json.Marshal(q)
	if err != nil {
		return err.Error() // the filter is not JSON
	}
	return string(text)
}

// attributed reports whether more than identifiers is asked for.
func (q *Query) attributed() bool { return q.What == People && !q.IdentifiersOnly }

// wants reports whether an attribute is asked for.
func (q *Query) wants(name string) bool {
	return len(q.Attributes) == 0 || slices.Contains(q.Attributes, name)
}

// filter is the query's filter and segment as one filter; nil is everyone.
func (q *Query) filter() json.RawMessage {
	segment := fmt.Sprintf(`{"segment":{"id":%d}}`, q.Segment)
	switch {
	case q.Segment == 0:
		return q.Filter
	case len(q.Filter) == 0:
		return json.RawMessage(segment)
	}
	return fmt.Appendf(nil, `{"and":[%s,%s]}`, segment, q.Filter)
}
