package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/internal/simulator"
	"github.com/ciobulk/ciobulk/internal/slowtest"
)

// account is a workspace with an App API, and the environment that leads there.
func account(t *testing.T, c simulator.Config) (w *simulator.Workspace, url string, env []string) {
	t.Helper()
	w, url = newService(t, c)
	return w, url, append(os.Environ(), "CUSTOMERIO_TRACK_URL="+url, "CUSTOMERIO_APP_URL="+url,
		"CUSTOMERIO_SITE_ID="+testSite, "CUSTOMERIO_API_KEY="+testKey, "CUSTOMERIO_APP_API_KEY="+testAppKey)
}

// shapes are values of attributes that an export may spoil.
var shapes = []any{
	"plain", "00123", "1e3", "+49 30 1", "true", "TRUE", " spaces ", "tab\tand \"quotes\", commas", "two\nlines", "CR\r\nLF", "null", "N/A", "-", "=1+1",
	"Zürich 東京 😀 e\u0301", strings.Repeat("ü", 500), strings.Repeat("x", 1000), `{"a": 1}`, "[1,2]", "\u00a0nbsp\u00a0", "#", "'single'", "\u2028",
	true, false, 0, -7, 123456789012345, 1.5, -0.25, map[string]any{"a": []any{1, "b", nil, map[string]any{"c": true}}}, []any{}, []any{"x"},
}

// ofEveryShape is the operations that make n people who have only an id, only an
// email, only a phone, or several, with all kinds of attributes.
func ofEveryShape(n int) (operations []string) {
	for i := range n {
		a := map[string]any{"seq": i, "mixed": shapes[i%len(shapes)], "flag": i%2 == 0, "ratio": float64(i) + 0.5, "zip": fmt.Sprintf("%05d", i%1000),
			"json": map[string]any{"n": i}, fmt.Sprintf("Rare %d", i%40): shapes[(i/40)%len(shapes)]}
		if i%3 == 0 {
			a["created_at"], a["unsubscribed"] = 1_600_000_000+i, i%2 == 0
		}
		if i%11 == 0 {
			a["ключ: # \"x\""], a["Seq"] = "ü", "other case"
		}
		kind, value := "id", fmt.Sprintf("%07d", i)
		switch i % 8 {
		case 1:
			kind, value = "email", fmt.Sprintf("p%d+x@example.com", i)
		case 2:
			kind, value = "phone", fmt.Sprintf("+1500555%04d", i%10000)
		case 3, 4:
			a["email"] = fmt.Sprintf("P%d@example.com", i)
		case 5:
			a["phone"] = fmt.Sprintf("+1500556%04d", i%10000)
		case 6:
			value = fmt.Sprintf("id %d/ü,\"", i)
		}
		text, err := json.Marshal(map[string]any{"type": "person", "action": "identify", "identifiers": map[string]string{kind: value}, "attributes": a})
		if err != nil {
			panic(err)
		}
		operations = append(operations, string(text))
	}
	return operations
}

// operate sends operations straight to a service.
func operate(t *testing.T, url string, operations []string) {
	t.Helper()
	for len(operations) > 0 {
		n := min(len(operations), 50)
		r, err := http.NewRequestWithContext(t.Context(), "POST", url+"/api/v2/batch", strings.NewReader(`{"batch":[`+strings.Join(operations[:n], ",")+`]}`))
		if err != nil {
			t.Fatal(err)
		}
		r.SetBasicAuth(testSite, testKey)
		r.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusOK {
			t.Fatal(res.Status)
		}
		operations = operations[n:]
	}
}

// What is exported and sent to an empty workspace is exported there as the same
// file, cio_ids aside.
func TestExportRoundTrip(t *testing.T) {
	t.Parallel()
	n := slowtest.Times(1000, 10_000)
	_, url, env := account(t, simulator.Config{})
	operate(t, url, ofEveryShape(n))
	dir := t.TempDir()
	runIn(t, dir, env, exitDone, "export", "people", "-o", "people.csv", "--quiet")
	for i, name := range []string{"people.csv", "lines.jsonl.gz"} {
		if name != "people.csv" {
			runIn(t, dir, env, exitDone, "export", "people", "-o", name, "--quiet")
		}
		mapping, _, _ := strings.Cut(name, ".")
		_, _, other := account(t, simulator.Config{WorkspaceID: int64(2 + i)})
		runIn(t, dir, other, exitDone, "upsert", name, "-m", mapping+".yaml", "--concurrency", "1", "--quiet")
		runIn(t, dir, other, exitDone, "export", "people", "-o", "again.csv", "--overwrite", "--quiet")
		compareExports(t, dir, n)
	}
}

// compareExports compares the first export with that of the other workspace.
func compareExports(t *testing.T, dir string, n int) {
	t.Helper()
	want, got := exported(t, filepath.Join(dir, "people.csv")), exported(t, filepath.Join(dir, "again.csv"))
	if len(got) != n+1 || len(want) != n+1 {
		t.Fatalf("%d and %d lines, want %d", len(want), len(got), n+1)
	}
	for i := range want {
		if strings.Join(got[i], "\x00") != strings.Join(want[i], "\x00") {
			t.Fatalf("line %d is\n%q\nwant\n%q", i, got[i], want[i])
		}
	}
	first, err := os.ReadFile(filepath.Join(dir, "people.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	second, err := os.ReadFile(filepath.Join(dir, "again.yaml"))
	if err != nil || strings.ReplaceAll(string(second), "again.", "people.") != string(first) {
		t.Errorf("the mappings differ: %v\n%s\n%s", err, first, second)
	}
}

// exported is the cells of a file but for the column cio_id.
func exported(t *testing.T, path string) [][]string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// encoding/csv makes one line end of two inside of cells.
	lines, err := csv.NewReader(strings.NewReader(strings.ReplaceAll(string(data), "\r", "\x01"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range lines {
		if lines[0][2] != "cio_id" && i == 0 {
			t.Fatalf("columns %q", lines[0])
		}
		lines[i] = append(l[:2:2], l[3:]...)
	}
	return lines
}
