package main

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// failing is a test that keeps why it failed.
type failing struct {
	testing.TB
	why string
}

func (f *failing) Helper() {}

func (f *failing) Fatalf(format string, args ...any) {
	f.why = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// A process that ends before the request that a test waits for ends the wait.
func TestStartUntilNoticesTheEnd(t *testing.T) {
	t.Parallel()
	s := newScene(t, 10)
	f := &failing{TB: t}
	s.TB = f
	done := make(chan struct{})
	go func() { // Fatalf ends it
		defer close(done)
		s.startUntil(1, s.call("upsert", "missing.csv", "--match", "id"))
	}()
	<-done
	if !strings.Contains(f.why, "it ended before request 1: exit status 2") || !strings.Contains(f.why, "missing.csv: cannot be opened") {
		t.Error(f.why)
	}
}
