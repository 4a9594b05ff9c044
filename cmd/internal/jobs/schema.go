package jobs

import (
	"encoding/json"
	"strings"

	"github.com/ciobulk/ciobulk/cmd/internal/command"
)

// object is a part of a JSON Schema.
type object map[string]any

// Schema returns the JSON Schema (draft 2020-12) of job files. The keys of steps are
// those of the commands' own table of flags.
func Schema(commands []command.Command) ([]byte, error) {
	steps := []any{}
	for _, name := range stepCommands(commands) {
		c := command.Command{Subs: commands}
		for word := range strings.FieldsSeq(name) {
			c = commandNamed(c.Subs, word)
		}
		steps = append(steps, stepSchema(name, c))
	}
	age := object{"type": "string", "pattern": `^([0-9]+d|[0-9].*[a-z]|.*\$\{.*)$`}
	return json.MarshalIndent(object{
		"$schema": "https://json-schema.org/draft/2020-12/schema",
		"title":   "a job of ciobulk",
		"type":    "object",
		"properties": object{
			"workspace":   described("integer", "the only workspace that the job may write to"),
			"profile":     described("string", "the credentials of all steps: ~/.config/ciobulk/NAME.env"),
			"credentials": described("string", "the credentials of all steps: a file"),
			"ping":        described("string", "an address that is told how the job ends, in the way of healthchecks.io; usually ${NAME}"),
			"keep":        described("", "runs that ended longer ago are removed at the end, such as 30d", age),
			"personal":    described("", "people's data of runs that ended longer ago is removed at the end, such as 7d", age),
			"steps": object{
				"type": "object", "minProperties": 1, "propertyNames": object{"pattern": "^[A-Za-z_][A-Za-z0-9_-]{0,63}$"},
				"additionalProperties": object{"oneOf": steps},
			},
		},
		"required":             []string{"steps"},
		"additionalProperties": false,
	}, "", "  ")
}

func commandNamed(commands []command.Command, name string) command.Command {
	for _, c := range commands {
		if c.Name == name {
			return c
		}
	}
	return command.Command{}
}

// described is the schema of a value. A reference to a variable may stand for it.
func described(kind, text string, more ...object) object {
	o := object{"description": text}
	switch kind {
	case "string":
		o["type"] = "string"
	case "":
	default:
		o["type"] = []string{kind, "string"}
	}
	for _, m := range more {
		for name, value := range m {
			o[name] = value
		}
	}
	return o
}

// textsSchema is the schema of one text or a list of them.
func textsSchema(text string) object {
	return object{"description": text, "oneOf": []any{object{"type": "string"}, object{"type": "array", "items": object{"type": "string"}, "minItems": 1}}}
}

// stepSchema is the schema of a step of one command.
func stepSchema(name string, c command.Command) object {
	input := textsSchema("the files")
	input["oneOf"] = append(input["oneOf"].([]any), object{"type": "object", "properties": object{"command": textsSchema("a program and its arguments, whose output is the input")},
		"required": []string{"command"}, "additionalProperties": false})
	if strings.HasPrefix(name, "export ") {
		input = described("string", "the file to write")
	}
	properties := object{name: input, "after": textsSchema("the steps that must have finished before")}
	if takesRows(c) {
		properties["input"] = object{"description": "what must hold for the input before anything is sent", "type": "object", "additionalProperties": false, "properties": object{
			"max-age": described("string", "how long ago a file may have been written, such as 26h"), "min-rows": described("integer", "the fewest rows"),
			"max-shrink": described("string", "how many percent of the rows of the last run that finished may be missing, such as 20%"),
		}}
	}
	for _, f := range c.Flags {
		if _, no := notInJobs[f.Name]; !no {
			properties[f.Name] = flagSchema(f)
		}
	}
	return object{"title": name + ": " + c.Usage, "type": "object", "properties": properties, "required": []string{name}, "additionalProperties": false}
}

func flagSchema(f command.Flag) object {
	switch {
	case f.IsSwitch():
		return described("boolean", f.Usage)
	case f.Repeats():
		return textsSchema(f.Usage)
	}
	return object{"description": f.Usage, "type": []string{"string", "number"}}
}
