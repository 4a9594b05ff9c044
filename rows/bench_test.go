package rows

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/internal/jsontext"
)

// benchRows is how many rows the generated data has: some megabytes, which no
// cache holds, of ten columns and about 122 bytes of CSV a row.
const benchRows = 50_000

var benchNames = strings.Split("id,email,first_name,last_name,city,plan,created_at,balance,active,note", ",")

// people returns the cells of generated rows, the same ones every time.
func people(n int) [][]string {
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	rows := make([][]string, n)
	for i := range rows {
		first := pick("Ada", "Grace", "Zoë", "Linus", "Margaret", "Ken")
		last := pick("Lovelace", "Hopper", "Müller", "Torvalds", "Hamilton", "Thompson")
		rows[i] = []string{
			fmt.Sprint(100_000_000 + i), fmt.Sprintf("%s.%d@example.com", strings.ToLower(last), r.IntN(1e6)), first, last,
			pick("Berlin", "Lisbon", "New York", "Reykjavík"), pick("free", "basic", "premium"),
			fmt.Sprint(1_600_000_000 + r.IntN(1e8)), fmt.Sprintf("%d.%02d", r.IntN(10_000), r.IntN(100)),
			pick("true", "false"), pick("called in March, left no name", "asked for an invoice", "prefers the telephone to email"),
		}
	}
	return rows
}

// csvOf writes rows under the header, quoting every cell if quoted.
func csvOf(rows [][]string, quoted bool) []byte {
	var out []byte
	for _, row := range append([][]string{benchNames}, rows...) {
		for i, cell := range row {
			if i > 0 {
				out = append(out, ',')
			}
			if quoted {
				out = fmt.Appendf(out, `"%s"`, strings.ReplaceAll(cell, `"`, `""`))
			} else {
				out = AppendCSVCell(out, []byte(cell), ',')
			}
		}
		out = append(out, '\n')
	}
	return out
}

// jsonlOf writes rows as objects, id, created_at and balance as numbers.
func jsonlOf(rows [][]string) []byte {
	var out []byte
	for _, row := range rows {
		for i, cell := range row {
			out = append(out, "{,"[min(i, 1)])
			out = append(jsontext.AppendString(out, []byte(benchNames[i])), ':')
			if i == 0 || 6 <= i && i <= 8 {
				out = append(out, cell...)
			} else {
				out = jsontext.AppendString(out, []byte(cell))
			}
		}
		out = append(out, "}\n"...)
	}
	return out
}

// pass opens data, cuts it and parses every row, as the importer does.
func pass(tb testing.TB, data []byte, b *Block) (rows int) {
	in, err := Open("-", Options{Stdin: bytes.NewReader(data)})
	if err != nil {
		tb.Fatal(err)
	}
	defer in.Close()
	p := in.Parser(nil)
	for {
		err := in.Next(b, 1<<14, 256<<10)
		if errors.Is(err, io.EOF) {
			return rows
		}
		if err != nil {
			tb.Fatal(err)
		}
		for i := range b.Len() {
			if r := p.Row(b, i); r.Broken != nil || len(r.Cells) != len(benchNames) {
				tb.Fatalf("row %d is broken: %+v", r.Number, r.Broken)
			}
		}
		rows += b.Len()
	}
}

func benchmarkRows(b *testing.B, data []byte, pass func() int) {
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n += pass()
	}
	if n != b.N*benchRows {
		b.Fatalf("%d rows, want %d", n, b.N*benchRows)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkCSV(b *testing.B) {
	data, block := csvOf(people(benchRows), false), new(Block)
	benchmarkRows(b, data, func() int { return pass(b, data, block) })
}

func BenchmarkCSVQuoted(b *testing.B) {
	data, block := csvOf(people(benchRows), true), new(Block)
	benchmarkRows(b, data, func() int { return pass(b, data, block) })
}

func BenchmarkJSONL(b *testing.B) {
	data, block := jsonlOf(people(benchRows)), new(Block)
	benchmarkRows(b, data, func() int { return pass(b, data, block) })
}

// BenchmarkEncodingCSV reads the data of BenchmarkCSV with the standard library.
func BenchmarkEncodingCSV(b *testing.B) {
	data := csvOf(people(benchRows), false)
	benchmarkRows(b, data, func() int {
		r := csv.NewReader(bytes.NewReader(data))
		r.ReuseRecord = true
		for n := -1; ; n++ { // the header is not a row
			if _, err := r.Read(); errors.Is(err, io.EOF) {
				return n
			} else if err != nil {
				b.Fatal(err)
			}
		}
	})
}

// TestAllocations holds the budget of the path of a row: what Open and the
// first block allocate, spread over the rows, and nothing else.
func TestAllocations(t *testing.T) {
	const n = 20_000
	for name, data := range map[string][]byte{
		"csv":        csvOf(people(n), false),
		"csv quoted": csvOf(people(n), true),
		"jsonl":      jsonlOf(people(n)),
	} {
		t.Run(name, func(t *testing.T) {
			var b Block
			allocs := testing.AllocsPerRun(3, func() {
				if rows := pass(t, data, &b); rows != n {
					t.Fatalf("%d rows, want %d", rows, n)
				}
			})
			if perRow := allocs / n; perRow > 0.01 {
				t.Errorf("%.3f allocations a row, want at most 0.01", perRow)
			}
		})
	}
}
