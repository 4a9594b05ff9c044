package runs

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// FuzzRecipe reads any bytes as what a run did: they are refused, or they are what
// is read again when they are written, and name a file of rejected rows in the
// run's own directory and how to read it.
func FuzzRecipe(f *testing.F) {
	for _, text := range []string{
		`{"verb":"upsert","mapping":true,"format":"csv","delimiter":",","inputs":[{"name":"people.csv","path":"/people.csv","size":7,"sha256_of_ends":"ab"}],"nonce":"x"}`,
		`{"verb":"delete","format":"jsonl","receipt_identifiers":"hash","inputs":[{"name":"-","size":-1,"sha256_of_ends":""}]}`,
		`{"verb":"upsert","format":"../../x","inputs":[{}]}`, `{"format":"csv","delimiter":"\u20ac","inputs":[{}]}`, `{"format":"csv","delimiter":"\ufffd","inputs":[{}]}`,
		`{"format":"csv","inputs":[{}]}`, `{"format":"jsonl","inputs":[{}]} {}`, `{"format":"jsonl","inputs":[]}`, `{"format":"jsonl","key":"x","inputs":[{}]}`,
		"", "null", "[]", "{", `{"format":"jsonl","inputs":[{"size":1e3}]}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := readRecipe(data)
		if err != nil {
			return
		}
		if r.Format != "csv" && r.Format != "jsonl" || len(r.Delimiter) > 1 || len(r.Inputs) == 0 || strings.ContainsAny(string(r.Format), "./") {
			t.Fatalf("%q is read as %+v", data, r)
		}
		written, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := readRecipe(written); err != nil || !reflect.DeepEqual(again, r) {
			t.Errorf("%q is read as %+v, written as %s and read as %+v, %v", data, r, written, again, err)
		}
	})
}
