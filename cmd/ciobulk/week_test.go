package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ciobulk/ciobulk/internal/slowtest"
)

const weekJob = `
ping: ${PING}
keep: 0d
steps:
  people: {upsert: people.csv, match: id, only-changed: true, outage: 300ms, rate: 1000, batch-rows: 10, concurrency: 2, input: {min-rows: 50, max-shrink: 20%}}
  news: {segment sync: people.csv, match: id, segment: 1, max-remove: 60%, outage: 300ms, after: people}
  orders: {event: {command: [bash, orders.sh]}, match: id, outage: 300ms, after: people}
`

// week is a job that cron runs every hour, on a fresh export each time.
type week struct {
	*scene
	random *rand.Rand
	people map[string]int // the export
	next   int

	mu    sync.Mutex // above what the ping's handler uses
	pings []string
}

// A job lives a week without a person: new exports, kills, outages, files that were cut
// off and commands that fail. Metrics and pings tell each failure, the secret address of
// the ping is written nowhere, the disk does not fill, and at the end the workspace is
// equal to the last export.
func TestWeek(t *testing.T) {
	t.Parallel()
	w := &week{scene: newScene(t, 0), random: rand.New(rand.NewPCG(1, 2)), people: make(map[string]int)}
	pinged := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.mu.Lock()
		defer w.mu.Unlock()
		w.pings = append(w.pings, strings.TrimPrefix(r.URL.Path, "/secret-path/"))
	}))
	defer pinged.Close()
	w.service.AddSegment("News", true)
	w.write("job.yaml", []byte(weekJob))
	success := "0"
	run := func(hour int, code string) {
		t.Helper()
		w.hour(hour, code, pinged.URL, &success)
	}
	hours := slowtest.Times(14, 168)
	for hour := range hours {
		w.export()
		w.write("orders.sh", fmt.Appendf(nil, "printf 'id,event\\n1,hour %d\\n'", hour))
		switch hour % 7 {
		case 2:
			run(hour, "killed")
		case 4:
			w.service.SetDown(true)
			run(hour, "5")
			w.service.SetDown(false)
		case 5:
			whole, err := os.ReadFile(filepath.Join(w.dir, "people.csv"))
			if err != nil {
				t.Fatal(err)
			}
			w.write("people.csv", whole[:len(whole)/2])
			run(hour, "4")
		case 6:
			w.write("orders.sh", []byte("printf 'id,event\\n1,half\\n'; exit 1"))
			run(hour, "1")
		default:
			run(hour, "0")
		}
	}
	w.export()
	w.write("orders.sh", []byte("printf 'id,event\\n1,the end\\n'"))
	run(hours, "0")
	w.compare()
}

// export writes a new export: some people are new, some have changed, and some are gone.
func (w *week) export() {
	for _, id := range slices.Sorted(maps.Keys(w.people)) {
		switch w.random.IntN(20) {
		case 0:
			if len(w.people) > 90 {
				delete(w.people, id)
			}
		case 1, 2, 3:
			w.people[id]++
		}
	}
	for range 100 - min(len(w.people), 95) {
		w.next++
		w.people[fmt.Sprint(w.next)] = 0
	}
	var b bytes.Buffer
	b.WriteString("id,n\n")
	for id, n := range w.people {
		fmt.Fprintf(&b, "%s,%d\n", id, n)
	}
	w.write("people.csv", b.Bytes())
}

// hour runs the job once, and checks how it ends, and what metrics and pings say of that.
func (w *week) hour(hour int, code, ping string, success *string) {
	w.Helper()
	c := exec.CommandContext(w.Context(), "ciobulk", "run", "job.yaml", "--metrics", "job.prom", "--log-format", "json")
	c.Dir, c.Stdout, c.Stderr = w.dir, new(bytes.Buffer), new(bytes.Buffer)
	c.Env = append(os.Environ(), "CUSTOMERIO_TRACK_URL="+w.url, "CUSTOMERIO_APP_URL="+w.url, "CUSTOMERIO_SITE_ID="+testSite,
		"CUSTOMERIO_API_KEY="+testKey, "CUSTOMERIO_APP_API_KEY=app", "PING="+ping+"/secret-path")
	w.mu.Lock()
	w.pings = nil
	w.mu.Unlock()
	if code == "killed" {
		w.killAt(int64(1+w.random.IntN(3)), c)
	} else {
		_ = c.Run() // the code is looked at
		if got := fmt.Sprint(c.ProcessState.ExitCode()); got != code {
			w.Fatalf("hour %d: exit code %s, want %s\n%s%s", hour, got, code, c.Stdout, c.Stderr)
		}
	}
	w.mu.Lock()
	pings := slices.Clone(w.pings)
	w.mu.Unlock()
	want := []string{"start", code}
	if code == "killed" {
		want = want[:1]
	}
	if !slices.Equal(pings, want) {
		w.Errorf("hour %d: pings %q, want %q", hour, pings, want)
	}
	if code != "killed" && w.metric("last_exit_code") != code {
		w.Errorf("hour %d: last_exit_code is %s, want %s", hour, w.metric("last_exit_code"), code)
	}
	now := w.metric("last_success_timestamp_seconds")
	if (now != *success) != (code == "0") {
		w.Errorf("hour %d, exit code %s: the last success was at %s, and is at %s", hour, code, *success, now)
	}
	*success = now
	if said := fmt.Sprint(c.Stdout, c.Stderr); strings.Contains(said, "secret-path") {
		w.Errorf("hour %d: the address of the ping is shown: %s", hour, said)
	}
}

// metric reads a metric of the job.
func (w *week) metric(name string) string {
	w.Helper()
	text, err := os.ReadFile(filepath.Join(w.dir, "job.prom"))
	if err != nil {
		w.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^ciobulk_` + name + `\{.*\} (.*)$`).FindSubmatch(text)
	if found == nil {
		w.Fatalf("no metric %s in %s", name, text)
	}
	return string(found[1])
}

// compare holds the workspace to the last export, and looks at what is left on the disk.
func (w *week) compare() {
	w.Helper()
	for id, n := range w.people {
		p, is := w.service.Person("id", id)
		if got := string(p.Attributes["n"]); !is || got != fmt.Sprintf("%q", fmt.Sprint(n)) {
			w.Errorf("person %s has n = %s, want %d", id, got, n)
		}
	}
	news, _ := w.service.Segment(1)
	for _, member := range news.Members {
		if _, is := w.people[member.ID]; !is {
			w.Errorf("%s is still in the segment", member.ID)
		}
	}
	if len(news.Members) != len(w.people) {
		w.Errorf("%d people are in the segment, want %d", len(news.Members), len(w.people))
	}
	left := 0
	err := filepath.WalkDir(w.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		left++
		text, err := os.ReadFile(path)
		if bytes.Contains(text, []byte("secret-path")) {
			w.Errorf("the address of the ping is in %s", path)
		}
		return err
	})
	if err != nil || left > 40 {
		w.Errorf("%d files are left, %v", left, err)
	}
}
