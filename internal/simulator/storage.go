package simulator

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// storagePath is what the files of exports are below: of an object store that
// knows nothing of the App API's keys.
const storagePath = "/_storage/"

// link is the address of an export's file, which is good for a while.
func (w *Workspace) link(r *http.Request, id int) string {
	base := w.config.App.StorageURL
	if base == "" {
		base = "http://" + otherName(r.Host)
	}
	name, expires := fmt.Sprintf("exports/%d.csv", id), strconv.FormatInt(time.Now().Add(w.config.App.linkLife()).UnixMilli(), 10)
	return base + storagePath + name + "?expires=" + expires + "&signature=" + w.signature(name, expires)
}

// otherName is the other name of this machine's loopback.
func otherName(hostport string) string {
	host, port, err := net.SplitHostPort(hostport)
	if err != nil {
		return hostport
	}
	if host == "localhost" {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return net.JoinHostPort("localhost", port)
}

func (w *Workspace) signature(name, expires string) string {
	h := hmac.New(sha256.New, []byte("simulated store"+w.config.AppKey))
	fmt.Fprintf(h, "%s\n%s", name, expires)
	return hex.EncodeToString(h.Sum(nil))
}

// serveStorage answers as an object store does: 400 to a request with an
// Authorization beside the signature, 403 to a link that is wrong or has expired,
// and 206 to one for a part.
func (w *Workspace) serveStorage(rw http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, storagePath)
	query := r.URL.Query()
	expires, _ := strconv.ParseInt(query.Get("expires"), 10, 64)
	switch {
	case r.Header.Get("Authorization") != "":
		w.meter.leaked()
		http.Error(rw, "<Error><Code>InvalidArgument</Code></Error>", http.StatusBadRequest)
		return
	case query.Get("signature") != w.signature(name, query.Get("expires")), time.Now().UnixMilli() > expires:
		http.Error(rw, "<Error><Code>AccessDenied</Code></Error>", http.StatusForbidden)
		return
	}
	w.mu.Lock()
	x := w.export(strings.TrimSuffix(strings.TrimPrefix(name, "exports/"), ".csv"))
	w.mu.Unlock()
	if x == nil {
		http.Error(rw, "<Error><Code>NoSuchKey</Code></Error>", http.StatusNotFound)
		return
	}
	if w.config.App.StorageWhole {
		r.Header.Del("Range")
	}
	rw.Header().Set("Content-Type", "text/csv")
	rw.Header().Set("ETag", fmt.Sprintf(`"%x"`, sha256.Sum256(x.file)))
	if most := w.plan.Load().AppCutDownload; most > 0 {
		rw = &cutting{rw, most}
	}
	http.ServeContent(rw, r, "", time.Time{}, bytes.NewReader(x.file))
}

// cutting breaks the connection after a number of bytes.
type cutting struct {
	http.ResponseWriter
	left int
}

func (c *cutting) Write(p []byte) (int, error) {
	n, err := c.ResponseWriter.Write(p[:min(len(p), c.left)])
	c.left -= n
	if c.left == 0 && err == nil {
		http.NewResponseController(c.ResponseWriter).Flush()
		panic(http.ErrAbortHandler)
	}
	return n, err
}
