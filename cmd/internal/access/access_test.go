package access

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Lines of credentials are read as shells, systemd and word processors write them; an
// error never holds a value.
func TestReadSettings(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"CUSTOMERIO_API_KEY=abc":                              "abc",
		"\ufeffexport CUSTOMERIO_API_KEY=abc\r\n":             "abc",
		"# x\n\nCUSTOMERIO_API_KEY = 'a b#c$d' # comment":     "a b#c$d",
		`CUSTOMERIO_API_KEY="a'b"`:                            "a'b",
		"CUSTOMERIO_API_KEY=“abc”":                            "abc",
		"CUSTOMERIO_API_KEY=a#b":                              "a#b",
		"CUSTOMERIO_API_KEY=\nCUSTOMERIO_API_KEY=${HOME}":     "${HOME}",
		"CUSTOMERIO_SITE_ID=x\nCUSTOMERIO_API_KEY=last=equal": "last=equal",
	} {
		got := make(map[string]string)
		if err := readSettings("file", []byte(text), got); err != nil || got["CUSTOMERIO_API_KEY"] != want {
			t.Errorf("%q is read as %q, %v", text, got["CUSTOMERIO_API_KEY"], err)
		}
	}
	for _, text := range []string{"CUSTOMERIO_API_KEY", "OTHER=secret", `CUSTOMERIO_API_KEY="secret`, `CUSTOMERIO_API_KEY='secret' rest`, "secret"} {
		if err := readSettings("file", []byte(text), make(map[string]string)); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// Only the owner may write to a file of credentials, and at most the group read it.
func TestModes(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "creds")
	if err := os.WriteFile(path, []byte("CUSTOMERIO_REGION=eu"), 0o600); err != nil {
		t.Fatal(err)
	}
	none := func(string) string { return "" }
	for mode, allowed := range map[os.FileMode]bool{0o600: true, 0o400: true, 0o440: true, 0o640: true, 0o660: false, 0o604: false, 0o444: false, 0o610: false} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		values, err := settings(none, Choice{File: path})
		if (err == nil) != allowed || allowed && values["CUSTOMERIO_REGION"] != "eu" {
			t.Errorf("%04o: %v", mode, err)
		}
	}
}
