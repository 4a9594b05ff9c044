package simulator

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/ciobulk/ciobulk/internal/simulator/scan"
)

// An export is a job whose file is made when it is ordered, and shown when it has
// been asked for often enough.
type export struct {
	id        int
	kind      string // "customers" or "deliveries"
	pending   int    // how many more times it is
	failed    bool
	file      []byte
	total     int
	downloads int
	created   int64
	updated   int64
}

// An exportEntry is an export as the App API words it.
type exportEntry struct {
	ID          int    `json:"id"`
	Deduplicate string `json:"deduplicate_id"`
	Type        string `json:"type"`
	Failed      bool   `json:"failed"`
	Status      string `json:"status"`
	Description string `json:"description"`
	Downloads   int    `json:"downloads"`
	Total       int    `json:"total"`
	UserID      int    `json:"user_id"`
	UserEmail   string `json:"user_email"`
	CreatedAt   int64  `json:"created_at"`
	UpdatedAt   int64  `json:"updated_at"`
}

func (x *export) entry() exportEntry {
	e := exportEntry{
		ID: x.id, Deduplicate: fmt.Sprintf("%d:%d", x.id, x.updated), Type: x.kind, Status: "pending", Description: "from the API",
		Downloads: x.downloads, UserID: 1, UserEmail: "simulated@example.com", CreatedAt: x.created, UpdatedAt: x.updated,
	}
	switch {
	case x.pending > 0:
	case x.failed:
		e.Status, e.Failed = "failed", true
	default:
		e.Status, e.Total = "done", x.total
	}
	return e
}

// order keeps a new export. The caller holds mu.
func (w *Workspace) order(c call, kind string, file []byte, total int) reply {
	now := time.Now().Unix()
	x := &export{id: len(w.exports) + 1, kind: kind, pending: w.config.App.polls(), failed: c.plan.AppFailExports,
		file: file, total: total, created: now, updated: now}
	w.exports = append(w.exports, x)
	return found(map[string]exportEntry{"export": x.entry()})
}

// orderCustomers answers POST /v1/exports/customers, whose filter is called
// filters.
func (w *Workspace) orderCustomers(c call) reply {
	text, err := scan.MemberOf(c.body, "filters")
	if err != nil {
		return badRequest(err)
	}
	var asked struct {
		Attributes []string `json:"attributes"`
	}
	if json.Unmarshal(c.body, &asked) != nil {
		return badRequest(errors.New("attributes is an array of names"))
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.view()
	keep, err := s.parseFilter(text)
	if err != nil {
		return badRequest(err)
	}
	names := asked.Attributes
	if names == nil && w.config.App.ExportAll {
		names = s.attributeNames(keep)
	}
	var b bytes.Buffer
	total := s.writeCustomers(&b, keep, names)
	return w.order(c, "customers", b.Bytes(), total)
}

// writeCustomers writes the people whom the filter keeps as CSV.
func (s *state) writeCustomers(b *bytes.Buffer, keep filter, names []string) (total int) {
	out := csv.NewWriter(b)
	names = slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == "id" || n == "email" || n == "cio_id" })
	out.Write(append([]string{"cio_id", "id", "email"}, names...))
	for p := range s.peopleFrom(0, keep) {
		line := []string{p.cioID(), p.identifiers[byID], p.identifiers[byEmail]}
		for _, name := range names {
			value, _ := p.field(name)
			line = append(line, value)
		}
		out.Write(line)
		total++
	}
	out.Flush()
	return total
}

// attributeNames are those of all people whom the filter keeps.
func (s *state) attributeNames(keep filter) (names []string) {
	seen := map[string]bool{}
	for p := range s.peopleFrom(0, keep) {
		for _, a := range p.attributes {
			seen[a.name.Value()] = true
		}
		if p.identifiers[byPhone] != "" {
			seen["phone"] = true
		}
	}
	for name := range seen {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (w *Workspace) listExports(call) reply {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []exportEntry // null where there is none, as the service has been seen to answer
	for _, x := range w.exports {
		all = append(all, x.entry())
	}
	return found(map[string][]exportEntry{"exports": all})
}

// export finds the one in the path. The caller holds mu.
func (w *Workspace) export(id string) *export {
	if n, _ := strconv.Atoi(id); n >= 1 && n <= len(w.exports) {
		return w.exports[n-1]
	}
	return nil
}

func (w *Workspace) showExport(c call) reply {
	w.mu.Lock()
	defer w.mu.Unlock()
	x := w.export(c.values[0])
	if x == nil {
		return appFailure(http.StatusNotFound, "export not found")
	}
	e := x.entry()
	x.pending = max(0, x.pending-1)
	return found(map[string]exportEntry{"export": e})
}

// linkExport answers with a signed link, of a job that is done.
func (w *Workspace) linkExport(c call) reply {
	w.mu.Lock()
	defer w.mu.Unlock()
	x := w.export(c.values[0])
	if x == nil || x.pending > 0 || x.failed {
		return appFailure(http.StatusNotFound, "export not found")
	}
	x.downloads++
	member := w.config.App.LinkMember
	if member == "" {
		member = "url"
	}
	return found(map[string]string{member: w.link(c.Request, x.id)})
}
