package runs

import (
	"encoding/json"
	"path/filepath"
	"strings"

	"github.com/ciobulk/ciobulk/internal/atomicfile"
)

// forget takes the condition, which may name people, out of the record of the run in dir,
// and reports whether there was one. In a rehearsal it stays. The run cannot be
// continued or sent again after that.
func forget(dir string, rehearse bool) (is bool, err error) {
	path, record := filepath.Join(dir, recipeFile), any(nil)
	if r, err := loadRecipe(dir); err == nil && r.Where != "" {
		r.Command, r.Where = r.line(), ""
		record = r
	} else if data, err := readRecord(filepath.Join(dir, ExportFile)); err == nil {
		path, record = filepath.Join(dir, ExportFile), withoutFilter(data)
	}
	if record == nil || rehearse { // of a record that cannot be read, nothing is known
		return record != nil, nil
	}
	data, err := json.MarshalIndent(record, "", "  ")
	if err != nil {
		return true, err
	}
	return true, atomicfile.Write(path, append(data, '\n'), fileMode)
}

// withoutFilter returns what the checkpoint of an export says, which package exporter has
// written, without the filter of people: in the query, in the orders of the service's
// jobs, and in the command line. nil: it has none.
func withoutFilter(checkpoint []byte) any {
	var c map[string]json.RawMessage
	if json.Unmarshal(checkpoint, &c) != nil {
		return nil
	}
	found := take(c, "query", "filter")
	var parts []map[string]json.RawMessage
	if json.Unmarshal(c["parts"], &parts) == nil {
		for _, part := range parts {
			found = take(part, "order", "filters") || found
		}
		c["parts"], _ = json.Marshal(parts) // it was JSON
	}
	var command []string
	if json.Unmarshal(c["command"], &command) == nil {
		for i, word := range command {
			if at := strings.IndexByte(word, '{'); at >= 0 && json.Valid([]byte(word[at:])) {
				command[i], found = word[:at]+"…", true
			}
		}
		c["command"], _ = json.Marshal(command) // texts
	}
	if !found {
		return nil
	}
	return c
}

// take removes a key of the object that another one has under a name, and reports whether
// it was there.
func take(from map[string]json.RawMessage, name, key string) bool {
	var object map[string]json.RawMessage
	if json.Unmarshal(from[name], &object) != nil || object[key] == nil {
		return false
	}
	delete(object, key)
	from[name], _ = json.Marshal(object) // it was JSON
	return true
}
