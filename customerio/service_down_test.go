package customerio

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

func TestOutagesAreNotBadRows(t *testing.T) {
	t.Parallel()
	for from := range 40 {
		synctest.Test(t, func(t *testing.T) {
			s := &picky{bad: `"bad"`, way: answer(500, "")}
			begun := time.Now()
			stopAfter(t.Context(), time.Duration(from)*100*time.Millisecond, func() { s.set(true) })
			stopAfter(t.Context(), time.Duration(from)*100*time.Millisecond+time.Minute, func() { s.set(false) })
			all, err := client(t, s, Config{}).Send(t.Context(), batchOf(rowsOf(100, 60)...))
			equal(t, "error", err, nil)
			if len(all) != 1 || all[0].Index != 60 {
				t.Errorf("down from %d on: %s after %v", from, short(all), time.Since(begun))
			}
		})
	}
}

func TestNothingSucceeds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		way     func(w http.ResponseWriter, r *http.Request)
		trouble Trouble
		took    time.Duration // at least
	}{
		"502":            {answer(502, page), Unavailable, 5 * time.Minute},
		"cut":            {cut, Unavailable, 5 * time.Minute},
		"a page":         {answer(200, page), Unavailable, 5 * time.Minute},
		"404":            {answer(404, page), Refused, 0},
		"409":            {answer(409, ""), Refused, 0},
		"403 and a page": {answer(403, page), Credentials, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, begun := &picky{bad: "person", way: c.way}, time.Now()
				_, err := client(t, s, Config{}).Send(t.Context(), batchOf(rowsOf(1000, 0)...))
				equal(t, "trouble", troubleOf(t, err), c.trouble)
				took := time.Since(begun)
				t.Logf("%d requests in %v", s.requests, took)
				if took < c.took || c.took == 0 && took > 10*time.Second || took > 11*time.Minute || s.requests > 120 {
					t.Error("not the time or the requests of an outage")
				}
			})
		})
	}
}

func TestCredentialsRefusedLater(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body     string
		trouble  Trouble
		requests int // at most
	}{
		"its own form": {`{"errors":[{"detail":"no"}]}`, Credentials, 1},
		"nothing":      {"", Credentials, 10},
		"a page":       {page, Unavailable, 120},
	} {
		for _, status := range []int{401, 403} {
			synctest.Test(t, func(t *testing.T) {
				s := &picky{bad: "777777", way: answer(status, c.body)}
				track := client(t, s, Config{})
				_, err := track.Send(t.Context(), batchOf(one()...))
				equal(t, "error", err, nil)
				var ops [][]byte
				for i := range 100 {
					ops = append(ops, identify(fmt.Sprint(i), 777_777))
				}
				_, err = track.Send(t.Context(), batchOf(ops...))
				equal(t, "trouble with "+name, troubleOf(t, err), c.trouble)
				if s.requests-1 > c.requests {
					t.Errorf("%s: %d requests", name, s.requests-1)
				}
			})
		}
	}
}

func TestInterruptedWhileSplitting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		stopAfter(ctx, 1500*time.Millisecond, func() { cancel(errStopped) })
		begun := time.Now()
		_, err := client(t, &picky{bad: `"bad"`, way: answer(500, "")}, Config{}).Send(ctx, batchOf(rowsOf(1000, 999)...))
		if !errors.Is(err, errStopped) || time.Since(begun) != 1500*time.Millisecond {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
	})
}
