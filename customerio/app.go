package customerio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
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
// They wait for the limiter and retry for up to AppConfig.Outage. Their errors are
// the context's, the limiter's or an *Error, which has Trouble NotFound where
// something does not exist. What they read is some seconds older than what was
// written.
type App struct{ *api }

// NewApp returns a client; nothing is sent yet. It fails if the configuration
// cannot be right.
func NewApp(c AppConfig) (*App, error) {
	if c.Key == "" || strings.ContainsFunc(c.Key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		msg := "no App API key"
		if c.Key != "" {
			msg = "the App API key holds characters that no key has"
		}
		return nil, &Error{Trouble: Credentials, Problem: NoCredentials, API: AppAPI, Msg: msg}
	}
	a, err := newAPI(surface{name: AppAPI, us: appUS, eu: appEU, credentials: "App API key"}, Config{
		APIKey: c.Key, Region: c.Region, BaseURL: c.BaseURL, Limiter: c.Limiter,
		Timeout: c.Timeout, Outage: c.Outage, UserAgent: c.UserAgent, Waiting: c.Waiting,
	}, "Bearer "+c.Key, c.Key, "[key]")
	if err != nil {
		return nil, err
	}
	return &App{a}, nil
}

// Check asks for something that needs the key: it fails with an *Error of Trouble
// Credentials if the service refuses the key.
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
		return nil, outOfScope(q, err)
	}
	if classify(r) == refused {
		return nil, &Error{Trouble: Refused, Status: r.status,
			Msg: fmt.Sprintf("Customer.io refused %s (%d): %s", q, r.status, detail(a.withoutSecrets(r.body)))}
	}
	return r, nil
}

// outOfScope names what a 403 means here: the key is good, and was made for other
// parts of the API.
func outOfScope(q *request, err error) error {
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Status != http.StatusForbidden {
		return err
	}
	return &Error{Trouble: Credentials, Problem: OutOfScope, API: AppAPI, Status: e.Status,
		Msg: fmt.Sprintf("the App API key may not call %s (403): its scope does not include that", q)}
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
