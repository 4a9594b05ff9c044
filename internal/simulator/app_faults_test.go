package simulator

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func appStatuses(w *Workspace, n int) (got []int) {
	for range n {
		got = append(got, askApp(w, "GET", "/v1/segments", "").Code)
	}
	return got
}

func TestAppFaults(t *testing.T) {
	t.Parallel()
	w := New(Config{Faults: Faults{AppEvery429: 2, AppEvery500: 3, Every500: 1, Down: true}})
	equal(t, "its own only", appStatuses(w, 6), []int{200, 429, 500, 429, 200, 429})
	retryAfter := func() string { return askApp(w, "GET", "/v1/segments", "").Header().Get("Retry-After") }
	for want, f := range map[string]Faults{
		"1": {AppEvery429: 1}, "9": {AppEvery429: 1, RetryAfter: "9"}, "": {AppEvery429: 1, AppQuota: true},
	} {
		w.SetFaults(f)
		equal(t, "Retry-After", retryAfter(), want)
	}
	w.SetFaults(Faults{AppDown: true})
	equal(t, "down", appStatuses(w, 1), []int{503})
	equal(t, "the Track API is not", statuses(w, 1), []int{200})
	equal(t, "requests", []int64{w.Stats().AppRequests, w.Stats().Requests}, []int64{10, 11})
}

func TestAppPerSecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := New(Config{AppPerSecond: 2})
		equal(t, "a second's worth", appStatuses(w, 3), []int{200, 200, 429})
		w.SetFaults(Faults{RetryAfter: "9"})
		rec := askApp(w, "GET", "/v1/segments", "")
		equal(t, "not reset by faults", rec.Code, 429)
		equal(t, "Retry-After", rec.Header().Get("Retry-After"), "1")
		time.Sleep(time.Second)
		equal(t, "a second later", appStatuses(w, 3), []int{200, 200, 429})
	})
}

// What the App API shows of people and members is exactly a while old.
func TestAppLag(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := New(Config{AppLag: 2 * time.Second, KeepLog: true})
		show := func() string {
			count := askApp(w, "GET", "/v1/segments/1/customer_count", "").Body.String()
			person := askApp(w, "GET", "/v1/customers/1/attributes", "")
			return fmt.Sprint(strings.TrimSpace(count), person.Code, strings.Contains(person.Body.String(), `"plan":"pro"`))
		}
		accept(t, w, identify("0", ``), on("delete", "id", "0"), identify("1", ``))
		w.AddSegment("s", true)
		equal(t, "a segment is there at once", show(), fmt.Sprint(`{"segment_id":1,"count":0}`, 404, false))
		time.Sleep(time.Second)
		enrol(w, "add", 1, "", "1", "2")
		accept(t, w, identify("1", `"plan":"pro"`), identify("2", ``))
		time.Sleep(time.Second)
		equal(t, "two seconds later", show(), fmt.Sprint(`{"segment_id":1,"count":0}`, 200, false))
		time.Sleep(time.Second - 1)
		equal(t, "just before", show(), fmt.Sprint(`{"segment_id":1,"count":0}`, 200, false))
		time.Sleep(time.Nanosecond)
		equal(t, "three seconds later", show(), fmt.Sprint(`{"segment_id":1,"count":1}`, 200, true))
		accept(t, w, on("delete", "id", "1"))
		equal(t, "tests see it as it is", membersOf(t, w, 1), nil)
		equal(t, "the App API does not", show(), fmt.Sprint(`{"segment_id":1,"count":1}`, 200, true))
		time.Sleep(time.Hour)
		equal(t, "in the end", show(), fmt.Sprint(`{"segment_id":1,"count":0}`, 404, false))
		equal(t, "one copy after the other", w.replica.state.fingerprint(), w.Fingerprint())
		equal(t, "nothing waits", len(w.replica.pending), 0)
		accept(t, w, identify("3", `"plan":"pro"`))
		w.CatchUp()
		equal(t, "told to catch up", w.replica.state.fingerprint(), w.Fingerprint())
	})
}
