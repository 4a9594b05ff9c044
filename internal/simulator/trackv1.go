package simulator

import (
	"net/http"

	"github.com/ciobulk/ciobulk/internal/simulator/v1"
)

// v1Routes are the calls of version 1 that write about people. Each does what entities
// of version 2 do.
func v1Routes(w *Workspace) (routes []route) {
	const customer = "/api/v1/customers/*"
	body := w.config.maxEntity()
	for _, c := range []struct{ method, path, name string }{
		{http.MethodPut, customer, "identify"},
		{http.MethodDelete, customer, "delete"},
		{http.MethodPost, customer + "/suppress", "suppress"},
		{http.MethodPost, customer + "/unsuppress", "unsuppress"},
		{http.MethodPost, customer + "/events", "event"},
		{http.MethodPut, customer + "/devices", "add_device"},
		{http.MethodDelete, customer + "/devices/*", "delete_device"},
		{http.MethodPost, "/api/v1/merge_customers", "merge"},
		{http.MethodPost, "/api/v1/forms/*/submit", "form"},
		{http.MethodPost, "/api/v1/metrics", "metric"},
		{http.MethodPost, "/api/v1/push/events", "push metric"},
	} {
		routes = append(routes, route{method: c.method, path: c.path, limit: body, serve: func(call call) reply {
			return w.withFaults(call, func() reply { return translate(w, c.name, call) })
		}})
	}
	return append(routes, route{method: http.MethodPost, path: visitorPath, limit: body, serve: func(c call) reply {
		return w.withFaults(c, func() reply { return visit(w, c) })
	}})
}

const visitorPath = "/api/v1/events"

// translate applies a call of version 1.
func translate(w *Workspace, name string, c call) reply {
	values := c.values
	if name == "form" {
		values = nil
	}
	entities, err := v1.Entities(name, values, c.body)
	if err != nil {
		return failure(http.StatusBadRequest, err.Error())
	}
	var operations []operation
	for _, text := range entities {
		op, problem := w.config.parse(string(text))
		if problem != nil {
			return failure(http.StatusBadRequest, problem.message)
		}
		operations = append(operations, op)
	}
	return applyTogether(w, operations)
}

// visit applies an event of a visitor. When a person is identified with the visitor's
// anonymous_id, the events become the person's, as in workspaces that merge events.
func visit(w *Workspace, c call) reply {
	text, anonymous, err := v1.Visitor(c.body)
	if err != nil {
		return failure(http.StatusBadRequest, err.Error())
	}
	op, problem := w.config.parse(string(text))
	if problem != nil {
		return failure(http.StatusBadRequest, problem.message)
	}
	op.typ, op.value, op.key = "visitor", anonymous, key{}
	return applyTogether(w, []operation{op})
}

func applyTogether(w *Workspace, operations []operation) reply {
	t := tally{}
	t.outcomes[applied] = len(operations)
	if !w.config.CountOnly {
		t = w.apply(operations)
	}
	w.meter.judged(t)
	return accepted()
}

// happen keeps an event of a visitor.
func happen(s *state, op *operation) outcome {
	if op.id != (ulid{}) && !s.ids.add(op.id) {
		return duplicate
	}
	s.visits[op.value] = append(s.visits[op.value], len(s.events))
	s.events = append(s.events, Event{
		Sequence: s.sequence, Action: op.action, Name: op.name, ID: op.id.String(), Kind: "anonymous_id", Value: op.value,
		Timestamp: op.timestamp, Attributes: op.raw(), owner: key{value: op.value},
	})
	return applied
}
