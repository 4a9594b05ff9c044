package simulator

import (
	"net/http"
	"strings"

	"github.com/ciobulk/ciobulk/internal/simulator/scan"
)

// A segmentEntry is a segment in the form of the App API. Progress and tags are
// always null: the simulator evaluates no conditions and has no tags.
type segmentEntry struct {
	ID          int      `json:"id"`
	Name        string   `json:"name"`
	Description string   `json:"description"`
	State       string   `json:"state"`
	Progress    *int     `json:"progress"`
	Type        string   `json:"type"`
	Tags        []string `json:"tags"`
}

func (g Segment) entry() segmentEntry {
	return segmentEntry{ID: g.ID, Name: g.Name, Description: g.Description, State: "finished", Type: g.Type}
}

func (w *Workspace) listSegments(call) reply {
	entries := []segmentEntry{}
	for _, g := range w.Segments() {
		entries = append(entries, g.entry())
	}
	return found(map[string]any{"segments": entries})
}

// createSegment makes a manual segment. Another segment may have the same name.
func (w *Workspace) createSegment(c call) reply {
	text, err := scan.MemberOf(c.body, "segment")
	if err != nil {
		return badRequest(err)
	}
	g := segment{manual: true}
	if text != "" && text[0] == '{' {
		for name, value := range scan.Members(text) {
			switch {
			case value[0] != '"':
			case name == "name":
				g.name = strings.Clone(scan.Decoded(value)) // and not the body
			case name == "description":
				g.description = strings.Clone(scan.Decoded(value))
			}
		}
	}
	if strings.TrimSpace(g.name) == "" {
		return appFailure(http.StatusUnprocessableEntity, "segment name is required")
	}
	return found(map[string]any{"segment": w.addSegment(g).entry()})
}

func (w *Workspace) showSegment(c call) reply {
	w.mu.Lock()
	defer w.mu.Unlock()
	g := w.view().segment(segmentID(c))
	if g == nil {
		return noSegment()
	}
	return found(map[string]any{"segment": g.public().entry()})
}

func (w *Workspace) countSegment(c call) reply {
	w.mu.Lock()
	defer w.mu.Unlock()
	g := w.view().segment(segmentID(c))
	if g == nil {
		return noSegment()
	}
	return found(struct {
		ID    int `json:"segment_id"`
		Count int `json:"count"`
	}{g.id, g.members.count})
}

// The most members of a page, and how many it has by default.
const (
	usualMembers = 1000
	mostMembers  = 30_000
)

func (w *Workspace) listMembers(c call) reply {
	at, err := spanOf(c.URL.Query(), usualMembers, mostMembers)
	if err != nil {
		return badRequest(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.view()
	g := s.segment(segmentID(c))
	if g == nil {
		return noSegment()
	}
	return found(at.page(s.membersOf(g, at.start), w.config))
}

func noSegment() reply { return appFailure(http.StatusNotFound, "segment not found") }
