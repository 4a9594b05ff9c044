package mapping

import _ "embed"

//go:embed schema.json
var schema []byte

// Schema returns the JSON Schema (draft 2020-12) of mappings, for editors. It
// accepts whatever Parse does, and refuses most of what Parse refuses: not what
// depends on an expression, a layout, a zone or an input.
func Schema() []byte { return schema }
