package main

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A named pipe that no one writes to, or whose writer says nothing, is waited for
// until Ctrl-C.
func TestPipeIsWaitedForUntilInterrupted(t *testing.T) {
	t.Parallel()
	for name, silent := range map[string]bool{"no writer": false, "a silent writer": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, 10)
			pipe := filepath.Join(s.dir, "pipe.csv")
			if err := syscall.Mkfifo(pipe, 0o600); err != nil {
				t.Fatal(err)
			}
			c := s.call("upsert", "people.csv", "pipe.csv", "-m", "people.yaml")
			w := newWatcher("people.csv: comma") // which comes before the pipe
			c.Stderr = w
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			s.wait(w.seen, c)
			if silent {
				f, err := os.OpenFile(pipe, os.O_WRONLY, 0) // waits for its reader
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
			}
			if err := c.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
			ended := make(chan struct{})
			go func() { _ = c.Wait(); close(ended) }() // how it ended is looked at
			s.wait(ended, c)
			if status := c.ProcessState.Sys().(syscall.WaitStatus); status.Signal() != syscall.SIGINT && status.ExitStatus() != exitInterrupted {
				t.Errorf("it ended with %v", c.ProcessState)
			}
			if s.seen() != 0 {
				t.Error("something was sent")
			}
		})
	}
}
