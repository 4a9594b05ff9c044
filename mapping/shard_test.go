package mapping

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/rows"
)

// Every row is in one shard, all rows of a person are in the same one, and shards
// are about equally large; rows without a person are spread by their numbers.
func TestShardsPartitionTheRows(t *testing.T) {
	t.Parallel()
	const people, each, shards = 3000, 2, 7
	var text strings.Builder
	text.WriteString("email,n\n")
	for i := range people {
		fmt.Fprintf(&text, "p%d@example.com,1\nP%d@EXAMPLE.com,2\n,3\nonly,two,many\n", i, i)
	}
	in, err := rows.Open("-", rows.Options{Format: rows.CSV, Stdin: strings.NewReader(text.String())})
	if err != nil {
		t.Fatal(err)
	}
	m, err := FromMatch("email")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := m.Bind(in)
	if err != nil {
		t.Fatal(err)
	}
	var b rows.Block
	if err := in.Next(&b, 1<<30, 1<<30); err != nil {
		t.Fatal(err)
	}
	shardOf := make([]int, b.Len())
	for index := 1; index <= shards; index++ {
		mapper, sent := plan.Mapper(in, Terms{Shard: Shard{index, shards}}), 0
		for i := range b.Len() {
			_, _, outcome := mapper.Append(nil, &b, i)
			if outcome == Elsewhere {
				continue
			}
			if shardOf[i] != 0 {
				t.Fatalf("row %d is in shards %d and %d", i+1, shardOf[i], index)
			}
			shardOf[i] = index
			if outcome == Send {
				sent++
			}
		}
		if even := people * each / shards; sent < even*9/10 || sent > even*11/10 {
			t.Errorf("shard %d has %d operations of %d", index, sent, people*each)
		}
	}
	for i, shard := range shardOf {
		if shard == 0 {
			t.Errorf("row %d is in no shard", i+1)
		}
		if i%4 == 1 && shard != shardOf[i-1] {
			t.Errorf("rows %d and %d are one person's, in shards %d and %d", i, i+1, shardOf[i-1], shard)
		}
	}
}
