package simulator

import (
	"net/http/httptest"
	"testing"
)

func TestCountOnly(t *testing.T) {
	t.Parallel()
	w := New(Config{CountOnly: true, KeepLog: true})
	accept(t, w, identify("1", `"a":1`), identify("2", `"a":"\"type\":\"person\""`), on("event", "id", "", `"name":""`))
	accept(t, w)
	accept(t, w, `{"type": "person"}`, `{}`)
	equal(t, "entity", ask(w, "POST", entityPath, identify("1", ``)).Code, 200)
	s := w.Stats()
	equal(t, "operations", []int64{s.Operations, s.Applied, s.Rejected}, []int64{6, 6, 0})
	equal(t, "most", s.MostOperations, 3)
	equal(t, "kept", []int{s.People, s.Events, len(w.Log())}, []int{0, 0, 0})
	equal(t, "malformed", ask(w, "POST", batchPath, `{"batch":1}`).Code, 400)
	equal(t, "too large", ask(w, "POST", batchPath, padded(batchOf(), 500_001)).Code, 413)
}

func TestCountOnlyHasFaults(t *testing.T) {
	t.Parallel()
	w := New(Config{CountOnly: true, Faults: Faults{Every503: 2, TooLargeAbove: 1}})
	equal(t, "statuses", statuses(w, 4), []int{200, 503, 200, 503})
	equal(t, "too many", sendBatch(w, identify("1", ``), identify("2", ``)).Code, 413)
	equal(t, "operations", w.Stats().Operations, 2)
}

// A body is read as JSON only if the type is found nowhere in it.
func TestCountOperations(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]int{
		`{"type":"person"} {"type":"person"`:                       2,
		`{"action":"identify","type":"person"},{"type" : "person"`: 1,
		`{"batch":[{"type" : "person"},{}]}`:                       2,
		`{"batch":[]}`:                                             0,
	} {
		n, problem := countOperations([]byte(body))
		if n != want || problem != nil {
			t.Errorf("%s: %d %v, want %d", body, n, problem, want)
		}
	}
}

// Counting may cost nothing for each operation: it has to leave the cores to
// the client that is measured.
func TestCountingDoesNotAllocate(t *testing.T) {
	body := []byte(peopleBody(1500))
	allocations := testing.AllocsPerRun(100, func() {
		if n, problem := countOperations(body); n != 1500 || problem != nil {
			t.Fatal(n, problem)
		}
	})
	equal(t, "allocations", allocations, 0)
}

func BenchmarkCount(b *testing.B) {
	w := New(Config{CountOnly: true})
	benchmarkBatches(b, w)
}

func BenchmarkApply(b *testing.B) {
	w := New(Config{})
	benchmarkBatches(b, w)
	if len(w.People()) != 1500 {
		b.Fatal("people are missing")
	}
}

func benchmarkBatches(b *testing.B, w *Workspace) {
	server := httptest.NewServer(w)
	defer server.Close()
	body := peopleBody(1500)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if status, answer, err := post(b, server.Client(), server.URL, body); status != 200 {
			b.Fatal(status, answer, err)
		}
	}
	b.ReportMetric(1500*float64(b.N)/b.Elapsed().Seconds(), "operations/s")
}

func BenchmarkCountOperations(b *testing.B) {
	body := []byte(peopleBody(1500))
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		countOperations(body)
	}
	b.ReportMetric(1500*float64(b.N)/b.Elapsed().Seconds(), "operations/s")
}

func BenchmarkParse(b *testing.B) {
	body := []byte(peopleBody(1500))
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		parseBatch(body)
	}
	b.ReportMetric(1500*float64(b.N)/b.Elapsed().Seconds(), "operations/s")
}
