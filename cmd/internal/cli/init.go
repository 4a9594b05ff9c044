package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/cmd/internal/verbs"
	"github.com/ciobulk/ciobulk/mapping/draft"
	"github.com/ciobulk/ciobulk/rows"
)

const partDraft = "The draft"

// initOptions are those of init.
type initOptions struct {
	Output, Verb, Match, Zone, Country string
	All                                bool
	inputOptions
	call.TalkOptions

	table []command.Flag
}

func initCommand(p *call.Program) command.Command {
	o := &initOptions{Verb: "upsert", Zone: "UTC"}
	o.table = append(append([]command.Flag{
		{Name: "output", Short: "o", Value: "FILE", Part: partDraft, Into: command.Word(&o.Output), Usage: "write the draft to a new file; an existing file is never overwritten"},
		{Name: "verb", Value: "VERB", Part: partDraft, Into: command.Choice(&o.Verb, verbs.Names()), Usage: "draft for this command, such as event or 'segment add'"},
		{Name: "match", Value: "FIELD[=COLUMN]", Known: matchWords, Part: partDraft, Into: command.Word(&o.Match), Usage: "how rows identify people, instead of choosing by name"},
		{Name: "zone", Value: "NAME", Part: partDraft, Into: command.Word(&o.Zone), Usage: "time zone of dates without one, such as Europe/Berlin"},
		{Name: "country", Value: "LETTERS", Part: partDraft, Into: command.Word(&o.Country), Usage: "country of phone numbers without a country code, such as DE"},
		{Name: "all", Part: partDraft, Into: command.OnOff(&o.All), Usage: "read every row, not only the first 10,000"},
	}, o.inputOptions.flags()...), o.QuietFlag())
	return command.Command{
		Name: "init", Usage: "draft a mapping from the header and rows of a file", Args: "FILE",
		About: `Reads a file and drafts a mapping for it, with comments: the column that
identifies people, the type of each column and why, what a spreadsheet has damaged, and open
questions, each marked CHECK. It reads the first 10,000 rows, or every row with --all. It chooses
the match field by the names of columns, never by their values. It prints the draft, or writes it
to a new file.` + verbs.InputHelp,
		Examples: `ciobulk init people.csv
ciobulk init people.csv -o people.yaml --zone Europe/Berlin --country DE
ciobulk init orders.csv --verb event -o orders.yaml`,
		Options: o, Flags: o.table, Run: call.Bind(p, o.run),
	}
}

// draftAdvice words how to get another draft.
var draftAdvice = draft.Advice{
	All:     "init --all reads every row",
	Zone:    "init --zone changes that",
	Country: "init --country DE reads German numbers without a country code",
	NoHeader: func(names []string) string {
		return "draft again with " + ui.ShellLine([]string{"--header", "none", "--columns", strings.Join(names, ",")})
	},
	Header: func(row int) string { return fmt.Sprintf("draft again with --header %d", row) },
}

func (o *initOptions) run(_ context.Context, p *call.Program, args []string) error {
	path, err := o.check(args)
	if err != nil {
		return err
	}
	options, err := o.inputOptions.options()
	if err != nil {
		return err
	}
	options.Stdin = p.In
	in, err := rows.Open(path, options)
	if err != nil {
		return err
	}
	defer in.Close()
	report := call.NewReporter(p, o.TalkOptions)
	report.Opened(in)
	next := o.next(path)
	v, _ := verbs.Named(o.Verb)
	d, err := draft.Draft(in, draft.Options{Verb: v.Action, Match: o.Match, Zone: o.Zone, Country: o.Country, All: o.All,
		Next: next, Now: time.Now(), Advice: draftAdvice})
	if m, is := errors.AsType[*draft.Mistake](err); is {
		return exit.Usage("--"+strings.ToLower(m.Option)+": "+m.Msg, m.Hint)
	}
	if err != nil {
		return err
	}
	if o.Output == "" {
		_, err := p.Out.Write(d.YAML)
		return err
	}
	if err := writeNew(o.Output, d.YAML); err != nil {
		return err
	}
	report.Note(fmt.Sprintf("drafted %s from %s; %s", o.Output, ui.Counted(d.Rows, "row"), ui.OpenQuestions(d.Checks)))
	report.Note("next: " + next)
	return nil
}

// check refuses what cannot be drafted before anything is read.
func (o *initOptions) check(args []string) (path string, err error) {
	if len(args) == 0 {
		return "", exit.Usage("no file to draft a mapping for", "name one, or - for standard input: ciobulk init people.csv")
	}
	paths, err := expand(args, "init", verbs.Verb{})
	if err != nil {
		return "", err
	}
	if len(paths) > 1 {
		return "", exit.Usage(fmt.Sprintf("init takes one file, not %d", len(paths)), "draft a mapping from one of them; it works for all files with the same columns")
	}
	if _, err := os.Lstat(o.Output); err == nil && o.Output != "" {
		return "", exists(o.Output)
	}
	return paths[0], nil
}

// next is the command that tries the draft.
func (o *initOptions) next(path string) string {
	target := o.Output
	switch {
	case target == "" && path == "-":
		target = "draft.yaml"
	case target == "":
		target = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)) + ".yaml"
	}
	words := append(append([]string{"ciobulk", "plan"}, strings.Fields(o.Verb)...), path, "-m", target)
	fresh := new(inputOptions).flags()
	return ui.ShellLine(append(words, command.Given(o.inputFlags(), fresh, func(command.Flag) bool { return true })...))
}

// inputFlags are the flags that say how to read the file.
func (o *initOptions) inputFlags() (flags []command.Flag) {
	for _, f := range o.table {
		if f.Part == partInput {
			flags = append(flags, f)
		}
	}
	return flags
}

// exists refuses to write over a file.
func exists(path string) error {
	return exit.Usage(fmt.Sprintf("--output: %s already exists", path), "choose another name, or remove the file first")
}

// writeNew writes a new file, whole or not at all. A draft has the names of columns and
// no person's data, so the umask decides who can read it.
func writeNew(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return exists(path)
	}
	if err != nil {
		return exit.Usage(fmt.Sprintf("--output: %v", err), "")
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Close())
	if err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}
