package runs

import _ "embed"

//go:embed summary.schema.json
var summarySchema []byte

// SummarySchema returns the JSON Schema (draft 2020-12) of summaries. Later versions may
// add members, and do not change or remove those that there are.
func SummarySchema() []byte { return summarySchema }
