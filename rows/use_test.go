package rows

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// An input may be closed while another goroutine waits in Next: what it still uses is
// released after that, and it gets an error instead of rows.
func TestCloseWhileAReadWaits(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"standard input", "named pipe"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, out, in := "-", io.WriteCloser(nil), io.Reader(nil)
			if name == "named pipe" {
				path = filepath.Join(t.TempDir(), "pipe")
				if err := syscall.Mkfifo(path, 0o600); err != nil {
					t.Skip(err)
				}
				f, err := os.OpenFile(path, os.O_RDWR, 0)
				if err != nil {
					t.Fatal(err)
				}
				out = f
			} else {
				in, out = io.Pipe()
			}
			defer out.Close()
			go io.WriteString(out, "id,name\n"+strings.Repeat("1,Ada\n", 1<<16)) // more than Open looks at
			input, err := Open(path, Options{Stdin: in, Format: CSV, Delimiter: ',', Encoding: "utf-8"})
			if err != nil {
				t.Fatal(err)
			}
			ended := make(chan error)
			go func() {
				var b Block
				var err error
				for err == nil {
					err = input.Next(&b, 10, 1<<20)
				}
				ended <- err
			}()
			input.Close()
			input.Close()
			out.Close() // a pipe that is standard input cannot be woken otherwise
			if err := <-ended; errors.Is(err, io.EOF) {
				t.Errorf("the reader came to %v", err)
			}
		})
	}
}
