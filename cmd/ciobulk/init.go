package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/urfave/cli/v2"
)

const initHelp = `Reads a file and drafts a mapping for it, with comments: which column people are
found by, which type each has and why, what a spreadsheet has damaged, and what
somebody must look at (CHECK). The first 10,000 rows are looked at, or all with
--all. The match field is chosen by the columns' names, never by their values. The
draft goes to standard output, or to a new file.` + inputHelp

func (p *program) initCommand() *cli.Command {
	return &cli.Command{
		Name: "init", Usage: "draft a mapping from a file's header and rows", ArgsUsage: "FILE",
		Description: initHelp,
		Flags: append(append([]cli.Flag{
			&cli.StringFlag{Category: partDraft, Name: "output", Aliases: []string{"o"}, Usage: "write the draft to a new `FILE`; one that is there is never overwritten"},
			&cli.StringFlag{Category: partDraft, Name: "verb", Value: "upsert", Usage: "what the rows are for: a `VERB` such as event, or 'segment add'"},
			&cli.StringFlag{Category: partDraft, Name: "match", Usage: "find people by `FIELD[=COLUMN]` instead of what the names say"},
			&cli.StringFlag{Category: partDraft, Name: "zone", Value: "UTC", Usage: "the time zone of dates that name none, a `NAME` such as Europe/Berlin"},
			&cli.StringFlag{Category: partDraft, Name: "country", Usage: "whose phone numbers have no country code, two `LETTERS` such as DE"},
			&cli.BoolFlag{Category: partDraft, Name: "all", Usage: "look at every row, not only the first 10,000"},
		}, fileFlags()...),
			&cli.BoolFlag{Category: partRecord, Name: "quiet", Usage: "print errors only"}),
		UsageText: `ciobulk init people.csv
ciobulk init people.csv -o people.yaml --zone Europe/Berlin --country DE
ciobulk init orders.csv --verb event -o orders.yaml`,
		Action: p.draft,
	}
}

// draft is the command init.
func (p *program) draft(c *cli.Context) error {
	path, v, err := p.draftOf(c)
	if err != nil {
		return err
	}
	options, err := inputOptions(c)
	if err != nil {
		return err
	}
	options.Stdin = p.in
	in, err := rows.Open(path, options)
	if err != nil {
		return err
	}
	defer in.Close()
	report := p.newReporter(c)
	report.opened(in)
	target := c.String("output")
	next := p.afterDraft(c, v, path, target)
	d, err := mapping.Draft(in, mapping.DraftOptions{Verb: v.action, Match: c.String("match"), Zone: c.String("zone"),
		Country: c.String("country"), All: c.Bool("all"), Next: next})
	if err != nil {
		return err
	}
	if target == "" {
		_, err := p.out.Write(d.YAML)
		return err
	}
	if err := writeNew(target, d.YAML); err != nil {
		return err
	}
	report.note(fmt.Sprintf("%s is drafted from %s; %s", target, counted(d.Rows, "row"), toCheck(d)))
	report.note("then: " + next)
	return nil
}

// draftOf reads what is to be drafted, and refuses what cannot be before anything
// is read.
func (p *program) draftOf(c *cli.Context) (path string, v verb, err error) {
	v, known := verbNamed(c.String("verb"))
	target := c.String("output")
	switch {
	case !known:
		return "", v, usage(fmt.Sprintf("--verb is %q", c.String("verb")), "it is one of "+strings.Join(plannable()[:len(verbs)], ", "))
	case c.NArg() == 0:
		return "", v, usage("no file to draft a mapping for", "name one, or - for standard input: ciobulk init people.csv")
	case c.IsSet("output") && target == "":
		return "", v, usage("--output has no name", "for example -o people.yaml; without it the draft goes to standard output")
	}
	paths, err := rows.Expand(c.Args().Slice())
	if err != nil {
		return "", v, err
	}
	if len(paths) > 1 {
		return "", v, usage(fmt.Sprintf("init takes one file, and these are %d", len(paths)), "draft a mapping from one of them; it serves all that have its columns")
	}
	if _, err := os.Lstat(target); err == nil && target != "" {
		return "", v, exists(target)
	}
	return paths[0], v, nil
}

func verbNamed(name string) (verb, bool) {
	for _, v := range verbs {
		if v.name == name {
			return v, true
		}
	}
	return verb{}, false
}

// afterDraft is the command that tries the draft.
func (p *program) afterDraft(c *cli.Context, v verb, path, target string) string {
	if target == "" {
		target = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)) + ".yaml"
		if path == "-" {
			target = "draft.yaml"
		}
	}
	words := append(append([]string{"ciobulk", "plan"}, strings.Fields(v.name)...), path, "-m", target)
	for _, f := range fileFlags() {
		if name := f.Names()[0]; c.IsSet(name) {
			words = append(words, "--"+name, c.String(name))
		}
	}
	return shellLine(words)
}

func toCheck(d *mapping.Drafted) string {
	switch d.Checks {
	case 0:
		return "nothing is marked CHECK"
	case 1:
		return "look at the line marked CHECK"
	}
	return fmt.Sprintf("look at the %d lines marked CHECK", d.Checks)
}

// exists refuses to write over a file.
func exists(path string) error {
	return usage(fmt.Sprintf("--output: %s exists, and is not overwritten", path), "choose another name, or remove it first")
}

// writeNew writes a file that there is not yet, wholly or not at all. A draft holds
// the names of columns and nobody's data: it is as open as the umask lets it be.
func writeNew(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return exists(path)
	}
	if err != nil {
		return usage(fmt.Sprintf("--output: %v", err), "")
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Close())
	if err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}
