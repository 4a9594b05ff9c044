package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ciobulk/ciobulk/importer"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/urfave/cli/v2"
)

// retried is the run whose rows are sent again.
type retried struct {
	run    *importer.Run
	recipe recipe
}

// retriedWorkspace is the only workspace that a retry may go to, 0 where that is
// not known or nothing is retried.
func (s *session) retriedWorkspace() int64 {
	if s.retried == nil {
		return 0
	}
	return s.retried.run.Checkpoint.Work.Workspace
}

func (p *program) retryCommand() *cli.Command {
	flags := append(append(eventFlags()[1:], runFlags()...), accidentFlags(verbs[0])...) // upsert's, which are all
	return &cli.Command{
		Name: "retry", Usage: "send the rows again that a run could not", ArgsUsage: "RUN",
		Description: `Sends the rejected and the unknown rows of a run again, as they stand in its
rejected file, mended or not, with the run's own verb and mapping. Rows keep the
numbers that they had, and events the ids: one whose fate was unknown is not made
twice. RUN is the run's directory, its name, or the last part of it.`,
		UsageText: `ciobulk retry 20261124-080000.000-upsert-people-1a2b3c4d
ciobulk retry 20261124-080000.000-event-orders-1a2b3c4d --class unknown`,
		Flags: append([]cli.Flag{
			&cli.StringFlag{Category: partInput, Name: "class", Value: "any", Usage: "which rows: `any|rejected|unknown`"},
		}, flags...),
		Action: p.retry,
	}
}

func (p *program) retry(c *cli.Context) error {
	class := mapping.Class(c.String("class"))
	switch {
	case c.NArg() != 1 || c.Args().First() == "":
		return usage("retry takes one run", "ciobulk retry RUN, as the end of the run printed it")
	case class != mapping.AnyClass && class != mapping.RejectedClass && class != mapping.UnknownClass:
		return usage(fmt.Sprintf("--class is %q", class), "it is any, rejected or unknown")
	}
	was, err := p.findRun(c.String("state-dir"), c.Args().First())
	if err != nil {
		return err
	}
	i := slices.IndexFunc(verbs, func(v verb) bool { return v.name == was.recipe.Verb })
	if i < 0 {
		return usage(fmt.Sprintf("run %s is for %q, which this program does not know", was.run.Name, was.recipe.Verb), "")
	}
	s, err := p.newSession(c, verbs[i])
	if err != nil {
		return err
	}
	defer s.close()
	path := filepath.Join(was.run.Dir, "rejected."+was.recipe.Format)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return usage(fmt.Sprintf("run %s left no rows to send again", was.run.Name), "")
	}
	s.retried, s.job.Class = was, class
	file := ""
	if was.recipe.Mapping {
		file = filepath.Join(was.run.Dir, mappingCopy)
	}
	if s.mapping, err = s.readMapping(file, was.recipe.Match, was.recipe.Where); err != nil {
		return err
	}
	s.options = rows.Options{Format: rows.Format(was.recipe.Format), Encoding: rows.UTF8, Rejected: true}
	if was.recipe.Delimiter != "" {
		s.options.Delimiter = was.recipe.Delimiter[0]
	}
	for _, o := range was.recipe.Origins {
		s.job.Seeds = append(s.job.Seeds, mapping.SeedOf(o.Name, o.Size, o.Digest, was.recipe.Nonce))
	}
	return s.run([]string{path})
}

// findRun finds a run that has ended by its directory, or by its name or the end
// of it.
func (p *program) findRun(stateDir, name string) (*retried, error) {
	dir := name
	if info, err := os.Stat(name); err != nil || !info.IsDir() {
		matches, err := recorded(stateDir)
		if err != nil {
			return nil, usage(err.Error(), "--state-dir names where runs are recorded")
		}
		var found []string
		for _, m := range matches {
			if run := filepath.Base(m); run == name || strings.HasSuffix(run, "-"+name) {
				found = append(found, m)
			}
		}
		switch {
		case len(found) == 0:
			return nil, usage(fmt.Sprintf("there is no run %q in %s", name, stateDir), "name it as the end of the run printed it, and its --state-dir")
		case len(found) > 1:
			return nil, usage(fmt.Sprintf("%d runs in %s are called so, the last one %s", len(found), stateDir, filepath.Base(found[len(found)-1])), "name one of them whole")
		}
		dir = found[0]
	}
	run, err := importer.LoadRun(dir)
	if err != nil {
		return nil, usage(err.Error(), "is it the directory of a run?")
	}
	if run.Checkpoint.Ended == "" {
		return nil, usage(fmt.Sprintf("run %s is unfinished (%s done)", run.Name, counted(run.Checkpoint.Rows, "row")), "--resume it first, with the command that began it")
	}
	was := &retried{run: run}
	if was.recipe, err = loadRecipe(dir); err != nil {
		return nil, usage(fmt.Sprintf("what run %s did cannot be read: %v", run.Name, err), "")
	}
	return was, nil
}

// recorded returns the directories of the runs in stateDir.
func recorded(stateDir string) (dirs []string, err error) {
	entries, err := os.ReadDir(stateDir)
	for _, e := range entries {
		dir := filepath.Join(stateDir, e.Name())
		if _, err := os.Stat(filepath.Join(dir, recipeFile)); err == nil {
			dirs = append(dirs, dir)
		}
	}
	return dirs, err
}
