package exporter

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/ciobulk/ciobulk/internal/atomicfile"
)

// mark is where the last export of activities since the one before it ended. The
// ids are those of the time that the next one reads again.
type mark struct {
	Version   int              `json:"version"`
	Workspace string           `json:"workspace"`
	Type      string           `json:"type"`
	Newest    int64            `json:"newest"` // Unix seconds; 0: there was none
	Recent    map[string]int64 `json:"recent"` // by id, when it happened
}

// marks keeps the mark of a query.
type marks struct{ *export }

// path is the file of the mark, in the state directory.
func (e marks) path() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s", e.Query.Workspace, e.Query.Type))
	return filepath.Join(filepath.Dir(e.Run.Dir), "activities-"+hex.EncodeToString(sum[:])[:8]+".json")
}

// read reads the mark, if the query is since it. A damaged one is an error:
// without it, activities would be missing or come twice.
func (e marks) read() (m mark, err error) {
	if !e.Query.Since {
		return m, nil
	}
	path := e.path()
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		e.note(Note{Kind: NoEarlierExport})
		return m, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &m)
	}
	if err == nil && (m.Version != checkpointVersion || m.Workspace != e.Query.Workspace || m.Type != e.Query.Type) {
		err = errors.New("it is of another workspace, type or version")
	}
	if err != nil {
		return m, fmt.Errorf("%s, where the last export ended, cannot be used: %w", path, err)
	}
	if age := e.c.StartedAt.Unix() - m.Newest; age > int64(usualActivities/time.Second) {
		e.note(Note{Kind: EarlierIsOld})
	}
	return m, nil
}

// move notes where this export ended. Records are those of the file; the ids
// of the mark before it still count within the overlap.
func (e marks) move(from source) error {
	was, err := e.read()
	if err != nil || !e.Query.Since {
		return err
	}
	now := mark{checkpointVersion, e.Query.Workspace, e.Query.Type, max(e.c.Newest, was.Newest), map[string]int64{}}
	since := now.Newest - int64(overlap/time.Second)
	err = from.each(func(r record) error {
		var at int64
		if json.Unmarshal(r.get("timestamp"), &at) == nil && at >= since {
			now.Recent[string(r.get("id"))] = at
		}
		return nil
	})
	if err != nil {
		return err
	}
	for id, at := range was.Recent {
		if at >= since {
			now.Recent[id] = at
		}
	}
	data, err := json.Marshal(now)
	if err != nil {
		return err
	}
	return atomicfile.Write(e.path(), append(data, '\n'), 0o600)
}
