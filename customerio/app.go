package customerio

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// The hosts of the App API.
const (
	appUS = "https://api.customer.io"
	appEU = "https://api-eu.customer.io"
)

// maxList bounds how much of an answer of the App API is read, in bytes: the
// longest are lists without pages.
const maxList = 64 << 20

// AppConfig says how to reach the App API. The zero values of all but Key and
// Limiter mean the defaults.
type AppConfig struct {
	Key       string        // an App API key, which is not the Track API's
	Region    string        // "us" or "eu"; as Track.Locate finds it; empty is us
	BaseURL   string        // instead of the region's host, for a proxy or a simulator
	Limiter   Limiter       // paces every request; the API's limit is AppPerSecond
	Timeout   time.Duration // of one request
	Outage    time.Duration // how long one request is tried
	UserAgent string
	Waiting   func(reason error) // as Config has it
}

// App is a client of the App API. Its methods may be called from any goroutine.
// They retry as Track.Send does; their errors are
// the context's, the limiter's or an *Error, of Trouble NotFound for what is not
// there. What they read lags behind what was written, by seconds.
type App struct{ *api }

// NewApp returns a client; nothing is sent yet. It fails if the configuration
// cannot be right.
func NewApp(c AppConfig) (*App, error) {
	const where = "Settings > API Credentials > App API Keys in Customer.io"
	if c.Key == "" || strings.ContainsFunc(c.Key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		msg := "no App API key"
		if c.Key != "" {
			msg = "the App API key holds characters that no key has"
		}
		return nil, &Error{Trouble: Credentials, Msg: msg, Hint: "set CUSTOMERIO_APP_API_KEY to a key of " + where}
	}
	a, err := newAPI(surface{
		us: appUS, eu: appEU, variable: "CUSTOMERIO_APP_URL", credentials: "App API key",
		hint: "compare CUSTOMERIO_APP_API_KEY with " + where + " (the Track API's key is another), and CUSTOMERIO_REGION with the account's region",
	}, Config{
		APIKey: c.Key, Region: c.Region, BaseURL: c.BaseURL, Limiter: c.Limiter,
		Timeout: c.Timeout, Outage: c.Outage, UserAgent: c.UserAgent, Waiting: c.Waiting,
	}, "Bearer "+c.Key, c.Key, "[key]")
	if err != nil {
		return nil, err
	}
	return &App{a}, nil
}

// Check asks for something that needs the key: an *Error of Trouble Credentials
// says that it is not good.
func (a *App) Check(ctx context.Context) error {
	_, err := a.Segments(ctx)
	return err
}

// Workspace is a workspace of the account.
type Workspace struct {
	ID     int64  `json:"id"` // Account.WorkspaceID of its Track credentials
	Name   string `json:"name"`
	People int64  `json:"people"`
}

// Workspaces returns the account's workspaces.
func (a *App) Workspaces(ctx context.Context) (all []Workspace, err error) {
	err = a.ask(ctx, get("/v1/workspaces", ""), "workspaces", &all)
	return all, err
}

// ask sends a request and decodes a member of its answer into v, which stays as
// it is if the member is null.
func (a *App) ask(ctx context.Context, q *request, member string, v any) error {
	r, err := a.answer(ctx, q)
	if err != nil {
		return err
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(r.body, &members) != nil || members[member] == nil || json.Unmarshal(members[member], v) != nil {
		return a.unreadable(q, r)
	}
	return nil
}

// answer sends a request and returns its good answer.
func (a *App) answer(ctx context.Context, q *request) (*reply, error) {
	q.most = maxList
	r, err := a.persist(ctx, q)
	if err != nil {
		return nil, err
	}
	if classify(r) == refused {
		return nil, &Error{Trouble: Refused, Status: r.status,
			Msg: fmt.Sprintf("Customer.io refused %s (%d): %s", q, r.status, detail(a.withoutSecrets(r.body)))}
	}
	return r, nil
}

func (a *App) unreadable(q *request, r *reply) *Error {
	return &Error{Trouble: Refused, Status: r.status,
		Msg: fmt.Sprintf("the answer to %s cannot be read: %s", q, excerpt(a.withoutSecrets(r.body)))}
}

// detail is the first explanation that the App API gives of a refusal.
func detail(body []byte) string {
	var answer struct {
		Errors []struct {
			Detail string `json:"detail"`
		} `json:"errors"`
	}
	if json.Unmarshal(body, &answer) == nil && len(answer.Errors) > 0 && answer.Errors[0].Detail != "" {
		return excerpt([]byte(answer.Errors[0].Detail))
	}
	return excerpt(body)
}
