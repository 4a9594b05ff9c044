package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/urfave/cli/v2"
)

// texts is a flag that may be given several times.
type texts []string

func (t *texts) Set(text string) error { *t = append(*t, text); return nil }
func (t *texts) String() string        { return strings.Join(*t, " ") }

func (p *program) explainCommand() *cli.Command {
	var asked, match texts
	var flags []cli.Flag
	for _, f := range rowFlags(verbs[0]) {
		if name := f.Names()[0]; f.(cli.CategorizableFlag).GetCategory() == partInput && name != "match" && name != "skip" && name != "limit" {
			flags = append(flags, f)
		}
	}
	flags = append([]cli.Flag{
		&cli.GenericFlag{Category: partChoice, Name: "row", Value: &asked, Usage: "the row `N`, counted from 1 behind the header; also 3,7 and 3-5, and several times"},
		&cli.GenericFlag{Category: partChoice, Name: "match", Value: &match, Usage: "the rows of the person `VALUE`; FIELD[=COLUMN] says how to find people, as for the verbs"},
		&cli.StringFlag{Category: partChoice, Name: "verb", Usage: "explain them for this `VERB`, if not for the one that the mapping is for, or upsert"},
	}, flags...)
	return &cli.Command{
		Name: "explain", Usage: "tell what becomes of a row, step by step", ArgsUsage: "FILE",
		Description: `Reads the file up to the rows that are asked for and tells of each what the mapping
makes of it: every cell and every step from its text to the JSON that is sent, the
columns that are not sent, the operation exactly as it is sent, how near it is to the
limits, and what the last run of the same file and verb recorded of it. Nothing is
sent and no credentials are needed. A value on one line is sent as it stands there.
Whether another row of the person goes instead (duplicates) is not looked at. A person
who has no row is exit code 3.`,
		UsageText: `ciobulk explain people.csv -m people.yaml --row 3
ciobulk explain people.csv -m people.yaml --row 3,7 --row 100-110
ciobulk explain people.csv -m people.yaml --match ada@example.com
ciobulk explain people.csv --match email=E-mail --match ada@example.com --log-format json`,
		Flags: append(flags,
			&cli.StringFlag{Category: partRecord, Name: "state-dir", Value: ".ciobulk", Usage: "where runs are recorded, a `DIRECTORY`"},
			&cli.StringFlag{Category: partRecord, Name: "log-format", Value: "text", Usage: "`text|json`; json is one object a row, and messages as one object a line"}),
		Action: func(c *cli.Context) error { return p.explain(c, asked, match) },
	}
}

// explainer explains rows of one input.
type explainer struct {
	*session
	input   *rows.Input
	mapper  *mapping.Mapper
	asked   []span
	values  []string // of people whose rows are asked for
	found   map[string]bool
	names   []string // that runs of the verb go by
	history *history
	pending []*explained // up to maxPending, for whom the records are read at once
	printed bool
}

// explained is one row with what runs recorded of it.
type explained struct {
	mapping.Explanation
	elsewhere map[string]bool // the shards that it is not of
	verdicts  []verdict
}

// maxPending bounds how many explanations are in memory.
const maxPending = 100

func (p *program) explain(c *cli.Context, asked, match texts) (err error) {
	switch format := c.String("log-format"); format {
	case "text":
	case "json":
		p.log = slog.New(slog.NewJSONHandler(p.err, nil))
	default:
		return usage(fmt.Sprintf("--log-format is %q", format), "it is text or json")
	}
	if c.NArg() != 1 {
		return usage("explain takes one file", "for example ciobulk explain people.csv -m people.yaml --row 3")
	}
	x := &explainer{session: &session{program: p, c: c, verb: verbs[0], report: p.newReporter(c)}, found: make(map[string]bool)}
	if x.asked, err = spans(asked); err != nil {
		return err
	}
	if err := x.open(c.Args().First(), match); err != nil {
		return err
	}
	defer x.input.Close()
	err = x.read()
	if flushErr := x.flush(); err == nil {
		err = flushErr
	}
	if err == nil {
		err = x.missing()
	}
	return err
}

// read explains the rows that are asked for, and stops behind the last of them.
func (x *explainer) read() error {
	var b rows.Block
	for len(x.values) > 0 || x.input.At().Row < last(x.asked) {
		err := x.input.Next(&b, 1<<14, 1<<20)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		for i := range b.Len() {
			if !x.wants(&b, i) {
				continue
			}
			if err := x.add(&b, i); err != nil {
				return err
			}
		}
	}
	return nil
}

// wants tells whether a row is asked for, by its number or its person.
func (x *explainer) wants(b *rows.Block, i int) bool {
	wanted := within(x.asked, b.Start.Row+int64(i)+1)
	for _, value := range x.values {
		if x.mapper.Finds([]byte(value), b, i) {
			x.found[value], wanted = true, true
		}
	}
	return wanted
}

func (x *explainer) add(b *rows.Block, i int) error {
	e := &explained{Explanation: x.mapper.Explain(b, i), elsewhere: make(map[string]bool)}
	for shard, m := range x.history.shards {
		_, _, outcome := m.Append(nil, b, i)
		e.elsewhere[shard] = outcome == mapping.Elsewhere
	}
	if x.pending = append(x.pending, e); len(x.pending) < maxPending {
		return nil
	}
	return x.flush()
}

// flush prints the rows that are pending.
func (x *explainer) flush() error {
	x.history.judge(x.pending)
	for _, e := range x.pending {
		if err := x.print(e); err != nil {
			return err
		}
	}
	x.pending = x.pending[:0]
	return nil
}

// print prints one row.
func (x *explainer) print(e *explained) error {
	if x.log != nil {
		return x.printObject(e)
	}
	if x.printed {
		fmt.Fprintln(x.out)
	}
	x.printed = true
	return x.printText(e)
}

// missing returns an error about what was asked for and is not there.
func (x *explainer) missing() error {
	if n := x.input.At().Row; last(x.asked) > n {
		first := last(x.asked)
		for _, s := range x.asked {
			if s.last > n {
				first = min(first, max(s.first, n+1))
			}
		}
		return usage(fmt.Sprintf("there is no row %s: %s has %s", grouped(first), x.input.Name, counted(n, "row")), "rows are counted from 1, behind the header")
	}
	var absent []string
	for _, value := range x.values {
		if !x.found[value] {
			absent = append(absent, fmt.Sprintf("%q", value))
		}
	}
	if absent == nil {
		return nil
	}
	hint := fmt.Sprintf("people are found by %s in column %q; --match FIELD=COLUMN looks in another one", x.mapping.Match(), x.mapping.MatchColumn())
	for _, value := range x.values {
		if field, column, given := strings.Cut(value, "="); given && isField(field) {
			hint = fmt.Sprintf("%q is taken for a person, as there is no column %q", value, column)
		}
	}
	return &exitError{exitRejected, fmt.Sprintf("no row of %s has the %s %s", x.input.Name, x.mapping.Match(), strings.Join(absent, " or ")), hint}
}
