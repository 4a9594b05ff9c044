package customerio

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"testing"

	"github.com/ciobulk/ciobulk/internal/simulator"
)

// BenchmarkSend sends 1000 operations of 280 bytes at a time over sockets, to
// a service in the same process that counts and forgets. The allocations are
// of both sides.
func BenchmarkSend(b *testing.B) {
	ops := make([][]byte, 1000)
	for i := range ops {
		op := fmt.Appendf(nil, `{"type":"person","action":"identify","identifiers":{"id":"%d"},"attributes":{"text":"`, i)
		op = append(op, bytes.Repeat([]byte("x"), 280-len(op)-len(`"}}`))...)
		ops[i] = append(op, `"}}`...)
	}
	w := simulator.New(simulator.Config{CountOnly: true})
	server := httptest.NewServer(w)
	defer server.Close()
	track := overSockets(b, server, Config{})
	batch := batchOf(ops...)
	b.SetBytes(int64(batch.Size()))
	b.ReportAllocs()
	for b.Loop() {
		if rejected, err := track.Send(b.Context(), batch); err != nil || rejected != nil {
			b.Fatal(rejected, err)
		}
	}
	b.ReportMetric(float64(len(ops)*b.N)/b.Elapsed().Seconds(), "rows/s")
	equal(b, "operations", w.Stats().Operations, track.Stats().Requests*int64(len(ops)))
}
