package simulator

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/internal/slowtest"
)

// tenAttributes are of the shape of a customer list, some 180 bytes.
func tenAttributes(i int) string {
	return fmt.Sprintf(`"first_name":"Ann%d","last_name":"Example","plan":"premium","age":%d,"balance":%d.25,`+
		`"active":true,"city":"K\u00f6ln","country":"DE","signed_up":%d,"source":"import-2026"`, i, i%90, i%1000, 1_700_000_000+i)
}

func peopleBody(n int) string { return peopleFrom(0, n) }

func peopleFrom(first, n int) string {
	var operations []string
	for i := first; i < first+n; i++ {
		operations = append(operations, identify(fmt.Sprintf("customer-%d", i), tenAttributes(i)))
	}
	return "{\"batch\":[" + strings.Join(operations, ",") + "]}"
}

// A person of ten attributes may not take a kilobyte: a million has to fit.
func TestMemoryOfPeople(t *testing.T) {
	slowtest.Mark(t)
	perPerson := bytesPerPerson(t, 20_000)
	t.Logf("%.0f bytes a person", perPerson)
	if perPerson > 1000 {
		t.Errorf("%.0f bytes a person, want at most 1000", perPerson)
	}
}

// What is kept of a request must not keep the request: a body of 500,000 bytes
// for each person would be half a megabyte a person.
func TestMemoryOfBodies(t *testing.T) {
	slowtest.Mark(t)
	const n = 100
	w := New(Config{KeepLog: true})
	before := heap()
	for i := range n {
		id := fmt.Sprint(i)
		body := batchOf(identify(id, `"email":"`+id+`@example.com","a":"x"`), on("suppress", "id", "x"+id),
			on("event", "id", id, `"name":"n"`, `"attributes":{"a":1}`))
		if rec := ask(w, "POST", batchPath, padded(body, 500_000)); rec.Code != 200 {
			t.Fatal(rec.Body)
		}
	}
	if kept := (heap() - before) / n; kept > 50_000 {
		t.Errorf("%d bytes are kept of each request", kept)
	}
	equal(t, "people", w.Stats().People, n)
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // a pool lets go at the second
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func BenchmarkPeople(b *testing.B) {
	for b.Loop() {
		b.ReportMetric(bytesPerPerson(b, 1_000_000), "bytes/person")
	}
}

func bytesPerPerson(t testing.TB, n int) float64 {
	w := New(Config{})
	before := heap()
	for first := 0; first < n; first += 1000 {
		if rec := ask(w, "POST", batchPath, peopleFrom(first, 1000)); rec.Body.String() != "{}\n" {
			t.Fatal(rec.Body)
		}
	}
	after := heap()
	equal(t, "people", w.Stats().People, n)
	return float64(after-before) / float64(n)
}
