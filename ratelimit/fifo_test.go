//go:build unix

package ratelimit

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// A pipe in place of the file, or of its lock, is reported once and not waited for:
// opening one for reading lasts until something writes to it.
func TestPipesAreNotTheFile(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"rate", "rate.lock"} {
		dir := t.TempDir()
		pipe := filepath.Join(dir, name)
		if err := syscall.Mkfifo(pipe, 0o600); err != nil {
			t.Fatal(err)
		}
		synctest.Test(t, func(t *testing.T) {
			var told []error
			l := New(100)
			l.Share(Shared{Path: filepath.Join(dir, "rate"), PerSecond: 100, Alone: func(err error) { told = append(told, err) }})
			near(t, "requests in ten seconds", float64(spend(t, l, 4, 10*time.Second)), 1000, 0.01)
			if len(told) != 1 || !strings.Contains(told[0].Error(), pipe+" is not a regular file") {
				t.Errorf("told %v", told)
			}
		})
		if info, err := os.Lstat(pipe); err != nil || info.Mode()&os.ModeNamedPipe == 0 {
			t.Errorf("the pipe is %v, %v", info, err)
		}
	}
}
