package mapping

import (
	"slices"
	"strings"
	"testing"
)

// found maps the rows with a mapper for each text, and merges what they find.
func found(tb testing.TB, m *Mapping, texts ...string) (all Findings) {
	tb.Helper()
	for _, text := range texts {
		in := open(tb, text)
		mapper := bind(tb, m, in).Mapper(in, Terms{})
		b := blockOf(tb, in)
		for i := range b.Len() {
			mapper.Append(nil, b, i)
		}
		found := mapper.Found()
		all.Merge(&found)
	}
	return all
}

// Identifiers that a spreadsheet or a program has changed are counted, with examples.
func TestFindings(t *testing.T) {
	t.Parallel()
	alone, err := FromMatch("id")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		ids  string
		want []string
	}{
		{"1 22 abc 333", nil}, {"00123 00124 45678", nil}, {"1.0x 1E+ E+5 1.2.3E+15 .E+15 1. 0.5", nil},
		{"1.23E+15 4,5E+14 7e+20 k1", []string{"3 identifiers such as 1.23E+15 were shortened by a spreadsheet, and their digits are lost (rows 1, 2, 3)"}},
		{"1001.0 x 1002.0 1003.0 1004.0", []string{"4 identifiers such as 1001.0 end in .0, as programs write whole numbers of a column with gaps (rows 1, 3, 4, …)"}},
		{"00123 99124 456 00789 7", []string{"2 identifiers are shorter than others and have no leading zeros as they have: a spreadsheet may have dropped them (rows 3, 5)"}},
		{"007 12", []string{"1 identifier is shorter than others and has no leading zero as they have: a spreadsheet may have dropped it (row 2)"}},
	} {
		ids := strings.Fields(c.ids)
		for i, id := range ids {
			ids[i] = `"` + id + `"`
		}
		all := found(t, alone, "id,x\n"+strings.Join(ids, ",\n")+",\n")
		if got := all.Notes(); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.ids, got, c.want)
		}
	}
	all := found(t, alone, "id,unsubscribed,created_at\n5.0,yes,1704164645\n6.0,,1704164645\n", "id,unsubscribed\n7.0,no\n", `{"id":8,"unsubscribed":true}`+"\n"+`{"id":"9.0","unsubscribed":"ja"}`+"\n")
	want := []string{"4 identifiers such as 1001.0 end in .0, as programs write whole numbers of a column with gaps (rows 1, 1, 2, …)", "unsubscribed: 3 values converted to true or false", "created_at: 2 values converted to unix seconds"}
	if got := all.Notes(); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
