package mapping

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/internal/jsontext"
	"github.com/ciobulk/ciobulk/mapping/convert"
	"github.com/ciobulk/ciobulk/rows"
)

// benchRows is how many rows the generated data has: a block of some hundred
// kilobytes, as the importer cuts them.
const benchRows = 4096

var benchNames = strings.Split("id,email,first_name,last_name,city,plan,joined_at_,balance,active,note", ",")

// benchMapping has strings, a number, a boolean and a timestamp that must look up
// a zone.
const benchMapping = `
match: {id: id}
attributes:
  email: email
  first_name: first_name
  last_name: {column: last_name, trim: true}
  city: city
  plan: {column: plan, values: {f: free, b: basic}}
  created_at: {column: joined_at_, type: timestamp, layout: iso8601, zone: Europe/Berlin}
  balance: {column: balance, type: number}
  active: {column: active, type: boolean}
  note: note
`

// benchPeople returns generated rows as text, numbers and booleans of JSONL
// without quotes.
func benchPeople(format rows.Format, n int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	var out []byte
	if format == rows.CSV {
		out = fmt.Appendln(out, strings.Join(benchNames, ","))
	}
	for i := range n {
		first, last := pick("Ada", "Grace", "Zoë", "Linus"), pick("Lovelace", "Miller", "Hamilton", "Thompson")
		cells := []string{
			fmt.Sprint(100_000_000 + i), fmt.Sprintf("%s.%d@example.com", strings.ToLower(last), r.IntN(1e6)), first, last,
			pick("Berlin", "New York", "Reykjavík", ""), pick("f", "b", "premium"),
			fmt.Sprintf("2025-%02d-%02d %02d:30:00", 1+r.IntN(12), 1+r.IntN(28), r.IntN(24)), fmt.Sprintf("%d.%02d", r.IntN(10_000), r.IntN(100)),
			pick("true", "false"), pick("called in March; left no name", "asked for an \"invoice\"", "prefers the telephone to email"),
		}
		out = appendRow(out, format, cells)
	}
	return out
}

func appendRow(out []byte, format rows.Format, cells []string) []byte {
	for i, cell := range cells {
		switch {
		case format == rows.CSV && i > 0:
			out = append(out, ',')
		case format == rows.JSONL:
			out = append(out, "{,"[min(i, 1)])
			out = append(jsontext.AppendString(out, benchNames[i]), ':')
		}
		switch {
		case format == rows.CSV:
			out = rows.AppendCSVCell(out, []byte(cell), ',')
		case i == 0 || i == 7 || i == 8:
			out = append(out, cell...)
		default:
			out = jsontext.AppendString(out, cell)
		}
	}
	if format == rows.JSONL {
		out = append(out, '}')
	}
	return append(out, '\n')
}

// bench is a block and the mapper for it.
type bench struct {
	block  rows.Block
	mapper *Mapper
	out    []byte
}

func newBench(tb testing.TB, format rows.Format, text string) *bench {
	tb.Helper()
	in, err := rows.Open("-", rows.Options{Format: format, Stdin: bytes.NewReader(benchPeople(format, benchRows))})
	if err != nil {
		tb.Fatal(err)
	}
	m, err := FromMatch("id")
	if text != "" {
		m, err = Parse("bench.yaml", []byte(text), false)
	}
	if err != nil {
		tb.Fatal(err)
	}
	if m.operation != "" {
		if err := m.SetVerb(m.operation); err != nil {
			tb.Fatal(err)
		}
	}
	plan, err := m.Bind(in)
	if err != nil {
		tb.Fatal(err)
	}
	b := &bench{mapper: plan.Mapper(in, Terms{})}
	if err := in.Next(&b.block, benchRows, 1<<30); err != nil || b.block.Len() != benchRows {
		tb.Fatalf("%d rows, %v", b.block.Len(), err)
	}
	b.pass(tb)
	return b
}

// pass maps every row of the block.
func (b *bench) pass(tb testing.TB) {
	b.out = b.out[:0]
	var outcome Outcome
	for i := range b.block.Len() {
		if b.out, _, outcome = b.mapper.Append(b.out, &b.block, i); outcome != Send {
			tb.Fatalf("row %d: %v", i+1, b.mapper.Rejection())
		}
	}
}

// benches are the mappings whose speed is watched, by name.
func benches(each func(name string, format rows.Format, text string)) {
	each("csv", rows.CSV, benchMapping)
	each("jsonl", rows.JSONL, benchMapping)
	each("match/csv", rows.CSV, "")
	each("match/jsonl", rows.JSONL, "")
	each("layout/csv", rows.CSV, strings.Replace(benchMapping, "iso8601", "2006-01-02 15:04:05", 1))
	each("typed/csv", rows.CSV, strings.NewReplacer("layout: iso8601", `layout: "%Y-%m-%d %H:%M:%S"`, "type: number", `type: number, thousands: ","`, "email: email", "email: {column: email, type: email}").Replace(benchMapping))
	const event = "operation: event\nevent: {name: {column: plan}, timestamp: {column: joined_at_, zone: Europe/Berlin}}\n" + benchMapping
	each("event/csv", rows.CSV, event)
	each("event/jsonl", rows.JSONL, event)
	const device = "operation: device add\nmatch: {id: id}\ndevice: {token: email, platform: {value: ios}, last_used: {column: joined_at_, zone: Europe/Berlin}}\n"
	each("device/csv", rows.CSV, device)
	each("device/jsonl", rows.JSONL, device)
	each("object/csv", rows.CSV, "operation: object upsert\nobject: {type: 1, id: id}\nmatch: {email: email}\nrelationship: {plan: plan}\n")
	each("relationship/csv", rows.CSV, "operation: relationship add\nobject: {type: 1, id: last_name}\nmatch: {email: email}\nrelationship: {plan: plan}\n")
	each("merge/csv", rows.CSV, "operation: merge\nmatch: {id: id}\nmerge: {email: email}\n")
	each("delete/csv", rows.CSV, "operation: delete\nmatch: {email: email}\n")
	each("segment/csv", rows.CSV, "operation: segment\nmatch: {email: email}\n")
	each("lower/csv", rows.CSV, strings.Replace(benchMapping, "trim: true", "trim: true, lower: true, default: x", 1))
}

// BenchmarkPhone is apart: numbers are what the library makes of them, which
// allocates.
func BenchmarkPhone(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, problem := convert.E164([]byte("0151 23456789"), "DE"); problem != "" {
			b.Fatal(problem)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	benches(func(name string, format rows.Format, text string) {
		b.Run(name, func(b *testing.B) {
			x := newBench(b, format, text)
			b.ReportAllocs()
			b.SetBytes(int64(x.block.Bytes()))
			for b.Loop() {
				x.pass(b)
			}
			b.ReportMetric(float64(b.N)*benchRows/b.Elapsed().Seconds(), "rows/s")
		})
	})
}

// TestAllocations holds the path of a row to at most one allocation in ten rows.
func TestAllocations(t *testing.T) {
	benches(func(name string, format rows.Format, text string) {
		x := newBench(t, format, text)
		if perRow := testing.AllocsPerRun(5, func() { x.pass(t) }) / benchRows; perRow > 0.1 {
			t.Errorf("%s: %.2f allocations a row", name, perRow)
		}
	})
}
