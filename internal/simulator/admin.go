package simulator

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
)

// maxAdminBody bounds a body for an admin path, in bytes.
const maxAdminBody = 1 << 16

// serveAdmin shows the state to other processes, without credentials:
//
//	GET  /_simulator/stats        Stats
//	GET  /_simulator/people       []Person; with ?email=… (id, phone, cio_id) that person
//	GET  /_simulator/events       []Event
//	GET  /_simulator/objects      []graph.Object
//	GET  /_simulator/log          []Applied
//	GET  /_simulator/segments     []Segment; with ?id=… that one, with its members
//	POST /_simulator/segments     {"name":"…","type":"manual"}, or "dynamic"; answers the Segment
//	GET  /_simulator/fingerprint  {"fingerprint":"…"}
//	POST /_simulator/messages     []Message, which are added
//	POST /_simulator/faults       Faults, which replace the present ones
//
// A Host that is not this machine is refused: a web page could otherwise have
// its own name resolve to loopback and read the people.
func (w *Workspace) serveAdmin(rw http.ResponseWriter, r *http.Request) {
	if !local(r.Host) {
		failure(http.StatusForbidden, "only for this machine").send(rw)
		return
	}
	switch r.Method + " " + strings.TrimPrefix(r.URL.Path, adminPath) {
	case "GET stats":
		writeJSON(rw, http.StatusOK, w.Stats())
	case "GET people":
		writeJSON(rw, http.StatusOK, w.peopleFor(r))
	case "GET events":
		writeJSON(rw, http.StatusOK, w.Events())
	case "GET objects":
		writeJSON(rw, http.StatusOK, w.Objects())
	case "GET log":
		writeJSON(rw, http.StatusOK, w.Log())
	case "GET fingerprint":
		writeJSON(rw, http.StatusOK, map[string]string{"fingerprint": w.Fingerprint()})
	case "GET segments":
		writeJSON(rw, http.StatusOK, w.segmentsFor(r))
	case "POST segments":
		w.makeSegment(rw, r)
	case "POST messages":
		w.addMessages(rw, r)
	case "POST faults":
		w.changeFaults(rw, r)
	default:
		failure(http.StatusNotFound, "not found").send(rw)
	}
}

// peopleFor returns all people, or those whom the query's identifiers find.
func (w *Workspace) peopleFor(r *http.Request) []Person {
	query := r.URL.Query()
	if len(query) == 0 {
		return w.People()
	}
	found := []Person{}
	for kind := range query {
		if p, ok := w.Person(kind, query.Get(kind)); ok {
			found = append(found, p)
		}
	}
	return found
}

func (w *Workspace) segmentsFor(r *http.Request) []Segment {
	query := r.URL.Query()
	if !query.Has("id") {
		return w.Segments()
	}
	id, _ := strconv.Atoi(query.Get("id"))
	if g, ok := w.Segment(id); ok {
		return []Segment{g}
	}
	return []Segment{}
}

func (w *Workspace) makeSegment(rw http.ResponseWriter, r *http.Request) {
	var g Segment
	if !readAdmin(rw, r, &g) {
		return
	}
	if g.Name == "" || g.Type != "manual" && g.Type != "dynamic" {
		failure(http.StatusBadRequest, "a segment has a name and is manual or dynamic").send(rw)
		return
	}
	made := segment{name: g.Name, description: g.Description, manual: g.Type == "manual"}
	writeJSON(rw, http.StatusOK, w.addSegment(made))
}

func (w *Workspace) changeFaults(rw http.ResponseWriter, r *http.Request) {
	var f Faults
	if !readAdmin(rw, r, &f) {
		return
	}
	w.SetFaults(f)
	writeJSON(rw, http.StatusOK, f)
}

// readAdmin decodes the body into v, or answers that it cannot be done.
func readAdmin(rw http.ResponseWriter, r *http.Request, v any) bool {
	data, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxAdminBody))
	if err == nil {
		err = json.Unmarshal(data, v)
	}
	if err != nil {
		failure(http.StatusBadRequest, err.Error()).send(rw)
	}
	return err == nil
}

// local reports whether a Host header names the loopback of this machine.
func local(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]")
	}
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}
