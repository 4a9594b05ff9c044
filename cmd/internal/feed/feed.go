// Package feed reads the output of a program as an input. Start with Start.
package feed

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"sync"
	"time"
)

// Feed is the standard output of a program that runs. Where a file ends with io.EOF, it
// ends so only if the program has ended with status 0; any other end is an error, so
// that half an input is never taken for a whole one. It belongs to one goroutine, apart
// from Close.
type Feed struct {
	name   string
	cmd    *exec.Cmd
	out    io.ReadCloser
	said   sync.WaitGroup // the reader of standard error
	closed sync.Once
	ended  bool
	err    error // what Read returns after the end
}

// Error means that the program of a Feed did not end well.
type Error struct {
	Program string
	Err     error // such as exit status 1
}

func (e *Error) Error() string { return fmt.Sprintf("the command %s failed: %v", e.Program, e.Err) }
func (e *Error) Unwrap() error { return e.Err }

// waitDelay is how long the program's own children may keep its output open after it
// has ended.
const waitDelay = 5 * time.Second

// Start starts a program with its arguments, not by a shell. say is called with each
// line of its standard error, on another goroutine. Close ends the program.
func Start(ctx context.Context, argv []string, say func(line string)) (*Feed, error) {
	f := &Feed{name: filepath.Base(argv[0]), cmd: exec.CommandContext(ctx, argv[0], argv[1:]...)}
	f.cmd.WaitDelay = waitDelay
	detach(f.cmd)
	f.cmd.Cancel = func() error { return kill(f.cmd) }
	stderr, err := f.cmd.StderrPipe()
	if err == nil {
		f.out, err = f.cmd.StdoutPipe()
	}
	if err == nil {
		err = f.cmd.Start()
	}
	if err != nil {
		return nil, &Error{argv[0], err}
	}
	f.said.Go(func() {
		lines := bufio.NewScanner(stderr)
		for lines.Scan() {
			say(lines.Text())
		}
		_, _ = io.Copy(io.Discard, stderr) // after a line that is too long to be said
	})
	return f, nil
}

// Read reads the output.
func (f *Feed) Read(to []byte) (int, error) {
	if f.ended {
		return 0, f.err
	}
	n, err := f.out.Read(to)
	if err == nil || n > 0 {
		return n, nil // an error comes again
	}
	f.ended, f.err = true, err
	f.said.Wait()
	if failed := f.cmd.Wait(); failed != nil {
		f.err = &Error{f.name, failed}
	} else if !errors.Is(err, io.EOF) {
		f.err = &Error{f.name, err}
	}
	return 0, f.err
}

// Close ends the program if it still runs.
func (f *Feed) Close() error {
	f.closed.Do(func() {
		if f.ended {
			return
		}
		_ = kill(f.cmd) // it may have ended just now
		_ = f.out.Close()
		f.said.Wait()
		_ = f.cmd.Wait() // it was killed
	})
	return nil
}
