// Package sent is the command state: what is remembered of what was last sent. Start
// with Command.
package sent

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/importer"
	"github.com/ciobulk/ciobulk/join"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/ciobulk/ciobulk/runs"
)

// Command is the command state. seed is its sub that needs what runs are made of.
func Command(p *call.Program, seed command.Command) command.Command {
	return command.Command{
		Name: "state", Usage: "what upsert --only-changed remembers: show, forget, seed", Args: "show|forget|seed",
		About: `upsert --only-changed compares rows with what was last sent. It keeps two hashes of
each person in a file, and no personal data.`,
		Examples: `ciobulk state show
ciobulk state forget --match email=ada@example.com
ciobulk state forget --state people.state --all`,
		Missing: "state needs show, forget or seed",
		Subs:    []command.Command{showCommand(p), forgetCommand(p), seed},
	}
}

// options name the file.
type options struct {
	State, StateDir string
}

func (o *options) flags() []command.Flag {
	return []command.Flag{{Name: "state", Value: "FILE", Part: call.PartInput, Into: command.Word(&o.State), Usage: "the file (default: all files in --state-dir)"}, call.StateDirFlag(&o.StateDir)}
}

// paths returns the files that are meant.
func (o *options) paths() ([]string, error) {
	if o.State != "" {
		if _, err := os.Stat(o.State); err != nil {
			return nil, exit.Usage(fmt.Sprintf("--state: %v", err), "ciobulk state show lists the files in --state-dir")
		}
		return []string{o.State}, nil
	}
	paths, err := runs.ListSent(o.StateDir)
	if err == nil && len(paths) == 0 {
		err = exit.Usage("nothing was sent with --only-changed in "+o.StateDir, "--state FILE or --state-dir DIR names another place")
	}
	return paths, err
}

// showOptions are those of state show.
type showOptions struct {
	options
	Format string
}

func showCommand(p *call.Program) command.Command {
	o := &showOptions{Format: "table"}
	return command.Command{
		Name: "show", Usage: "show which people are remembered, in numbers",
		Examples: "ciobulk state show\nciobulk state show --format json",
		About:    "Prints each file with its workspace, verb and match field, how many people it has, and when it was last changed.",
		Options:  o, Run: call.Bind(p, o.run), Flags: append(o.options.flags(), call.FormatFlag(&o.Format, "table", "json", "csv")),
	}
}

// remembered is a file of what was last sent, as state show prints it.
type remembered struct {
	File      string    `json:"file"`
	Workspace int64     `json:"workspace"`
	Verb      string    `json:"verb"`
	Match     string    `json:"match"`
	Shard     string    `json:"shard,omitempty"`
	People    int64     `json:"people"`
	Updated   time.Time `json:"updated"`
	Run       string    `json:"run"`
}

func (o *showOptions) run(_ context.Context, p *call.Program, args []string) error {
	if len(args) > 0 {
		return exit.Usage("state show does not take a file as an argument", "ciobulk state show --state "+ui.ShellLine(args[:1]))
	}
	paths, err := o.paths()
	if err != nil {
		return err
	}
	all := []remembered{}
	for _, path := range paths {
		h, people, err := runs.CountSent(path)
		if err != nil {
			return err
		}
		all = append(all, remembered{path, h.Workspace, h.Verb, h.Match, h.Shard, people, time.Unix(h.Updated, 0).UTC(), h.Run})
	}
	return printRemembered(p.Out, o.Format, all)
}

// forgetOptions are those of state forget.
type forgetOptions struct {
	options
	Match []string
	All   bool
}

func forgetCommand(p *call.Program) command.Command {
	o := &forgetOptions{}
	return command.Command{
		Name: "forget", Usage: "forget people, so that they are sent again",
		About: `Forgets the people that --match names, or everyone. The next run with --only-changed
sends them again. Nothing changes in Customer.io.`,
		Examples: "ciobulk state forget --match id=00123 --match id=00124\nciobulk state forget --all",
		Options:  o, Run: call.Bind(p, o.run),
		Flags: append(o.options.flags(),
			command.Flag{Name: "match", Value: "FIELD=VALUE", Part: call.PartInput, Into: command.Words(&o.Match), Usage: "a person to forget; may be given several times"},
			command.Flag{Name: "all", Part: call.PartInput, Into: command.OnOff(&o.All), Usage: "forget everyone"}),
	}
}

func (o *forgetOptions) run(_ context.Context, p *call.Program, args []string) error {
	switch {
	case len(args) > 0:
		return exit.Usage("state forget does not take a file as an argument", "ciobulk state forget --state "+ui.ShellLine(args[:1])+" --all")
	case o.All == (len(o.Match) > 0):
		return exit.Usage("state forget needs --match FIELD=VALUE, or --all", "for example --match email=ada@example.com")
	}
	paths, err := o.paths()
	if err != nil {
		return err
	}
	total := int64(0)
	for _, path := range paths {
		n, err := o.forget(path)
		if err != nil {
			return err
		}
		total += n
	}
	_, err = fmt.Fprintf(p.Out, "%s forgotten\n", ui.Counted(total, "person"))
	return err
}

// forget forgets people of one file, and returns how many of them it had.
func (o *forgetOptions) forget(path string) (n int64, err error) {
	h, people, err := runs.CountSent(path)
	if err != nil {
		return 0, err
	}
	keys, err := o.keys(h)
	if err != nil || !o.All && len(keys) == 0 {
		return 0, err
	}
	sent, err := runs.OpenSent(path, h)
	if err != nil {
		return 0, err
	}
	defer sent.Close()
	if o.All {
		return people, sent.Remove()
	}
	err = sent.Read(func(old, _ *join.StateReader) error {
		return sent.Rewrite(func(w *join.StateWriter) error {
			n, err = join.Forget(old, keys, w)
			return err
		})
	})
	return n, err
}

// keys returns the keys of the people to forget who are identified as those of a file
// are.
func (o *forgetOptions) keys(h join.Header) (keys []uint64, err error) {
	for _, text := range o.Match {
		field, value, found := strings.Cut(text, "=")
		if _, err := mapping.FromMatch(field); err != nil || !found {
			return nil, exit.Usage(fmt.Sprintf("--match is %q", text), "it is FIELD=VALUE, where FIELD is id, email, cio_id or phone")
		}
		if !slices.Contains(strings.Split(h.Match, ","), field) {
			continue
		}
		id := mapping.Identifier{Match: customerio.Match(field), Accept: []string{value}}
		hash, problem := id.Hash(value)
		if problem != "" {
			return nil, exit.Usage("--match "+field+": "+problem, "")
		}
		keys = append(keys, importer.KeyOf(h.Secret, hash))
	}
	return keys, nil
}

func printRemembered(out io.Writer, format string, all []remembered) error {
	if format == "json" {
		return call.PrintJSON(out, all)
	}
	lines := [][]string{{"file", "workspace", "verb", "match", "shard", "people", "updated", "run"}}
	for _, r := range all {
		lines = append(lines, []string{r.File, strconv.FormatInt(r.Workspace, 10), r.Verb, r.Match, r.Shard,
			strconv.FormatInt(r.People, 10), r.Updated.Format(time.RFC3339), r.Run})
	}
	if format == "csv" {
		return call.PrintCSV(out, lines)
	}
	t := ui.Table{}
	t.Add("FILE", "WORKSPACE", "VERB", "MATCH", "PEOPLE", "UPDATED")
	for i, line := range lines[1:] {
		t.Add(rows.Printable(line[0]), line[1], line[2], line[3], ui.Grouped(all[i].People), line[6])
	}
	_, err := io.WriteString(out, t.String())
	return err
}
