package simulator

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/internal/slowtest"
)

// The official client for Node does all that it can do about people and objects against
// the simulator. It comes from npm; where that cannot be had, there is nothing to test.
func TestNodeClient(t *testing.T) {
	slowtest.Mark(t)
	t.Parallel()
	if _, err := exec.LookPath("npm"); err != nil {
		t.Skip("npm is not installed")
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "clients"))); err != nil {
		t.Fatal(err)
	}
	install := exec.CommandContext(t.Context(), "npm", "install", "--no-save", "--no-audit", "--no-fund", "customerio-node@5.2.0")
	install.Dir = dir
	if out, err := install.CombinedOutput(); err != nil {
		t.Skipf("npm cannot install the client: %v\n%s", err, out)
	}
	w := New(Config{WorkspaceID: 7})
	w.AddSegment("s", true)
	url, _, err := Serve(t.Context(), "127.0.0.1:0", w)
	if err != nil {
		t.Fatal(err)
	}
	node := exec.CommandContext(t.Context(), "node", "node.mjs")
	node.Dir, node.Env = dir, append(os.Environ(), "URL="+url)
	out, err := node.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	equal(t, "answers", strings.TrimSpace(string(out)), `{"region":7,"refused":400,"found":1}`)
	s := w.Stats()
	equal(t, "people", s.People, 3)
	equal(t, "attributes", attributesOf(t, w, "1"), `{"plan":"pro"}`)
	equal(t, "device", shownOf(t, w, "id", "1"), `tok ios 1700000000 map[app:"2"];`)
	equal(t, "relationship", shownOf(t, w, "id", "5"), "1/acme map[];")
	equal(t, "members", membersOf(t, w, 1), []string{"1"})
	equal(t, "events", s.Events, 4)
	equal(t, "suppressed", s.SuppressedIdentifiers, 1)
}
