package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/testscript"
)

// tame: the last command said something, and nothing that a terminal acts on.
func saidTamely(ts *testscript.TestScript, _ bool, _ []string) {
	said := ts.ReadFile("stdout") + ts.ReadFile("stderr")
	wild := func(r rune) bool { return !unicode.IsGraphic(r) && r != '\n' && r != '\t' }
	if said == "" || !utf8.ValidString(said) || strings.ContainsFunc(said, wild) {
		ts.Fatalf("it said %q", said)
	}
}

// socket NAME: there is a socket, which no one listens to.
func makeSocket(ts *testscript.TestScript, _ bool, args []string) {
	dir, err := os.MkdirTemp("", "s") // a socket's path must be short
	ts.Check(err)
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "s")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	ts.Check(err)
	l.SetUnlinkOnClose(false)
	ts.Check(l.Close())
	ts.Check(os.Rename(path, ts.MkAbs(args[0])))
}
