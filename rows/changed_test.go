package rows

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"
)

// readThrough reads in to its end and returns how many rows there were.
func readThrough(in *Input) (n int, err error) {
	var b Block
	for {
		err := in.Next(&b, 100, 1<<16)
		n += b.Len()
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}

func TestChanged(t *testing.T) {
	t.Parallel()
	text := "a,b\n" + strings.Repeat("1,22\n", 100_000)
	for name, c := range map[string]struct {
		change      func(path string) error
		read, after string // what Next and Changed say
		replaced    string
	}{
		"not":     {func(string) error { return nil }, "", "", ""},
		"shrunk":  {func(path string) error { return os.Truncate(path, 400_003) }, "(500004 bytes when it was opened, 400003 now)", "(500004 bytes when it was opened, 400003 now)", ""},
		"grown":   {func(path string) error { return os.Truncate(path, 500_005) }, "", "(500004 bytes when it was opened, 500005 now)", ""},
		"touched": {func(path string) error { return os.Chtimes(path, time.Time{}, time.Unix(1, 0)) }, "", "(it was written to at 1970-01-01T00:00:01Z, and is as long as before)", ""},
		"removed": {os.Remove, "", "", "was removed while it was read"},
		"replaced": {func(path string) error {
			return errors.Join(os.WriteFile(path+"2", []byte("x"), 0o600), os.Rename(path+"2", path))
		}, "", "", "was replaced by another file while it was read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := save(t, "x.csv", []byte(text))
			in, err := Open(path, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			if err := c.change(path); err != nil {
				t.Fatal(err)
			}
			n, err := readThrough(in)
			ends(t, "reading", err, c.read)
			if want := 100_000; err == nil && n != want {
				t.Errorf("%d rows, want %d", n, want)
			} else if err != nil && n != 79_999 { // the one that was cut in two is none
				t.Errorf("%d rows before the end", n)
			}
			ends(t, "Changed", in.Changed(), c.after)
			if got := in.Replaced(); !strings.HasSuffix(got, c.replaced) || c.replaced == "" && got != "" {
				t.Errorf("Replaced: %q", got)
			}
		})
	}
}

// ends wants an *Error with ErrChanged that ends so, or none.
func ends(t *testing.T, what string, err error, want string) {
	t.Helper()
	if want == "" {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
		return
	}
	_, ok := errors.AsType[*Error](err)
	if !ok || !errors.Is(err, ErrChanged) || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("%s: got %v, want %s", what, err, want)
	}
}

// Of streams nothing can be told.
func TestChangedOfAStream(t *testing.T) {
	t.Parallel()
	in, err := Open("-", Options{Stdin: strings.NewReader("a\n1\n")})
	if err != nil {
		t.Fatal(err)
	}
	if err := in.Changed(); err != nil || in.Replaced() != "" {
		t.Errorf("%v, %q", err, in.Replaced())
	}
}
