// Package slowtest marks the tests that take too long for the inner loop.
// `make test` skips them, `make slow` (a part of `make check`) runs them.
// Such a test calls [Mark] first.
package slowtest

import (
	"os"
	"testing"
)

// Variable is the environment variable that asks for the slow tests, if it is
// set to anything. An environment variable, because `go test ./...` gives flags
// to all packages and fails in those that do not define them.
const Variable = "SLOW_TESTS"

// Mark skips t unless slow tests were asked for. With -short they never run.
func Mark(t testing.TB) {
	t.Helper()
	if !Wanted() {
		t.Skip("slow: make slow runs it")
	}
}

// Times returns how often a test tries a law: fast times in the inner loop, slow
// times where slow tests run.
func Times(fast, slow int) int {
	if Wanted() {
		return slow
	}
	return fast
}

// Wanted reports whether slow tests run.
func Wanted() bool { return os.Getenv(Variable) != "" && !testing.Short() }

// Only reports whether nothing but slow tests is wanted, as in make check, which runs the
// others before: SLOW_TESTS is "only". Groups of tests that take long look at it.
func Only() bool { return Wanted() && os.Getenv(Variable) == "only" }
