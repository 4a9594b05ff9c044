package simulator

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"time"
)

// maxDrain bounds how much of an oversized body is read to measure it.
const maxDrain = 16 << 20

// read fills the buffer with at most limit bytes of the body, drains the rest, and
// returns the size of the whole. It stops to count after maxDrain.
func read(buffer *bytes.Buffer, r *http.Request, limit int) (int, error) {
	buffer.Reset()
	announced := max(0, min(r.ContentLength, int64(limit)))
	buffer.Grow(int(announced) + bytes.MinRead) // otherwise ReadFrom grows it at the end
	if _, err := buffer.ReadFrom(io.LimitReader(r.Body, int64(limit))); err != nil {
		return buffer.Len(), err
	}
	rest, err := io.Copy(io.Discard, io.LimitReader(r.Body, maxDrain))
	return buffer.Len() + int(rest), err
}

// pause waits, and reports false if the client went away or the server began to end
// before that.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// admits checks the credentials that the surface asks for.
func (c *Config) admits(r *http.Request, s surface) bool {
	if s == appAPI {
		scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		return strings.EqualFold(scheme, "Bearer") && matches(key, c.AppKey)
	}
	return c.authorized(r)
}

// authorized checks Basic credentials in either of base64's alphabets: most
// clients use the standard one, the official Go client the URL-safe one.
func (c *Config) authorized(r *http.Request) bool {
	scheme, encoded, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Basic") {
		return false
	}
	pair, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		pair, err = base64.URLEncoding.DecodeString(encoded)
	}
	user, password, ok := strings.Cut(string(pair), ":")
	return err == nil && ok && matches(user, c.SiteID) && matches(password, c.APIKey)
}

func matches(given, want string) bool {
	return given != "" && (want == "" || given == want)
}

type region struct {
	URL    string `json:"url"`
	Region string `json:"region"`
	ID     int64  `json:"environment_id"`
}

func (w *Workspace) serveRegion(call) reply {
	at := region{URL: "https://track.customer.io", Region: "us", ID: w.config.workspaceID()}
	if strings.EqualFold(w.config.Region, "eu") {
		at.URL, at.Region = "https://track-eu.customer.io", "eu"
	}
	if w.config.URL != "" {
		at.URL = w.config.URL
	}
	return reply{status: http.StatusOK, body: at}
}
