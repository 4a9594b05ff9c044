package main

import (
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/urfave/cli/v2"
)

func (p *program) schemaCommand() *cli.Command {
	return &cli.Command{
		Name: "schema", Usage: "the JSON Schema of mappings, for editors", ArgsUsage: " ",
		Description: `Prints the JSON Schema (draft 2020-12) of mappings. Editors that know YAML complete
and check a mapping by it, whose first line is
# yaml-language-server: $schema=ciobulk.schema.json`,
		UsageText: `ciobulk schema > ciobulk.schema.json`,
		Action:    p.schema,
	}
}

func (p *program) schema(c *cli.Context) error {
	if c.NArg() > 0 {
		return usage("schema takes no file", "it prints to standard output: ciobulk schema > ciobulk.schema.json")
	}
	_, err := p.out.Write(mapping.Schema())
	return err
}
