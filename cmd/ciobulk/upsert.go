package main

import (
	"github.com/urfave/cli/v2"
)

func (p *program) upsertCommand() *cli.Command {
	return &cli.Command{
		Name:      "upsert",
		Usage:     "create people and set their attributes",
		ArgsUsage: "FILE…",
		Flags:     rowFlags(),
		Description: `Each row of the files becomes one person: created if there is none, updated
if there is. FILE is a path, a pattern in quotes, or - for standard input; CSV or
JSONL, plain, gzip or zstd. Without a mapping, --match is enough: every other
column becomes the attribute of its name, as it stands.`,
		UsageText: `ciobulk upsert people.csv -m people.yaml
ciobulk upsert people.csv -m people.yaml --dry-run
ciobulk upsert people.csv --match email=E-mail --simulate
ciobulk upsert 'export/*.jsonl.gz' --match id --resume --log-format json
echo '{"id":"123","plan":"pro"}' | ciobulk upsert --match id -`,
		Action: func(c *cli.Context) error { return p.rows(c, "upsert") },
	}
}
