package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
)

func content(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// A file is replaced whole, with the mode that was asked for, and leaves nothing
// beside it.
func TestWrite(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a")
	for _, want := range []struct {
		text string
		mode fs.FileMode
	}{{"first", 0o600}, {"second", 0o644}, {"", 0o600}} {
		if err := os.WriteFile(path+".tmp", []byte("left by a crash"), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := Write(path, []byte(want.text), want.mode); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode() != want.mode || content(t, path) != want.text {
			t.Errorf("%v, %q, %v; want %+v", info.Mode(), content(t, path), err, want)
		}
		if _, err := os.Stat(path + ".tmp"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a part is left: %v", err)
		}
	}
}

// What cannot be read to its end replaces nothing.
func TestWriteFromFails(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a")
	if err := Write(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := WriteFrom(path, iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("new"))), 0o600); !errors.Is(err, iotest.ErrTimeout) {
		t.Errorf("error %v", err)
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 || content(t, path) != "old" {
		t.Errorf("%v, %v, %q", entries, err, content(t, path))
	}
}

// A device, a folder, a pipe and a symbolic link are never replaced.
func TestNotRegular(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pipe, link, folder := filepath.Join(dir, "pipe"), filepath.Join(dir, "link"), filepath.Join(dir, "folder")
	if err := errors.Join(syscall.Mkfifo(pipe, 0o600), os.Symlink("target", link), os.Mkdir(folder, 0o700)); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{pipe, link, folder} {
		before, err := os.Lstat(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := Write(path, []byte("x"), 0o600); !errors.Is(err, ErrNotRegular) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
		if after, err := os.Lstat(path); err != nil || after.Mode() != before.Mode() {
			t.Errorf("%s: %v became %v, %v", path, before.Mode(), after.Mode(), err)
		}
	}
}

func TestDiscard(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a")
	f, err := Create(path, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	f.Discard()
	f.Discard()
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 0 {
		t.Errorf("%v, %v", entries, err)
	}
}
