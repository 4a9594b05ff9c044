package jobs

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
)

// pinger tells an address when a job starts and how it ends, as healthchecks.io and
// others take it: POST to the address and /start, and at last to the address and the
// exit code. The address is a secret, and only its host is shown. A ping that fails is a
// note. The methods of a nil one do nothing.
type pinger struct {
	address *url.URL
	report  *call.Reporter
	first   chan struct{} // closed when the first ping has ended
	giveUp  context.CancelFunc
}

// A ping is tried so often, and the pings take so long altogether at most, apart from the
// time that the steps take.
const (
	pingTries = 3
	pingTime  = 10 * time.Second
)

func (e *execution) pinger() *pinger {
	if e.job.ping == nil || e.DryRun {
		return nil
	}
	return &pinger{address: e.job.ping, report: e.report, first: make(chan struct{})}
}

// started sends the first ping, without waiting for it.
func (p *pinger) started() {
	if p == nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	p.giveUp = cancel
	go func() { // ends within pingTime; ended waits for it
		defer close(p.first)
		p.send(ctx, "start", "")
	}()
}

// ended sends the last ping, with what the steps came to.
func (p *pinger) ended(code int, s summary) {
	if p == nil {
		return
	}
	select {
	case <-p.first:
	case <-time.After(pingTime / 5):
	}
	p.giveUp() // a start after the end would mean another one
	<-p.first
	p.send(context.Background(), fmt.Sprint(code), s.brief())
}

func (p *pinger) send(ctx context.Context, ending, text string) {
	ctx, cancel := context.WithTimeout(ctx, pingTime*4/5)
	defer cancel()
	var err error
	for try := range pingTries {
		if try > 0 {
			select {
			case <-time.After(pingTime / 20):
			case <-ctx.Done():
			}
		}
		if err = p.post(ctx, ending, text); err == nil {
			return
		}
	}
	p.report.Note(fmt.Sprintf("cannot ping %s: %v", p.address.Host, err))
}

func (p *pinger) post(ctx context.Context, ending, text string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.address.JoinPath(ending).String(), strings.NewReader(text))
	if err != nil {
		return hidden(err)
	}
	request.Header.Set("Content-Type", "text/plain; charset=utf-8")
	answer, err := pingClient.Do(request)
	if err != nil {
		return hidden(err)
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<16))
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("status %d", answer.StatusCode)
	}
	return nil
}

// pingClient follows no redirects: the address is known to be right.
var pingClient = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// hidden is an error without the address, which is a secret.
func hidden(err error) error {
	if e, is := err.(*url.Error); is {
		return e.Err
	}
	return err
}
