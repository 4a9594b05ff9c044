package simulator

import (
	"net/http"
	"net/url"
	"strings"
)

// The paths that a Workspace answers. An asterisk is one element of any text.
const (
	regionPath = "/api/v1/accounts/region"
	batchPath  = "/api/v2/batch"
	entityPath = "/api/v2/entity"
	addPath    = "/api/v1/segments/*/add_customers"
	removePath = "/api/v1/segments/*/remove_customers"
	appPrefix  = "/v1/"
	adminPath  = "/_simulator/"
)

// A surface is a part of the service that is counted, and fails, separately.
type surface uint8

const (
	trackOther surface = iota // of the Track API, all that is not one of the next two
	trackBatch
	trackSegment
	appAPI
)

// A call is one request that may be served. Its body is valid until serve
// returns.
type call struct {
	*http.Request
	body   []byte
	plan   *plan
	values []string // the text of the path's asterisks, decoded
}

// A route is one method of a path, the bytes its body may have, and what
// answers it.
type route struct {
	method, path string
	limit        int
	open         bool // needs no credentials
	serve        func(c call) reply
}

// A place is what a path leads to: no routes if nothing is there.
type place struct {
	surface surface
	routes  []route
	values  []string
}

// choose finds the route of the method, and lists the methods that exist.
func (p place) choose(method string) (to route, allow string) {
	for _, r := range p.routes {
		if r.method == method {
			to = r
		}
		allow += ", " + r.method
	}
	return to, strings.TrimPrefix(allow, ", ")
}

// A router finds places. It is not changed once it is in use.
type router struct {
	exact    map[string]place
	patterns []pattern
}

type pattern struct {
	elements []string
	place    place
}

func newRouter(all []route) router {
	r := router{exact: map[string]place{}}
	var order []string
	for _, to := range all {
		at, known := r.exact[to.path]
		if !known {
			order, at.surface = append(order, to.path), surfaceOf(to.path)
		}
		at.routes = append(at.routes, to)
		r.exact[to.path] = at
	}
	for _, path := range order {
		if strings.Contains(path, "*") {
			r.patterns = append(r.patterns, pattern{strings.Split(path, "/"), r.exact[path]})
			delete(r.exact, path)
		}
	}
	return r
}

func surfaceOf(path string) surface {
	switch {
	case path == batchPath:
		return trackBatch
	case path == addPath, path == removePath:
		return trackSegment
	case strings.HasPrefix(path, appPrefix):
		return appAPI
	}
	return trackOther
}

// find uses the path as it was sent, so that %2F belongs to an element and does not
// end it.
func (r *router) find(u *url.URL) place {
	path := u.EscapedPath()
	if at, known := r.exact[path]; known {
		return at
	}
	elements := strings.Split(path, "/")
	for _, p := range r.patterns {
		if values, ok := p.match(elements); ok {
			at := p.place
			at.values = values
			return at
		}
	}
	return place{surface: surfaceOf(path)}
}

func (p *pattern) match(elements []string) (values []string, ok bool) {
	if len(elements) != len(p.elements) {
		return nil, false
	}
	for i, want := range p.elements {
		got := elements[i]
		switch {
		case want != "*" && got != want, got == "" && i > 0:
			return nil, false
		case want != "*":
			continue
		}
		value, err := url.PathUnescape(got)
		if err != nil {
			return nil, false
		}
		values = append(values, value)
	}
	return values, true
}
