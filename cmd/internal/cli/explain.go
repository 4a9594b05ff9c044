package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/cmd/internal/verbs"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/ciobulk/ciobulk/runs"
)

// explainOptions are those of explain.
type explainOptions struct {
	Rows, Persons []string // --row and --match, which may be given several times
	Verb, Format  string
	mappingOptions
	inputOptions
	runOptions
	call.TalkOptions

	spans []span
}

func explainCommand(p *call.Program) command.Command {
	o := &explainOptions{Format: "table"}
	flags := []command.Flag{
		{Name: "row", Value: "N", Part: partChoice, Into: spanWords{command.Words(&o.Rows), &o.spans}, Usage: "the row, counted from 1 after the header; also 3,7 and 3-5; may be given several times"},
		{Name: "match", Value: "VALUE", Part: partChoice, Into: command.Words(&o.Persons), Usage: "the rows of this person; FIELD[=COLUMN] says how rows identify people, as for the verbs"},
		{Name: "verb", Value: "VERB", Part: partChoice, Into: command.Word(&o.Verb), Usage: "explain the rows for this verb (default: the mapping's, or upsert)"},
	}
	for _, f := range o.mappingOptions.flags(verbs.All[0]) {
		if f.Name != "match" {
			flags = append(flags, f)
		}
	}
	flags = append(flags, o.inputOptions.flags()...)
	flags = append(flags, call.StateDirFlag(&o.StateDir), call.FormatFlag(&o.Format, "table", "json", "csv"),
		command.Flag{Name: "log-format", Value: "text|json", Part: call.PartOutput, Into: o.TalkOptions.LogFormatKind(), Usage: "json: messages as one JSON object per line"})
	return command.Command{
		Name: "explain", Usage: "show how one row is converted, step by step", Args: "FILE",
		About: `Reads the file up to the given rows and shows what the mapping makes of each: every
cell and every step from its text to the JSON that is sent, the columns that are not sent, the
operation exactly as it is sent, how close it is to the limits, and what the last run of the same
file and verb recorded of it. Nothing is sent and no credentials are needed.

A value on a single line is sent as it appears there. Whether another row of the same person
replaces it (duplicates) is not checked. If a person has no row, the exit code is 3.`,
		Examples: `ciobulk explain people.csv -m people.yaml --row 3
ciobulk explain people.csv -m people.yaml --match ada@example.com
ciobulk explain people.csv -m people.yaml --row 3,7 --format json`,
		Options: o, Flags: flags, Run: call.Bind(p, o.run),
	}
}

// spanWords are ranges of rows.
type spanWords struct {
	command.Kind
	spans *[]span
}

func (k spanWords) Set(text string) string {
	spans, ok := parseSpans(text)
	if !ok {
		return "it is a number from 1, several such as 3,7, or a range such as 3-5"
	}
	*k.spans = append(*k.spans, spans...)
	return k.Kind.Set(text)
}

// explainer explains rows of one input.
type explainer struct {
	*call.Program
	o       *explainOptions
	report  *call.Reporter
	verb    verbs.Verb
	mapping *mapping.Mapping
	input   *rows.Input
	mapper  *mapping.Mapper
	asked   []span
	values  []string // of people whose rows are asked for
	found   map[string]bool
	names   []string // that runs of the verb go by
	history *runs.History
	shards  map[string]*mapping.Mapper // that some of the recorded runs are
	pending []*explained               // up to maxPending, for whom the records are read at once
	printed bool
}

// explained is one row with what runs recorded of it.
type explained struct {
	mapping.Explanation
	elsewhere map[string]bool // the shards that it is not of
	verdicts  []runs.Verdict
}

// maxPending bounds how many explanations are in memory.
const maxPending = 100

func (o *explainOptions) run(_ context.Context, p *call.Program, args []string) (err error) {
	if len(args) != 1 {
		return exit.Usage("explain takes one file", "for example ciobulk explain people.csv -m people.yaml --row 3")
	}
	x := &explainer{Program: p, o: o, report: call.NewReporter(p, o.TalkOptions), asked: o.spans, found: make(map[string]bool)}
	if err := x.open(args[0]); err != nil {
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

// read explains the rows that are asked for, and stops after the last of them.
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

// wants reports whether a row is asked for, by its number or its person.
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
	for shard, m := range x.shards {
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
	asked := make([]runs.Row, len(x.pending))
	for i, e := range x.pending {
		asked[i] = runs.Row{Number: e.Row, Elsewhere: func(shard string) bool { return e.elsewhere[shard] },
			Would: map[mapping.Outcome]string{mapping.Send: "accepted", mapping.Filtered: "filtered"}[e.Outcome]}
	}
	for i, verdicts := range x.history.Judge(asked) {
		x.pending[i].verdicts = verdicts
	}
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
	shown := ui.Explained{Explanation: e.Explanation, Input: x.input.Name, Verbs: x.names, StateDir: x.o.StateDir, Verdicts: e.verdicts}
	text, err := shown.String(), error(nil)
	switch {
	case x.o.Format == "json":
		text, err = shown.JSON()
	case x.o.Format == "csv" && x.printed:
		text = shown.CSV()
	case x.o.Format == "csv":
		text = ui.CSV([][]string{ui.ExplainedHeader}) + shown.CSV()
	case x.printed:
		text = "\n" + text
	}
	x.printed = true
	if err == nil {
		_, err = io.WriteString(x.Out, text)
	}
	return err
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
		return exit.Usage(fmt.Sprintf("there is no row %s: %s has %s", ui.Grouped(first), x.input.Name, ui.Counted(n, "row")), "rows are counted from 1, after the header")
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
	hint := fmt.Sprintf("rows identify people by %s in column %q; for another column, add --match FIELD=COLUMN", x.mapping.Match(), x.mapping.MatchColumn())
	for _, value := range x.values {
		if field, column, given := strings.Cut(value, "="); given && isField(field) {
			hint = fmt.Sprintf("%q is read as a person, because there is no column %q", value, column)
		}
	}
	return exit.New(exit.Rejected, fmt.Sprintf("no row of %s has the %s %s", x.input.Name, x.mapping.Match(), strings.Join(absent, " or ")), hint)
}
