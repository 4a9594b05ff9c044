package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// odd is an input of a kind that programs misread: its text, or a file of the corpus.
type odd struct {
	name     string
	file     string // its ending decides the format
	text     string
	corpus   string   // instead of text
	flags    []string // of the input
	verb     string   // empty: upsert
	mapping  string
	rejected []int64 // the rows that are rejected
	notes    int     // how many notes there are
	sent     string  // a part of the operation of the last row that is sent
}

const byID, byEmail, byNumber = "match: {id: id}\n", "match: {email: email}\n", "match: {id: Kundennummer}\n"

// odds are kinds of input from public reports about loading in bulk.
var odds = []odd{
	{name: "unsubscribed", file: "a.csv", text: "id,unsubscribed\n1,YES\n2,no\n3,perhaps\n4,1.0\n", mapping: byID, rejected: []int64{3}, notes: 1, sent: `"unsubscribed":true`},
	{name: "unsubscribed of objects", file: "a.jsonl", text: `{"id":1,"unsubscribed":true}` + "\n" + `{"id":2,"unsubscribed":"ja"}` + "\n" + `{"id":3,"unsubscribed":[]}` + "\n", mapping: byID, rejected: []int64{3}, notes: 1, sent: `"unsubscribed":true`},
	{name: "created_at", file: "a.csv", text: "id,created_at\n1,1704164645\n2,2024-05-06 07:08:09\n3,1704164645000\n4,2024-05-06T07:08:09Z\n", mapping: byID, rejected: []int64{2, 3}, notes: 1, sent: `"created_at":1714979289`},
	{name: "preferences", file: "a.jsonl", text: `{"id":1,"cio_subscription_preferences":{"topics":{"topic_1":"perhaps"}}}` + "\n" + `{"id":2,"cio_subscription_preferences":{"topics":{"topic_1":"YES"}}}` + "\n", mapping: byID, rejected: []int64{1}, notes: 1, sent: `{"topics":{"topic_1":true}}`},
	{name: "windows-1250", file: "a.csv", text: "id,name\n1,\xa3ukasz \xd8ezn\xedk\n", flags: []string{"--encoding", "windows-1250"}, mapping: byID, sent: `"name":"Łukasz Řezník"`},
	{name: "Shift_JIS", file: "a.csv", text: "id,name\n1,\x93\x8c\x8b\x9e\n", flags: []string{"--encoding", "shift_jis"}, mapping: byID, sent: `"name":"東京"`},
	{name: "UTF-16", file: "a.csv", text: "\xff\xfei\x00d\x00,\x00n\x00\n\x001\x00,\x00\xe9\x00\n\x00", mapping: byID, sent: `"n":"é"`},
	{name: "words for nothing", file: "a.csv", text: "id,n\n7,1\nNULL,2\nnan,3\n#N/A,4\n-,5\n8,6\n", mapping: byID, rejected: []int64{2, 3, 4, 5}, sent: `{"id":"8"}`},
	{name: "a word that is accepted", file: "a.csv", text: "id,n\n7,1\nNone,2\nnull,3\n", mapping: "match: {id: {column: id, accept: [None]}}\n", rejected: []int64{3}, sent: `{"id":"None"}`},
	{name: "characters that no one sees", file: "a.csv", text: "id,n\n7\u200b,1\n8\u00a0,2\n9\t,3\n'10,4\n11,5\n", mapping: byID, rejected: []int64{1, 2, 3, 4}, sent: `{"id":"11"}`},
	{name: "addresses", file: "a.csv", text: "email,n\nann@example.org,1\nmailto:bob@example.org,2\nCy <cy@example.org>,3\ndi@example,4\n\"e@f.org, g@h.org\",5\n", mapping: byEmail, rejected: []int64{2, 3, 4, 5}, sent: `{"email":"ann@example.org"}`},
	{name: "damaged ids", file: "a.csv", text: "id,n\n00045,1\n0.5E+7,2\n1.23E+15,3\n46,4\n17.0,5\n", mapping: byID, notes: 3, sent: `{"id":"17.0"}`},
	{name: "two identifiers", file: "a.csv", text: "id,email,n\n1,ann@example.org,1\n,bob@example.org,2\nNULL,cy@example.org,3\n,not one,4\n,,5\n,di@example.org,6\n", mapping: "match: [{id: id}, {email: email}]\n", rejected: []int64{4, 5}, sent: `{"email":"di@example.org"}`},
	{name: "a header again", file: "a.csv", text: "id,n\n1,x\nid,n\n2,y\n", mapping: byID, sent: `{"id":"2"}`},
	{name: "a ruler and a mark at the end", file: "a.csv", text: "id,n\n---,---\n1,x\n\x1a", mapping: byID, sent: `{"id":"1"}`},
	{name: "MacRoman of the corpus", file: "a.csv", corpus: "mac.csv", mapping: "match: {id: Kundennummer}\n", notes: 1, sent: `"Straße":"#N/A? nein"`},
	{name: "joined files", file: "a.csv", corpus: "joined.csv", mapping: "match: {id: Kundennummer}\n", notes: 1, sent: `{"id":"0"}`},
	{name: "delimiters at the end of the corpus", file: "a.csv", corpus: "trailing.csv", mapping: "match: {id: Kundennummer}\n", notes: 1, sent: `{"id":"0"}`},
	{name: "titles above the header", file: "a.csv", corpus: "title.csv", flags: []string{"--header", "4"}, mapping: "match: {id: Kundennummer}\n", notes: 1, sent: `{"id":"0"}`},
	{name: "an array among lines", file: "a.jsonl", corpus: "array.jsonl", mapping: "match: {id: Kundennummer}\n", notes: 1, sent: `{"id":"0"}`},
	{name: "a padded archive", file: "a.csv.gz", corpus: "padded.csv.gz", mapping: "match: {id: Kundennummer}\n", notes: 1, sent: `{"id":"0"}`},
	{name: "rows without cells", file: "a.csv", text: "id,n\n1,x\n,\n , \n2,y\n", mapping: byID, sent: `{"id":"2"}`},
	{name: "lines of spaces", file: "a.jsonl", text: `{"id":1}` + "\n   \n" + `{"id":2}` + "\n", mapping: byID, sent: `{"id":"2"}`},
	{name: "a workbook", file: "a.xlsx", corpus: "shared.xlsx", mapping: byNumber, notes: 1}, {name: "a workbook of inline strings", file: "a.xlsx", corpus: "inline.xlsx", mapping: byNumber, notes: 1},
	{name: "MacRoman of the corpus", file: "a.csv", corpus: "mac.csv", mapping: byNumber, notes: 1}, {name: "files joined", file: "a.csv", corpus: "joined.csv", mapping: byNumber, notes: 1, sent: `"id":"`},
	{name: "a ruler", file: "a.txt", corpus: "ruler.txt", mapping: byNumber, notes: 1}, {name: "a title", file: "a.csv", corpus: "title.csv", flags: []string{"--header", "4"}, mapping: byNumber, notes: 1, sent: `"Name":`},
	{name: "delimiters at the end of the corpus", file: "a.csv", corpus: "trailing.csv", mapping: byNumber, notes: 1}, {name: "padding", file: "a.csv.gz", corpus: "padded.csv.gz", mapping: byNumber, notes: 1},
	{name: "an array called JSONL", file: "a.jsonl", corpus: "array.jsonl", mapping: byNumber, notes: 1}, {name: "blank lines", file: "a.jsonl", corpus: "blank.jsonl", mapping: byNumber, notes: 1},
	{name: "two-digit years", file: "a.csv", text: "id,born\n1,24.12.71\n2,01.02.03\n", mapping: byID + "attributes: {born: {column: born, type: timestamp, layout: '%d.%m.%y', zone: UTC, range: any}}\n", sent: `"born":1044057600`},
	{name: "times of a database", file: "a.csv", text: "id,seen\n1,2024-05-06 07:08:09.5+00\n2,2024-05-06 07:08:09 UTC\n", mapping: byID + "attributes: {seen: {column: seen, type: timestamp, layout: iso8601}}\n", rejected: []int64{2}, sent: `"seen":1714979289`},
	{name: "arrays", file: "a.csv", text: "id,tags\n1,\"{a,b}\"\n2,\"['a']\"\n", mapping: byID + "attributes: {tags: {column: tags, type: list, layout: postgres}}\n", rejected: []int64{2}, sent: `"tags":["a","b"]`},
	{name: "an order with many items", file: "a.jsonl", verb: "event", text: `{"id":1,"event":"Ordered","items":[` + strings.Repeat(`{"sku":"abcdefgh","n":1},`, 60) + `{}]}` + "\n", mapping: byID + "rest: keep\n", sent: `"name":"Ordered"`},
	{name: "a long page", file: "a.csv", verb: "page", text: "id,url\n1,/a\n2,/" + strings.Repeat("long/", 20) + "\n3,/b\n", mapping: byID, rejected: []int64{2}, sent: `"name":"/b"`},
	{name: "an order with many items", file: "a.jsonl", verb: "event", text: `{"id":1,"event":"Ordered","items":[` + strings.Repeat(`{"sku":"abcdefgh","n":1},`, 60) + `{}]}` + "\n", mapping: byID + "rest: keep\n", sent: `"name":"Ordered"`},
	{name: "a long name of an event", file: "a.csv", verb: "event", text: "id,event\n1,ok\n2," + strings.Repeat("long ", 21) + "\n3,fine\n", mapping: byID, rejected: []int64{2}, sent: `"name":"fine"`},
}

// A plan, a run, an explanation and a draft agree on each odd input.
func TestAgreement(t *testing.T) {
	t.Parallel()
	for _, o := range odds {
		t.Run(o.name, func(t *testing.T) {
			t.Parallel()
			newAgreement(t, o).check()
		})
	}
}

// agreement runs the four commands on one input.
type agreement struct {
	*testing.T
	odd
	dir string
}

func newAgreement(t *testing.T, o odd) *agreement {
	a := &agreement{t, o, t.TempDir()}
	text := []byte(o.text)
	if o.corpus != "" {
		var err error
		if text, err = os.ReadFile(filepath.Join(root, "rows/testdata/corpus", o.corpus)); err != nil {
			t.Fatal(err)
		}
	}
	a.write(o.file, text)
	a.write("m.yaml", []byte(o.mapping))
	if a.verb == "" {
		a.verb = "upsert"
	}
	return a
}

func (a *agreement) write(name string, text []byte) {
	if err := os.WriteFile(filepath.Join(a.dir, name), text, 0o600); err != nil {
		a.Fatal(err)
	}
}

// call runs a command on the file, and returns what it printed.
func (a *agreement) call(args ...string) []byte {
	a.Helper()
	c := exec.CommandContext(a.Context(), "ciobulk", append(append(args, a.file), a.flags...)...)
	c.Dir = a.dir
	var said strings.Builder
	c.Stderr = &said
	out, err := c.Output()
	if code := exitCode(a.T, err); code != exitDone && code != exitRejected {
		a.Fatalf("%v: exit code %d\n%s%s", args, code, out, &said)
	}
	return out
}

// verdicts is what a plan and a run say, as JSON.
type verdicts struct {
	Rows, Accepted, Rejected, Filtered int64
	Odd                                json.RawMessage `json:"odd_rows"`
	Notes                              []string
	Reasons                            json.RawMessage
}

func (a *agreement) check() {
	a.Helper()
	a.call(a.verb, "-m", "m.yaml", "--simulate", "--summary", "s.json", "--state-dir", "st")
	data, err := os.ReadFile(filepath.Join(a.dir, "s.json"))
	run := a.verdicts(data, err)
	if plan := a.verdicts(a.call("plan", a.verb, "-m", "m.yaml", "--format", "json"), nil); fmt.Sprintf("%+v", plan) != fmt.Sprintf("%+v", run) {
		a.Errorf("the plan says\n%+v\nthe run\n%+v", plan, run)
	}
	if got := a.rejectedRows(); !slices.Equal(got, a.rejected) || int64(len(got)) != run.Rejected || len(run.Notes) != a.notes {
		a.Errorf("the run rejects rows %v, want %v; %d rejected, notes %q", got, a.rejected, run.Rejected, run.Notes)
	}
	a.explain(run)
	a.draft(run)
}

func (a *agreement) verdicts(data []byte, err error) (v verdicts) {
	a.Helper()
	if err == nil {
		err = json.Unmarshal(data, &v)
	}
	if err != nil {
		a.Fatalf("%v\n%s", err, data)
	}
	return v
}

// rejectedRows returns the numbers of the rows in the rejected file.
func (a *agreement) rejectedRows() (numbers []int64) {
	a.Helper()
	paths, err := filepath.Glob(filepath.Join(a.dir, "st", "*", "rejected.*"))
	if err != nil || len(paths) == 0 {
		return nil
	}
	f, err := os.Open(paths[0])
	if err != nil {
		a.Fatal(err)
	}
	defer f.Close()
	if filepath.Ext(paths[0]) == ".jsonl" {
		for d := json.NewDecoder(f); d.More(); {
			var row struct {
				Row int64 `json:"_row"`
			}
			if err := d.Decode(&row); err != nil {
				a.Fatal(err)
			}
			numbers = append(numbers, row.Row)
		}
		return numbers
	}
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		a.Fatal(err)
	}
	for _, record := range records[1:] {
		n, _ := strconv.ParseInt(record[slices.Index(records[0], "_row")], 10, 64)
		numbers = append(numbers, n)
	}
	return numbers
}

// explain asks for every row, and wants the verdicts of the run.
func (a *agreement) explain(run verdicts) {
	a.Helper()
	out := a.call("explain", "-m", "m.yaml", "--verb", a.verb, "--row", fmt.Sprintf("1-%d", run.Rows), "--format", "json")
	var rejected []int64
	accepted, last := int64(0), ""
	for line := range strings.Lines(string(out)) {
		var row struct {
			Row       int64
			Outcome   string
			Operation string
		}
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			a.Fatalf("%v\n%s", err, line)
		}
		switch row.Outcome {
		case "rejected":
			rejected = append(rejected, row.Row)
		case "send":
			accepted++
			last = row.Operation
		}
	}
	if !slices.Equal(rejected, a.rejected) || accepted != run.Accepted || !strings.Contains(last, a.sent) {
		a.Errorf("explain rejects %v and sends %d, last %s; the run rejects %v and accepts %d", rejected, accepted, last, a.rejected, run.Accepted)
	}
}

// draft drafts a mapping, and wants a question where the run rejects rows or has
// notes, unless the draft's own plan rejects none.
func (a *agreement) draft(run verdicts) {
	a.Helper()
	a.call("init", "-o", "draft.yaml", "--verb", a.verb)
	draft, err := os.ReadFile(filepath.Join(a.dir, "draft.yaml"))
	if err != nil {
		a.Fatal(err)
	}
	asks := strings.Contains(string(draft), "# CHECK: ")
	args := []string{"plan", a.verb, "-m", "draft.yaml", "--format", "json"}
	if !strings.Contains(string(draft), "\nmatch: ") {
		args = append(args, "--match", strings.NewReplacer("match: {", "", "}", "", ": ", "=").Replace(strings.TrimSpace(a.mapping)))
	}
	plan := a.verdicts(a.call(args...), nil)
	if !asks && (plan.Rejected > 0 || plan.Rows != run.Rows || len(run.Notes) > len(plan.Notes) && a.rejected == nil || len(plan.Notes) > 0) {
		a.Errorf("the draft asks nothing, and its plan says %+v:\n%s", plan, draft)
	}
}
