// Package ui is what a terminal shows: the progress bar, tables, the end of a run,
// questions, and words for numbers. It takes values and returns text; it knows
// neither flags nor what a command does.
package ui

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// Terminal returns the terminal that f is, if it is one.
func Terminal(f any) (*os.File, bool) {
	file, isFile := f.(*os.File)
	return file, isFile && term.IsTerminal(int(file.Fd()))
}

// columns returns how wide a terminal is, 80 if that is unknown.
func columns(f *os.File) int {
	if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
		return width
	}
	return 80
}

// ColumnsOf is how wide the terminal is that a stream is, 80 if it is none.
func ColumnsOf(stream any) int {
	if f, is := Terminal(stream); is {
		return columns(f)
	}
	return 80
}

// Ask prints a question and returns the line that is typed, without the white space
// around it. It ends with stop, whose error is stopped, and with ctx.
func Ask(ctx context.Context, stop <-chan struct{}, stopped error, in io.Reader, out io.Writer, question string) (string, error) {
	fmt.Fprint(out, question)
	typed := make(chan string, 1)
	go func() { // a read from a terminal cannot be interrupted; it ends with the process
		line, _ := bufio.NewReader(in).ReadString('\n')
		typed <- strings.TrimSpace(line)
	}()
	select {
	case text := <-typed:
		return text, nil
	case <-stop:
		return "", stopped
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}
