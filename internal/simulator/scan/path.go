package scan

import (
	"bytes"
	"encoding/json"
	"strings"
)

// Cleared reports whether a value removes its attribute.
func Cleared(value string) bool { return value == "null" || value == `""` }

// SetPath sets the value at the path in the text of an object, and leaves its other
// members as they are. A text that is not an object becomes one.
func SetPath(object string, path []string, value string) string {
	fields := map[string]json.RawMessage{}
	if strings.HasPrefix(object, "{") {
		for name, v := range Members(object) {
			fields[name] = json.RawMessage(v)
		}
	}
	if len(path) > 1 {
		value = SetPath(string(fields[path[0]]), path[1:], value)
	}
	fields[path[0]] = json.RawMessage(value)
	if Cleared(value) {
		delete(fields, path[0])
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(fields); err != nil {
		panic("scan: not JSON: " + err.Error())
	}
	return strings.TrimSuffix(text.String(), "\n")
}
