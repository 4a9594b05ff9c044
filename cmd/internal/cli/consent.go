package cli

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/lookup"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/importer"
	"github.com/ciobulk/ciobulk/mapping"
)

// consent makes sure that exactly these people are to be deleted, suppressed or
// unsuppressed.
type consent struct {
	consentOptions
	found    *importer.Survey // nil: nothing is destroyed
	done     string           // what happens to people: deleted, …
	whom     string           // what is counted: distinct person, …
	from     []string         // the names of the inputs
	account  customerio.Account
	app      *customerio.App // nil: there is no key
	shards   int             // of which this process is one
	rehearse bool
	in       io.Reader
	err      io.Writer
}

func consentOf(s *session, found *importer.Survey) consent {
	if !s.in.mapping.Destructive() {
		found = nil
	}
	c := consent{consentOptions: s.o.consentOptions, found: found, done: done(s.in.mapping, s.verb.Action), whom: whom(s.in.mapping, s.verb.Action), from: s.in.names(), account: s.account,
		shards: s.job.Shard.Count, rehearse: s.o.DryRun, in: s.Program.In, err: s.Err}
	if s.access != nil {
		c.app = s.access.Opened
	}
	return c
}

// done is what happens to people, in words.
func done(m *mapping.Mapping, a mapping.Action) string {
	switch a {
	case mapping.Delete, mapping.ObjectDelete:
		return "deleted"
	case mapping.Suppress:
		return "suppressed"
	case mapping.Unsuppress:
		return "unsuppressed"
	case mapping.Merge:
		return "merged into others and vanish"
	}
	if m.Merges() {
		return "deleted, suppressed, unsuppressed or merged"
	}
	return "deleted, suppressed or unsuppressed"
}

// whom is one of those it happens to.
func whom(m *mapping.Mapping, a mapping.Action) string {
	switch {
	case a == mapping.ObjectDelete:
		return "distinct object"
	case m.Objects():
		return "distinct person or object"
	}
	return "distinct person"
}

// place names the workspace.
func place(a customerio.Account) string {
	if a.WorkspaceID == 0 {
		return "an unknown workspace"
	}
	return fmt.Sprintf("workspace %d (%s)", a.WorkspaceID, a.Region)
}

// namedPlace is place with the workspace's name, where the App API tells it soon: the
// question is asked without it otherwise.
func namedPlace(ctx context.Context, a customerio.Account, app *customerio.App) string {
	if app == nil || a.WorkspaceID == 0 {
		return place(a)
	}
	ctx, cancel := context.WithTimeout(ctx, nameTime)
	defer cancel()
	w, err := lookup.WorkspaceOf(ctx, app, a.WorkspaceID)
	if err != nil || w == nil {
		return place(a)
	}
	return fmt.Sprintf("workspace %d %s (%s)", a.WorkspaceID, strconv.QuoteToGraphic(w.Name), a.Region)
}

// nameTime is how long the name of a workspace is waited for.
const nameTime = 3 * time.Second

// would says what would happen.
func (c consent) would() string {
	return fmt.Sprintf("%s would be %s", ui.Counted(c.found.People, c.whom), c.done)
}

// obtain checks what was found, and asks for consent where that was not given by
// --yes and --expect.
func (c consent) obtain(ctx context.Context, stop <-chan struct{}) error {
	if err := c.check(ctx); err != nil {
		return err
	}
	if c.found == nil || c.found.People == 0 || c.Yes { // --yes comes with --expect
		return nil
	}
	_, asked := ui.Terminal(c.in)
	_, seen := ui.Terminal(c.err)
	if asked && seen {
		return c.ask(ctx, stop)
	}
	return exit.Usage(fmt.Sprintf("%s in %s; nothing was sent", c.would(), place(c.account)),
		fmt.Sprintf("to do this without a terminal, add --yes --expect %d", c.found.People))
}

// check compares what was found with --expect and --max-delete.
func (c consent) check(ctx context.Context) error {
	if c.found == nil {
		if c.Expect >= 0 || c.maxDelete.Given {
			return exit.Usage("--yes, --expect and --max-delete need a mapping that deletes people", "leave them out")
		}
		return nil
	}
	if !c.maxDelete.IsShare || !c.rehearse { // a rehearsal does not ask how many people there are
		if err := c.bounded(ctx); err != nil {
			return err
		}
	}
	if c.Expect >= 0 && c.Expect != c.found.People {
		return exit.Usage(fmt.Sprintf("%s, but --expect says %d; nothing was sent", c.would(), c.Expect), "check the file")
	}
	return nil
}

// bounded refuses more people than --max-delete allows. A percentage is of the people
// in the workspace, whose number the App API knows.
func (c consent) bounded(ctx context.Context) error {
	if !c.maxDelete.Given {
		return nil
	}
	all := int64(0)
	if c.maxDelete.IsShare && c.whom == "distinct object" {
		return exit.Usage("a percentage for --max-delete is one of people, and these are objects", "give a number of objects")
	}
	if c.maxDelete.IsShare {
		var err error
		if all, err = c.population(ctx); err != nil {
			return err
		}
	}
	most := c.maxDelete.of(all)
	if c.maxDelete.IsShare {
		most /= int64(c.shards)
	}
	if c.found.People > most {
		return exit.Usage(fmt.Sprintf("%s, but --max-delete %s allows %s; nothing was sent", c.would(), c.MaxDelete, ui.Grouped(most)),
			"check the file, or raise --max-delete")
	}
	return nil
}

// population is how many people the workspace has.
func (c consent) population(ctx context.Context) (int64, error) {
	if c.app == nil {
		return 0, exit.Usage("a percentage for --max-delete needs the number of people in the workspace",
			"set CUSTOMERIO_APP_API_KEY, or give a number of people")
	}
	workspaces, err := c.app.Workspaces(ctx)
	if err != nil {
		return 0, err
	}
	for _, w := range workspaces {
		if w.ID == c.account.WorkspaceID {
			return w.People, nil
		}
	}
	return 0, lookup.OtherAccount(c.account.WorkspaceID)
}

// ask shows what would happen and asks for the number of people.
func (c consent) ask(ctx context.Context, stop <-chan struct{}) error {
	people := c.found.People
	fmt.Fprintf(c.err, "\n%s will be %s in %s, from %s:\n", ui.Counted(people, c.whom), c.done, namedPlace(ctx, c.account, c.app), ui.Safe(strings.Join(c.from, ", ")))
	for _, example := range c.found.Examples {
		fmt.Fprintf(c.err, "  %s\n", strconv.QuoteToGraphic(example))
	}
	if more := people - int64(len(c.found.Examples)); more > 0 {
		fmt.Fprintf(c.err, "  and %s more\n", ui.Grouped(more))
	}
	typed, err := ui.Ask(ctx, stop, importer.ErrInterrupted, c.in, c.err, "This cannot be undone. Type the number of "+ui.Plural(strings.TrimPrefix(c.whom, "distinct "))+" to continue: ")
	if err != nil {
		return err
	}
	if strings.ReplaceAll(typed, ",", "") != strconv.FormatInt(people, 10) {
		return exit.Usage(fmt.Sprintf("%q is not %d; nothing was sent", typed, people), "")
	}
	return nil
}
