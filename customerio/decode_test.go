package customerio

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/klauspost/compress/zstd"
)

// packed compresses a text.
func packed(t testing.TB, text string, by func(io.Writer) io.WriteCloser) string {
	t.Helper()
	var b bytes.Buffer
	w := by(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func zipped(w io.Writer) io.WriteCloser   { return gzip.NewWriter(w) }
func zlibbed(w io.Writer) io.WriteCloser  { return zlib.NewWriter(w) }
func deflated(w io.Writer) io.WriteCloser { f, _ := flate.NewWriter(w, 6); return f }
func zstded(w io.Writer) io.WriteCloser   { z, _ := zstd.NewWriter(w); return z }

// Compressed answers are understood, though none was asked for, and so is a byte
// order mark.
func TestCompressedAnswers(t *testing.T) {
	t.Parallel()
	const rejection, bom = `{"errors":[{"batch_index":1,"reason":"required"}]}`, "\ufeff"
	for name, c := range map[string]struct{ encoding, body string }{
		"gzip":                 {"gzip", packed(t, rejection, zipped)},
		"gzip, upper case":     {"GZIP", packed(t, rejection, zipped)},
		"gzip, unsaid":         {"", packed(t, rejection, zipped)},
		"x-gzip":               {"x-gzip", packed(t, rejection, zipped)},
		"deflate":              {"deflate", packed(t, rejection, zlibbed)},
		"deflate, bare":        {"deflate", packed(t, rejection, deflated)},
		"zstd":                 {"zstd", packed(t, rejection, zstded)},
		"twice":                {"deflate, gzip", packed(t, packed(t, rejection, zlibbed), zipped)},
		"identity":             {"identity", rejection},
		"not as it says":       {"gzip", rejection},
		"an unknown, in vain":  {"br", rejection},
		"with a mark":          {"", bom + rejection},
		"with a mark and gzip": {"gzip", packed(t, bom+rejection, zipped)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := always(207, c.body, "Content-Encoding", c.encoding)
				all, err := client(t, s, Config{}).Send(t.Context(), batchOf(operations(0, 3)...))
				equal(t, "error", err, nil)
				equal(t, "rejections", short(all), `1 required "" ""`)
				equal(t, "requests", s.count(), 1)
			})
		})
	}
}

// What cannot be decompressed is not acceptance, and a bomb costs no more than an
// answer may.
func TestBadlyCompressedAnswers(t *testing.T) {
	t.Parallel()
	whole := packed(t, "{}"+strings.Repeat(" ", 1000), zipped)
	for name, c := range map[string]struct{ encoding, body string }{
		"cut short":  {"gzip", whole[:len(whole)-9]},
		"an unknown": {"br", "\x8b\x00\x80{}\x03"},
		"noise":      {"deflate", "\xff\xfe\xfd"},
		"a bomb":     {"gzip", packed(t, "{}"+strings.Repeat(" ", 16<<20), zipped)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{answer: func(n int, w http.ResponseWriter, r *http.Request) {
					if n == 0 {
						say(w, 200, c.body, "Content-Encoding", c.encoding)
						return
					}
					say(w, 200, "{}")
				}}
				all, err := client(t, s, Config{}).Send(t.Context(), batchOf(one()...))
				equal(t, "error", err, nil)
				equal(t, "rejections", all, nil)
				equal(t, "requests", s.count(), 2)
			})
		})
	}
	got, err := decoded("gzip", []byte(packed(t, "{}"+strings.Repeat(" ", 16<<20), zipped)), maxAnswer)
	equal(t, "error", err, nil)
	equal(t, "bytes of a bomb", len(got), maxAnswer)
}
