package rows

import (
	"errors"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The sum of a block is that of the text before its end, wherever the blocks are cut,
// and an input that continues there knows whether that text has changed.
func TestSum(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"long.csv": "id,n\n1,a\n" + strings.Repeat("\r\n", 100_000) + "2,b\n",
		"a.csv":    "\n\nid,n\n\r\n\n1,a\n2,\"b\nc\"\n\n\n\n3,d\r\n\n4,e\n\n",
		"b.csv":    "\ufeffid,n\n1,a\n2,b",
		"c.jsonl":  "{\"a\":1}\n\n{\"a\":2}\n{\"a\":3}",
		"d.json":   "[ {\"a\":1},\n {\"a\":2} , {\"a\":3}]\n",
	} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		for records := range 4 {
			in, err := Open(path, Options{})
			if err != nil {
				t.Fatal(err)
			}
			var b Block
			for in.Next(&b, records+1, 1<<20) == nil {
				if want := crc32.ChecksumIEEE([]byte(text[in.first.Offset:b.End.Offset])); b.Sum != want {
					t.Errorf("%s: %x at %+v in blocks of %d, want %x", name, b.Sum, b.End, records+1, want)
				}
				continues(t, path, text, b.End, b.Sum)
			}
			in.Close()
		}
	}
}

// continues goes on at p in the file, and in one that has changed before it.
func continues(t *testing.T, path, text string, p Position, sum uint32) {
	t.Helper()
	try := func(path string, verify bool) error {
		in, err := Open(path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		err = in.Continue(p, sum, verify)
		var b Block
		if err == nil && in.Next(&b, 100, 1<<20) == nil && b.Start != p {
			t.Errorf("%s: it continues at %+v, not at %+v", path, b.Start, p)
		}
		return err
	}
	for _, verify := range []bool{false, true} {
		if err := try(path, verify); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	at := strings.LastIndexAny(text[:p.Offset], "123")
	changed := filepath.Join(t.TempDir(), filepath.Base(path))
	if err := os.WriteFile(changed, []byte(text[:at]+"9"+text[at+1:]), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := try(changed, false); err != nil {
		t.Errorf("%s is read again unasked: %v", path, err)
	}
	if e, _ := errors.AsType[*Error](try(changed, true)); e == nil || e.Kind != Moved {
		t.Errorf("%s: the change at byte %d is not noticed: %v", path, at, e)
	}
}
