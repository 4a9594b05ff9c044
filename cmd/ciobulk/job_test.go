package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// The schema of job files accepts the sample, and refuses what the program refuses.
func TestJobSchema(t *testing.T) {
	t.Parallel()
	text, err := exec.Command("ciobulk", "schema", "--job").Output()
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("job.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("job.json")
	if err != nil {
		t.Fatal(err)
	}
	sample, err := os.ReadFile(root + "/samples/jobs/nightly.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for source, want := range map[string]bool{
		string(sample): true,
		"steps: {a: {segment sync: [a.csv, b.csv], match: email, segment: 7, max-remove: 5%, after: [b]}, b: {upsert: b.csv, match: id}}": true,
		"steps: {a: {export people: a.csv, overwrite: true}}":                                                                             true,
		"steps: {}": false,
		"steps: {a: {upsert: a.csv, match: id, resume: true}}":            false,
		"steps: {a: {upsert: a.csv, delete: b.csv, match: id}}":           false,
		"steps: {a: {event: a.csv, only-changed: true}}":                  false,
		"steps: {a: {upsert: a.csv, only-changed: 3}}":                    false,
		"steps: {a: {init: a.csv}}":                                       false,
		"steps: {a: {upsert: a.csv, input: {min-row: 3}}}":                false,
		"stops: {a: {upsert: a.csv}}":                                     false,
		"steps: {a: {export people: a.csv, input: {min-rows: 3}}}":        false,
		"steps: {a: {upsert: {command: [psql], shell: true}, match: id}}": false,
	} {
		converted, err := yaml.YAMLToJSON([]byte(source))
		if err != nil {
			t.Fatal(err)
		}
		var value any
		if err := json.Unmarshal(converted, &value); err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(value); (err == nil) != want {
			t.Errorf("%s\n%v", source, err)
		}
	}
}
