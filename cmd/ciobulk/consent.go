package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/ciobulk/ciobulk/importer"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
	"golang.org/x/term"
)

// spool copies standard input to a file that nobody else can read and that has no
// name any more, for inputs that must be read twice. It returns the file, from
// which each reader takes its own section.
func spool(in io.Reader) (*os.File, error) {
	f, err := os.CreateTemp("", "ciobulk-") // 0600
	if err != nil {
		return nil, err
	}
	_ = os.Remove(f.Name()) // where an open file keeps its name, close removes it
	if _, err := io.Copy(f, in); err != nil {
		f.Close()
		return nil, fmt.Errorf("cannot keep standard input for a second reading: %w", err)
	}
	return f, nil
}

// surveys reports whether the input must be read before the run.
func (s *session) surveys() bool {
	return s.mapping.Destructive() || s.mapping.DuplicateRule() != mapping.KeepDuplicates
}

// survey reads the inputs once, and notes what the run needs of it.
func (s *session) survey(ctx context.Context) (*importer.Survey, error) {
	if !s.surveys() {
		return nil, nil
	}
	first := s.job
	first.Sources = nil
	defer func() { closeSources(first.Sources) }()
	for _, source := range s.job.Sources {
		again, err := s.bound(source.Input.Path, func(*rows.Input) {})
		if err != nil {
			return nil, err
		}
		first.Sources = append(first.Sources, again)
		if err := same(source.Input, again.Input); err != nil {
			return nil, err
		}
	}
	found, err := first.Survey(ctx, s.mapping.DuplicateRule())
	if err != nil {
		return nil, err
	}
	s.job.Duplicates = found.Duplicates
	return found, nil
}

// same refuses an input that is not what it was when the run opened it.
func same(in, again *rows.Input) error {
	if in.Size == again.Size && in.Digest == again.Digest {
		return nil
	}
	return usage(in.Name+" has changed since it was opened; nothing was sent", "wait until it is complete")
}

// unchanged makes sure that the run reads what the survey has read.
func (s *session) unchanged() error {
	for _, source := range s.job.Sources {
		again, err := s.openInput(source.Input.Path)
		if err != nil {
			return err
		}
		again.Close()
		if err := same(source.Input, again); err != nil {
			return err
		}
	}
	return nil
}

// consent sees to it that somebody wants just these people to be deleted,
// suppressed or unsuppressed.
func (s *session) consent(ctx context.Context, stop <-chan struct{}, found *importer.Survey) error {
	if err := s.expected(ctx, found); err != nil {
		return err
	}
	if !s.mapping.Destructive() || found.People == 0 || s.c.Bool("yes") {
		return nil // --yes comes with --expect
	}
	in, isFile := s.in.(*os.File)
	out, outIsFile := s.err.(*os.File)
	if isFile && outIsFile && term.IsTerminal(int(in.Fd())) && term.IsTerminal(int(out.Fd())) {
		return s.confirm(ctx, stop, found)
	}
	return usage(fmt.Sprintf("%s would be %s in %s; nothing was sent", counted(found.People, "distinct person"), s.done(), s.place()),
		fmt.Sprintf("to do it without a terminal: --yes --expect %d", found.People))
}

// expected holds what was found against --expect and --max-delete.
func (s *session) expected(ctx context.Context, found *importer.Survey) error {
	if !s.mapping.Destructive() {
		if s.c.IsSet("expect") || s.c.IsSet("max-delete") {
			return usage("--yes, --expect and --max-delete go with what deletes people, and the mapping does not", "drop them")
		}
		return nil
	}
	share := strings.HasSuffix(s.c.String("max-delete"), "%")
	if !share || !s.c.Bool("dry-run") { // a rehearsal asks nobody how many people there are
		if err := s.bounded(ctx, found.People); err != nil {
			return err
		}
	}
	if expect := s.c.Int64("expect"); s.c.IsSet("expect") && expect != found.People {
		return usage(fmt.Sprintf("%s would be %s, but --expect says %d; nothing was sent",
			counted(found.People, "distinct person"), s.done(), expect), "look at the file again")
	}
	return nil
}

// done is what happens to people, in words.
func (s *session) done() string {
	switch s.verb.action {
	case mapping.Delete:
		return "deleted"
	case mapping.Suppress:
		return "suppressed"
	case mapping.Unsuppress:
		return "unsuppressed"
	}
	return "deleted, suppressed or unsuppressed"
}

// place names the workspace.
func (s *session) place() string {
	if s.account.WorkspaceID == 0 {
		return "a workspace that is not known"
	}
	return fmt.Sprintf("workspace %d (%s)", s.account.WorkspaceID, s.account.Region)
}

// confirm shows what would happen and has the number of people typed.
func (s *session) confirm(ctx context.Context, stop <-chan struct{}, found *importer.Survey) error {
	var names []string
	for _, source := range s.job.Sources {
		names = append(names, source.Input.Name)
	}
	fmt.Fprintf(s.err, "\n%s will be %s in %s, by %s:\n", counted(found.People, "distinct person"), s.done(), s.place(), strings.Join(names, ", "))
	for _, example := range found.Examples {
		fmt.Fprintf(s.err, "  %s\n", strconv.QuoteToGraphic(example))
	}
	if more := found.People - int64(len(found.Examples)); more > 0 {
		fmt.Fprintf(s.err, "  and %s more\n", grouped(more))
	}
	fmt.Fprintf(s.err, "This cannot be taken back. Type the number of people to go on: ")
	typed := make(chan string, 1)
	go func() { // a read from a terminal cannot be woken
		line, _ := bufio.NewReader(s.in).ReadString('\n')
		typed <- strings.TrimSpace(strings.ReplaceAll(line, ",", ""))
	}()
	select {
	case text := <-typed:
		if text == strconv.FormatInt(found.People, 10) {
			return nil
		}
		return usage(fmt.Sprintf("%q is not %d; nothing was sent", text, found.People), "")
	case <-stop:
		return importer.ErrInterrupted
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// bounded refuses more people than --max-delete allows. A share is one of the
// people in the workspace, whose number the App API tells.
func (s *session) bounded(ctx context.Context, people int64) error {
	text := s.c.String("max-delete")
	if text == "" {
		return nil
	}
	most := int64(0)
	number, isShare := strings.CutSuffix(text, "%")
	if isShare {
		percent, err := strconv.ParseFloat(number, 64)
		if err != nil || !(percent >= 0 && percent <= 100) {
			return badMaxDelete(text)
		}
		all, err := s.population(ctx)
		if err != nil {
			return err
		}
		most = int64(float64(all) * percent / 100 / float64(s.job.Shard.Count))
	} else {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 {
			return badMaxDelete(text)
		}
		most = n
	}
	if people > most {
		return usage(fmt.Sprintf("%s would be %s, and --max-delete %s allows %s; nothing was sent",
			counted(people, "distinct person"), s.done(), text, grouped(most)), "look at the file again, or raise the bound")
	}
	return nil
}

func badMaxDelete(text string) error {
	return usage(fmt.Sprintf("--max-delete is %q", text), "it is a number of people, or a share of the workspace such as 1%")
}

// population is how many people the workspace has.
func (s *session) population(ctx context.Context) (int64, error) {
	if s.app == nil {
		return 0, usage("a share for --max-delete needs to know how many people there are",
			"set CUSTOMERIO_APP_API_KEY, or give a number of people")
	}
	workspaces, err := s.app.Workspaces(ctx)
	if err != nil {
		return 0, err
	}
	for _, w := range workspaces {
		if w.ID == s.account.WorkspaceID {
			return w.People, nil
		}
	}
	return 0, usage(fmt.Sprintf("the App API key does not know %s", s.place()), "is it of another account? give --max-delete a number of people")
}
