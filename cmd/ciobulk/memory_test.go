package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/ciobulk/ciobulk/internal/slowtest"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// mostMemory is what the program may take at its peak, whatever it is given, in
// MiB: a record of 16 MiB in the buffers that it passes, and the program itself.
const mostMemory = 120

// withoutRaces skips a test of memory in a program with the race detector, which
// takes several times as much.
func withoutRaces(t *testing.T) {
	info, _ := debug.ReadBuildInfo()
	if info != nil && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		t.Skip("with the race detector, memory says nothing")
	}
}

// peak runs c to its end and returns the most memory that it held, in MiB.
func peak(t *testing.T, c *exec.Cmd, code int, says string) int64 {
	t.Helper()
	var said bytes.Buffer
	path, err := exec.LookPath("ciobulk-measured")
	if err != nil {
		t.Fatal(err)
	}
	c.Path, c.Args[0], c.Stdout, c.Stderr = path, "ciobulk-measured", &said, &said
	peakFile := filepath.Join(t.TempDir(), "peak")
	c.Env = append(c.Env, "PEAK="+peakFile)
	_ = c.Run() // the code is looked at; the pipe breaks when enough was read
	if c.ProcessState.ExitCode() != code || !strings.Contains(said.String(), says) {
		t.Errorf("exit code %d, want %d and %q: %s", c.ProcessState.ExitCode(), code, says, said.String())
	}
	text, err := os.ReadFile(peakFile)
	if err != nil {
		t.Fatal(err)
	}
	kilobytes, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return kilobytes >> 10
}

// measured runs ciobulk and writes down how much memory it held at its peak. It
// runs in between because the system counts what a process was forked from as its
// own, and a test may hold more than the program.
func measured() {
	c := exec.Command("ciobulk", os.Args[1:]...)
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	_ = c.Run() // the code is passed on
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &usage); err != nil {
		panic(err)
	}
	if err := os.WriteFile(os.Getenv("PEAK"), []byte(strconv.FormatInt(usage.Maxrss, 10)), 0o600); err != nil {
		panic(err)
	}
	os.Exit(c.ProcessState.ExitCode())
}

// repeated is a start and then n bytes of one kind.
func repeated(start string, c byte, n int64) io.Reader {
	return io.MultiReader(strings.NewReader(start), io.LimitReader(filler(c), n))
}

// filler reads as one byte for ever.
type filler byte

func (f filler) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(f)
	}
	return len(p), nil
}

var endlessRecords = []struct {
	name, format, start string
	c                   byte
	says                string
}{
	{"csv", "csv", "id,x\n1,2\n3,", 'x', "standard input:3: a record of more than 16 MiB starts on this line"},
	{"csv, the header", "csv", "id,", 'x', "standard input:1: a record of more than 16 MiB starts on this line"},
	{"csv, an open quote", "csv", "id,x\n1,\"", 'x', "standard input:2: a quote opens on this line and is not closed within 16 MiB"},
	{"csv, an open quote over lines", "csv", "id,x\n1,\"", '\n', "standard input:2: a quote opens on this line and is not closed within 16 MiB"},
	{"csv, zeros", "csv", "", 0, "standard input:1: a record of more than 16 MiB starts on this line"},
	{"jsonl, a string", "jsonl", "{\"id\":\"1\"}\n{\"id\":\"", 'x', "standard input:2: a record of more than 16 MiB starts on this line"},
	{"jsonl, brackets", "jsonl", "{\"id\":\"1\"}\n{\"id\":", '[', "standard input:2: a record of more than 16 MiB starts on this line"},
}

// A record of 1 GiB takes no more memory than one of the size that is allowed.
func TestMemoryOfEndlessRecords(t *testing.T) {
	slowtest.Mark(t)
	withoutRaces(t)
	t.Parallel()
	s := newScene(t, 1)
	for _, c := range endlessRecords {
		t.Run(c.name, func(t *testing.T) {
			call := s.call("upsert", "-", "--match", "id", "--input-format", c.format, "--state-dir", t.TempDir())
			call.Stdin = repeated(c.start, c.c, 1<<30)
			got := peak(t, call, exitUsage, c.says)
			t.Logf("a record of 1 GiB: %d MiB at the peak", got)
			if got > mostMemory {
				t.Errorf("%d MiB", got)
			}
		})
	}
	if n := s.seen(); n != 0 {
		t.Errorf("%d requests were sent of files that cannot be read to their ends", n)
	}
}

// bomb writes a compressed file of start and then n times the page, which is
// compressed once: both formats may be repeated. The text end comes last.
func bomb(t *testing.T, path, start string, page []byte, n int, end string) {
	t.Helper()
	pack := func(data []byte) []byte {
		var b bytes.Buffer
		var w io.WriteCloser = gzip.NewWriter(&b)
		if strings.HasSuffix(path, ".zst") {
			z, err := zstd.NewWriter(&b)
			if err != nil {
				t.Fatal(err)
			}
			w = z
		}
		_, err := w.Write(data)
		if err := errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	data := append(pack([]byte(start)), bytes.Repeat(pack(page), n)...)
	if err := os.WriteFile(path, append(data, pack([]byte(end))...), 0o600); err != nil {
		t.Fatal(err)
	}
}

// What a compressed file becomes is never held as a whole.
func TestMemoryOfBombs(t *testing.T) {
	slowtest.Mark(t)
	withoutRaces(t)
	t.Parallel()
	s := newScene(t, 1)
	const page = 16 << 20
	for _, c := range []struct {
		name, start string
		c           byte
		pages       int
		end         string
		code        int
		says        string
	}{
		{"4 GiB of zeros", "", 0, 256, "", exitUsage, ":1: a record of more than 16 MiB starts on this line"},
		{"a line of 4 GiB", "id,x\n1,", 'x', 256, "", exitUsage, ":2: a record of more than 16 MiB starts on this line"},
		{"256 MiB of blank lines", "id,x\n", '\n', 16, "1,2\n", exitDone, `"accepted":1`},
	} {
		for _, ending := range []string{".gz", ".zst"} {
			t.Run(c.name+ending, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "bomb.csv"+ending)
				bomb(t, path, c.start, bytes.Repeat([]byte{c.c}, page), c.pages, c.end)
				got := peak(t, s.call("upsert", path, "--match", "id", "--state-dir", t.TempDir()), c.code, c.says)
				info, err := os.Stat(path)
				if err != nil {
					t.Fatal(err)
				}
				t.Logf("%d kB become %d MiB: %d MiB at the peak", info.Size()>>10, c.pages*page>>20, got)
				if got > mostMemory {
					t.Errorf("%d MiB", got)
				}
			})
		}
	}
}

// A zstd file may ask for a window, which must be held: not for more than 128 MiB.
func TestMemoryOfWindows(t *testing.T) {
	slowtest.Mark(t)
	withoutRaces(t)
	t.Parallel()
	s := newScene(t, 1)
	var b bytes.Buffer
	z, err := zstd.NewWriter(&b, zstd.WithWindowSize(zstd.MaxWindowSize))
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(z, repeated("id,x\n", '\n', 1<<20)) // not so little that it is one segment
	if err := errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	s.write("window.csv.zst", b.Bytes())
	got := peak(t, s.call("upsert", "window.csv.zst", "--match", "id"), exitUsage, "window.csv.zst: cannot be read: window size exceeded")
	t.Logf("a window of %d MiB: %d MiB at the peak", zstd.MaxWindowSize>>20, got)
	if got > mostMemory {
		t.Errorf("%d MiB", got)
	}
}
