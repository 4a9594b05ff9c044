package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// The samples of schedulers are of the form that each reads, and name flags that the
// command has.
func TestSchedules(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(root + "/samples/schedule/*")
	if err != nil || len(files) < 6 {
		t.Fatalf("%q, %v", files, err)
	}
	help, err := exec.Command("ciobulk", "run", "--help").Output()
	if err != nil {
		t.Fatal(err)
	}
	flag := regexp.MustCompile(`--[a-z-]+`)
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		found := flag.FindAllString(string(text), -1)
		if len(found) == 0 && filepath.Ext(path) != ".timer" {
			t.Errorf("%s calls nothing", path)
		}
		for _, name := range found {
			if !strings.Contains(string(help), name+" ") {
				t.Errorf("%s: there is no flag %s", path, name)
			}
		}
		switch filepath.Ext(path) {
		case ".yaml":
			var any map[string]any
			if err := yaml.Unmarshal(text, &any); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		case ".py":
			if python, err := exec.LookPath("python3"); err == nil {
				if out, err := exec.Command(python, "-c", "import ast,sys; ast.parse(open(sys.argv[1]).read())", path).CombinedOutput(); err != nil {
					t.Errorf("%s: %v\n%s", path, err, out)
				}
			}
		case ".service", ".timer":
			here := filepath.Join(t.TempDir(), filepath.Base(path)) // where the program is installed
			if err := os.WriteFile(here, []byte(strings.ReplaceAll(string(text), "/usr/bin/ciobulk", "/bin/true")), 0o600); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.Command("systemd-analyze", "verify", here).CombinedOutput(); err != nil && strings.Contains(string(out), filepath.Base(path)+":") {
				t.Errorf("%s: %v\n%s", path, err, out)
			}
		}
	}
}
