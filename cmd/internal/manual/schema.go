package manual

import (
	"context"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/jobs"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/runs"
)

// schemaOptions say which schema is printed.
type schemaOptions struct{ Summary, Job bool }

func (o *schemaOptions) flags() []command.Flag {
	return []command.Flag{{Name: "job", Part: "Output", Into: command.OnOff(&o.Job), Usage: "the schema of job files, which ciobulk run takes"},
		{Name: "summary", Part: "Output", Into: command.OnOff(&o.Summary), Usage: "the schema of summary.json, which --summary and --log-format json also write"}}
}

// SchemaCommand is the command schema. all returns the commands that jobs are made of.
func SchemaCommand(p *call.Program, all func() []command.Command) command.Command {
	o := &schemaOptions{}
	return command.Command{
		Name: "schema", Usage: "print the JSON Schema of mappings, for editors", Options: o, Flags: o.flags(),
		About: `Prints the JSON Schema (draft 2020-12) of mappings. Editors that support YAML
complete and check a mapping with it, if the mapping's first line is

# yaml-language-server: $schema=ciobulk.schema.json`,
		Examples: `ciobulk schema > ciobulk.schema.json
ciobulk schema --job > job.schema.json
ciobulk schema --summary > summary.schema.json`,
		Run: func(_ context.Context, args []string) error {
			if len(args) > 0 {
				return exit.Usage("schema does not take a file", "it prints to standard output: ciobulk schema > ciobulk.schema.json")
			}
			text, err := o.text(all())
			if err == nil {
				_, err = p.Out.Write(text)
			}
			return err
		},
	}
}

// text is the schema that is asked for.
func (o *schemaOptions) text(commands []command.Command) ([]byte, error) {
	switch {
	case o.Job && o.Summary:
		return nil, exit.Usage("--job and --summary exclude each other", "give one of them")
	case o.Job:
		text, err := jobs.Schema(commands)
		return append(text, '\n'), err
	case o.Summary:
		return runs.SummarySchema(), nil
	}
	return mapping.Schema(), nil
}
