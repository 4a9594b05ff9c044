package simulator

import "net/http"

const ipPath = appPrefix + "info/ip_addresses"

func (w *Workspace) appRoutes() []route {
	const get, post = http.MethodGet, http.MethodPost
	body := w.config.maxBody()
	routes := []route{
		{method: get, path: "/v1/segments", serve: w.listSegments},
		{method: post, path: "/v1/segments", limit: body, serve: w.createSegment},
		{method: get, path: "/v1/segments/*", serve: w.showSegment},
		{method: get, path: "/v1/segments/*/customer_count", serve: w.countSegment},
		{method: get, path: "/v1/segments/*/membership", serve: w.listMembers},
		{method: get, path: "/v1/customers", serve: w.findCustomers},
		{method: post, path: "/v1/customers", limit: body, serve: w.searchCustomers},
		{method: post, path: "/v1/customers/attributes", limit: body, serve: w.showCustomers},
		{method: get, path: "/v1/customers/*/attributes", serve: w.showCustomer},
		{method: get, path: "/v1/customers/*/segments", serve: w.showCustomerSegments},
		{method: get, path: "/v1/customers/*/messages", serve: w.customerMessages},
		{method: get, path: "/v1/customers/*/activities", serve: w.customerActivities},
		{method: get, path: "/v1/workspaces", serve: w.listWorkspaces},
		{method: get, path: "/v1/exports", serve: w.listExports},
		{method: post, path: "/v1/exports/customers", limit: body, serve: w.orderCustomers},
		{method: post, path: "/v1/exports/deliveries", limit: body, serve: w.orderDeliveries},
		{method: get, path: "/v1/exports/*", serve: w.showExport},
		{method: get, path: "/v1/exports/*/download", serve: w.linkExport},
		{method: get, path: "/v1/activities", serve: w.listActivities},
		{method: get, path: "/v1/messages", serve: w.listMessages},
		{method: get, path: ipPath, open: true, serve: listAddresses},
	}
	for i := range routes {
		serve := routes[i].serve
		routes[i].serve = func(c call) reply {
			if answer, faulty := w.faultsOfApp(c.plan); faulty {
				return answer
			}
			if answer, denied := w.denied(c.URL.Path); denied {
				return answer
			}
			return serve(c)
		}
	}
	return routes
}

// faultsOfApp applies the App API's rate and faults.
func (w *Workspace) faultsOfApp(p *plan) (answer reply, faulty bool) {
	n := p.appCalls.Add(1)
	due := func(every int) bool { return every > 0 && n%int64(every) == 0 }
	limited := !w.appRate.take(w.config.AppPerSecond)
	switch {
	case limited || due(p.AppEvery429):
		answer = appFailure(http.StatusTooManyRequests, "too many requests")
		answer.retryAfter = "1"
		if !limited && p.RetryAfter != "" {
			answer.retryAfter = p.RetryAfter
		}
		if p.AppQuota {
			answer.retryAfter = ""
		}
		return answer, true
	case due(p.AppEvery500):
		return appFailure(http.StatusInternalServerError, "internal server error"), true
	}
	return reply{}, false
}

func appFailure(status int, detail string) reply { return appAPI.failure(status, detail) }

// badRequest is the App API's answer to a request it cannot read.
func badRequest(err error) reply { return appFailure(http.StatusBadRequest, err.Error()) }

type workspaceEntry struct {
	ID           int64  `json:"id"`
	Name         string `json:"name"`
	MessagesSent int    `json:"messages_sent"`
	Billable     int    `json:"billable_messages_sent"`
	People       int    `json:"people"`
	ObjectTypes  int    `json:"object_types"`
	Objects      int    `json:"objects"`
}

// listWorkspaces lists this workspace, the only one of the account.
func (w *Workspace) listWorkspaces(call) reply {
	w.mu.Lock()
	defer w.mu.Unlock()
	at := workspaceEntry{ID: w.config.workspaceID(), Name: w.config.WorkspaceName, People: w.view().count}
	if at.Name == "" {
		at.Name = "Simulated"
	}
	if n := w.config.App.People; n > 0 {
		at.People = n
	}
	return found(map[string]any{"workspaces": []workspaceEntry{at}})
}

// listAddresses lists addresses that are reserved for documentation.
func listAddresses(call) reply {
	return found(map[string]any{"ip_addresses": []string{"192.0.2.1", "192.0.2.2"}})
}
