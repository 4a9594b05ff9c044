package customerio

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// FuzzRetryAfter reads any header. What is to be waited for is never negative and
// never beyond the cap; whole seconds are taken as they are, and so is a date in the
// form that RFC 9110 asks for, however far away it is.
func FuzzRetryAfter(f *testing.F) {
	for _, text := range []string{"1", "0", "-1", "0.5", " 7 ", "1e5", "1e99", "1e999", "Inf", "+Inf", "-Inf", "NaN", "0x10p3", "1_000", "", "soon",
		"Fri, 31 Dec 9999 23:59:59 GMT", "Tue, 24 Nov 2026 08:00:07 GMT", "Mon, 01 Jan 0001 00:00:00 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
		"18446744073709551616", "9223372036854775807", "1000001"} {
		f.Add(text, int64(1_795_507_200))
	}
	f.Add("Fri, 31 Dec 9999 23:59:59 GMT", int64(-62_135_596_800))
	f.Fuzz(func(t *testing.T, text string, unix int64) {
		now := time.Unix(unix%(1<<37), 0) // years that a date can be of
		got := retryAfter(http.Header{"Retry-After": {text}}, now)
		if got < 0 || got > maxRetryAfter {
			t.Fatalf("%q: %v", text, got)
		}
		if n, err := strconv.ParseUint(text, 10, 32); err == nil && got != min(time.Duration(n)*time.Second, maxRetryAfter) {
			t.Errorf("%q: %v", text, got)
		}
		if at, err := time.Parse(http.TimeFormat, text); err == nil && got != min(max(at.Sub(now), 0), maxRetryAfter) {
			t.Errorf("%q at %v: %v", text, now, got)
		}
	})
}

// A date that is centuries away is not a reason to wait for ever.
func TestRetryAfterCenturies(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"Fri, 31 Dec 9999 23:59:59 GMT", "99999999999", "1e300"} {
		synctest.Test(t, func(t *testing.T) {
			begun := time.Now()
			_, err := client(t, always(429, "", "Retry-After", text), Config{Outage: time.Hour}).Send(t.Context(), batchOf(one()...))
			equal(t, "trouble", troubleOf(t, err), Unavailable)
			if waited := time.Since(begun); waited > time.Hour || !strings.Contains(err.Error(), "asks to wait for 277h46m40s") {
				t.Errorf("%s: waited %v: %v", text, waited, err)
			}
		})
	}
}
