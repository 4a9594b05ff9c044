// Package download brings files from https links to this machine. Start with Parse.
package download

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
)

// Link is an address of a file. Its query may be a signature, which is a secret: only
// Shown is ever printed or recorded.
type Link struct {
	Shown string // the address without its query
	url   *url.URL
}

// Is reports whether an argument is a link and not the path of a file.
func Is(arg string) bool {
	return strings.HasPrefix(arg, "https://") || strings.HasPrefix(arg, "http://")
}

// Shown is an argument as it may be printed: a link without its query.
func Shown(arg string) string {
	if !Is(arg) {
		return arg
	}
	before, _, _ := strings.Cut(arg, "?")
	before, _, _ = strings.Cut(before, "#")
	if scheme, rest, _ := strings.Cut(before, "://"); strings.Contains(strings.SplitN(rest, "/", 2)[0], "@") {
		return scheme + "://" + rest[strings.Index(rest, "@")+1:]
	}
	return before
}

// Parse reads a link.
func Parse(arg string) (Link, error) {
	shown := Shown(arg)
	u, err := url.Parse(arg)
	switch {
	case err != nil || u.Host == "":
		return Link{}, exit.Usage(shown+" is not a link", "it begins with https:// and a host")
	case u.User != nil:
		return Link{}, exit.Usage(shown+": the link has a user name or a password", "use a link that is signed, or pipe it: curl -fL … | ciobulk … -")
	case u.Scheme == "http" && !Loopback(u.Hostname()):
		return Link{}, exit.Usage(shown+" is not encrypted, and the file has people's data", "use https://")
	}
	return Link{shown, u}, nil
}

// Loopback reports whether a host is this machine, to which nothing need be encrypted.
func Loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// A download that makes no progress is tried so often; silence for so long is none.
const (
	tries   = 5
	silence = time.Minute
)

// Fetch downloads the file into a folder, where it keeps the end of its name. A
// connection that is cut is continued where it was cut, if the file is still the same.
// Errors say that nothing was sent.
func Fetch(ctx context.Context, l Link, dir, userAgent string) (file string, bytes int64, err error) {
	name := filepath.Base(filepath.FromSlash(path.Base(l.url.Path)))
	if name == "." || name == string(filepath.Separator) {
		name = "input"
	}
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	d := &transfer{link: l, to: f, userAgent: userAgent}
	for failed := 0; ; failed++ {
		had := d.got
		done, err := d.part(ctx)
		if done {
			return f.Name(), d.got, f.Close()
		}
		if ctx.Err() != nil {
			return "", 0, context.Cause(ctx)
		}
		if known, is := errors.AsType[*exit.Error](err); is {
			return "", 0, known
		}
		if d.got > had {
			failed = 0
		}
		if failed == tries-1 {
			return "", 0, exit.New(exit.Broken, fmt.Sprintf("%s cannot be downloaded: %v; nothing was sent", l.Shown, err), "run it again later")
		}
		select {
		case <-time.After(time.Duration(1<<failed) * 200 * time.Millisecond):
		case <-ctx.Done():
			return "", 0, context.Cause(ctx)
		}
	}
}

// transfer is one download.
type transfer struct {
	link      Link
	to        *os.File
	userAgent string
	got       int64
	validator string // of the file that got is a part of: its ETag, or when it was modified
}

// part downloads what is missing. done is false where something still is.
func (d *transfer) part(ctx context.Context) (done bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, d.link.url.String(), nil)
	if err != nil {
		return false, hidden(err)
	}
	request.Header.Set("User-Agent", d.userAgent)
	request.Header.Set("Accept-Encoding", "identity") // the file as it is stored
	if d.got > 0 && d.validator != "" {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", d.got))
		request.Header.Set("If-Range", d.validator)
	}
	quiet := time.AfterFunc(silence, cancel)
	defer quiet.Stop()
	answer, err := (&http.Client{CheckRedirect: d.redirected}).Do(request)
	if err != nil {
		return false, hidden(err)
	}
	defer answer.Body.Close()
	if err := d.accept(answer); err != nil {
		return false, err
	}
	buffer := make([]byte, 1<<18)
	for {
		n, err := answer.Body.Read(buffer)
		quiet.Reset(silence)
		if _, writeErr := d.to.Write(buffer[:n]); writeErr != nil {
			return false, exit.Usage(fmt.Sprintf("cannot keep %s: %v", d.link.Shown, writeErr), "free space in the temporary directory, or set TMPDIR to another one")
		}
		d.got += int64(n)
		if errors.Is(err, io.EOF) {
			return true, nil
		}
		if err != nil {
			return false, hidden(err)
		}
	}
}

// accept looks at the head of an answer, and sets where its body goes.
func (d *transfer) accept(answer *http.Response) error {
	validator := answer.Header.Get("ETag")
	if validator == "" || strings.HasPrefix(validator, "W/") {
		validator = answer.Header.Get("Last-Modified")
	}
	switch {
	case answer.StatusCode == http.StatusPartialContent && d.got > 0:
		if !strings.HasPrefix(answer.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", d.got)) {
			return errors.New("the server sends another part than the one that is missing")
		}
		return nil
	case answer.StatusCode != http.StatusOK:
		return d.refused(answer.StatusCode)
	case d.got > 0 && d.validator != validator:
		return exit.Usage(d.link.Shown+" has changed while it was downloaded; nothing was sent", "run it again once the file is complete")
	}
	d.got, d.validator = 0, validator // also where the server cannot send a part
	if _, err := d.to.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return d.to.Truncate(0)
}

// refused words the status of an answer without a file.
func (d *transfer) refused(status int) error {
	what := fmt.Sprintf("%s: the server says %d %s; nothing was sent", d.link.Shown, status, http.StatusText(status))
	switch {
	case status == http.StatusForbidden, status == http.StatusUnauthorized, status == http.StatusBadRequest:
		return exit.Usage(what, "a signed link expires: make a new one")
	case status == http.StatusNotFound, status == http.StatusGone:
		return exit.Usage(what, "check the link")
	case status == http.StatusTooManyRequests, status == http.StatusRequestTimeout, status >= 500:
		return fmt.Errorf("the server says %d %s", status, http.StatusText(status)) // it may change its mind
	}
	return exit.Usage(what, "the link must be that of a file")
}

// redirected follows a few redirects, and none from https to http.
func (d *transfer) redirected(next *http.Request, before []*http.Request) error {
	if len(before) >= 5 {
		return exit.Usage(d.link.Shown+" is redirected too often", "use the link of the file itself")
	}
	if next.URL.Scheme != "https" && before[0].URL.Scheme == "https" {
		return exit.Usage(d.link.Shown+" is redirected to a place that is not encrypted", "use the link of the file itself")
	}
	return nil
}

// hidden is an error without the address, whose query may be a secret.
func hidden(err error) error {
	if known, is := errors.AsType[*exit.Error](err); is {
		return known
	}
	if e, is := errors.AsType[*url.Error](err); is {
		return e.Err
	}
	return err
}

// Size is how a download is told of.
func Size(l Link, bytes int64) string {
	return fmt.Sprintf("downloaded %s (%s)", l.Shown, ui.Size(bytes))
}
