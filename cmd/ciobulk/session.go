package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"slices"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/importer"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/urfave/cli/v2"
)

// session is one call of a verb that turns rows into operations.
type session struct {
	*program
	c       *cli.Context
	verb    verb
	mapping *mapping.Mapping
	options rows.Options
	stdin   *os.File // what standard input held, where it must be read twice
	job     importer.Job
	app     *customerio.App // nil: there is no key
	account customerio.Account
	segment customerio.Segment // zero: the verb is not about one, or it is not made yet
	wanted  string             // the segment as it was named
	report  *reporter
	retried *retried // nil: the input is the user's
}

// rows runs a verb over the files of the command line.
func (p *program) rows(c *cli.Context, v verb) error {
	s, err := p.newSession(c, v)
	if err != nil {
		return err
	}
	defer s.close()
	if c.NArg() == 0 {
		return usage("no file to read", `name one or more, or - for standard input: ciobulk `+v.name+` people.csv --match id`)
	}
	if s.mapping, err = s.readMapping(c.String("mapping"), c.String("match"), c.String("where")); err != nil {
		return err
	}
	if s.options, err = inputOptions(c); err != nil {
		return err
	}
	paths, err := rows.Expand(c.Args().Slice())
	if err != nil {
		return err
	}
	return s.run(paths)
}

// newSession begins a call: flags are checked, and nothing is read yet.
func (p *program) newSession(c *cli.Context, v verb) (*session, error) {
	if p.getenv("GOGC") == "" {
		// The buffers of a run are made once and live as long as it does, and
		// there is next to no garbage: collecting sooner is cheap, and the
		// default would let the heap grow to twice the buffers.
		debug.SetGCPercent(25)
	}
	if c.String("log-format") == "json" {
		p.log = slog.New(slog.NewJSONHandler(p.err, nil))
	}
	if err := p.checkFlags(c); err != nil {
		return nil, err
	}
	return &session{program: p, c: c, verb: v, report: p.newReporter(c)}, nil
}

// run opens the inputs and does what is to be done with them.
func (s *session) run(paths []string) error {
	if err := s.open(paths); err != nil {
		return err
	}
	if s.c.Bool("dry-run") {
		return s.rehearse()
	}
	return s.send()
}

// rate is how many requests a second this process may send.
func (s *session) rate() float64 { return s.c.Float64("rate") / float64(s.job.Shard.Count) }

// open opens the inputs, binds the mapping to them, and settles the job.
func (s *session) open(paths []string) (err error) {
	s.options.Stdin = s.in
	if slices.Contains(paths, "-") && s.surveys() {
		if s.stdin, err = spool(s.in); err != nil {
			return err
		}
	}
	for i, path := range paths {
		if path == "-" && slices.Contains(paths[:i], path) {
			return usage("standard input is named twice", "")
		}
		if info, err := os.Stat(path); err == nil && s.surveys() && !info.Mode().IsRegular() && !info.IsDir() {
			return usage(fmt.Sprintf("%s is a pipe or a device, and must be read twice", path), "give it as standard input: ciobulk "+s.verb.name+" - < "+path)
		}
		source, err := s.bound(path, s.report.opened)
		if err != nil {
			return err
		}
		s.job.Sources = append(s.job.Sources, source)
		for _, note := range source.Plan.Notes {
			s.report.note(note)
		}
	}
	return s.prepare()
}

// prepare reads the flags that make the job.
func (s *session) prepare() (err error) {
	c, j := s.c, &s.job
	j.Verb, j.Match = s.verb.name, string(s.mapping.Match())
	j.Concurrency, j.BatchRows = c.Int("concurrency"), c.Int("batch-rows")
	j.Skip, j.Limit, j.NoTriggers = c.Int64("skip"), c.Int64("limit"), c.Bool("no-triggers")
	if j.Shard, err = shard(c); err != nil {
		return err
	}
	if j.Budget, err = budget(c); err != nil {
		return err
	}
	if slices.ContainsFunc(s.mapping.Actions(), mapping.Action.Certified) {
		j.Receipt = importer.ReceiptIdentifiers(c.String("receipt-identifiers"))
	}
	if s.retried != nil { // as the run had it, unless the call says more
		j.NoTriggers = j.NoTriggers || s.retried.recipe.NoTriggers
		if was := s.retried.recipe.Receipt; was != "" && !c.IsSet("receipt-identifiers") {
			j.Receipt = importer.ReceiptIdentifiers(was)
		}
	}
	if s.verb.action == mapping.Member {
		// The segment is not known yet, and the call is of the same size.
		if j.Call, err = customerio.SegmentCall(1, s.verb.remove, s.mapping.Match()); err != nil {
			return err
		}
		j.BatchRows = min(j.BatchRows, customerio.MaxSegmentIDs)
	}
	if err := j.Check(); err != nil {
		return usage(err.Error(), "")
	}
	return s.checkOutputs()
}

// bound opens an input, tells opened of it, and binds the mapping to it. An input
// may be opened as often as it is needed.
func (s *session) bound(path string, opened func(*rows.Input)) (importer.Source, error) {
	in, err := s.openInput(path)
	if err != nil {
		return importer.Source{}, err
	}
	opened(in)
	plan, err := s.mapping.Bind(in)
	if err != nil {
		in.Close()
		return importer.Source{}, err
	}
	return importer.Source{Input: in, Plan: plan}, nil
}

// openInput opens an input, standard input from what was kept of it.
func (s *session) openInput(path string) (*rows.Input, error) {
	o := s.options
	if s.stdin != nil {
		o.Stdin = io.NewSectionReader(s.stdin, 0, 1<<62)
	}
	return rows.Open(path, o)
}

func (s *session) close() {
	closeSources(s.job.Sources)
	if s.stdin != nil {
		s.stdin.Close()
		_ = os.Remove(s.stdin.Name()) // mostly it has gone already
	}
}

func closeSources(sources []importer.Source) {
	for _, source := range sources {
		source.Input.Close()
	}
}

// readMapping reads the mapping in file, or makes the one that --match stands for,
// for rows of the session's verb. file, match and where may be empty.
func (s *session) readMapping(file, match, where string) (*mapping.Mapping, error) {
	m, err := s.loadMapping(file, match, where)
	if err != nil {
		return nil, err
	}
	return m, m.SetVerb(s.verb.action)
}

// loadMapping is readMapping for whatever verb.
func (s *session) loadMapping(file, match, where string) (m *mapping.Mapping, err error) {
	switch {
	case file != "":
		source, err := os.ReadFile(file)
		if err != nil {
			return nil, usage(fmt.Sprintf("--mapping: %v", err), "")
		}
		if m, err = mapping.Parse(file, source, match != ""); err != nil {
			return nil, err
		}
		if match != "" {
			if err := m.SetMatch(match); err != nil {
				return nil, err
			}
		}
	case match != "":
		if m, err = mapping.FromMatch(match); err != nil {
			return nil, err
		}
	default:
		return nil, usage("nothing says how to find people", "give a mapping by -m FILE (ciobulk init drafts one), or --match FIELD[=COLUMN], FIELD being "+s.verb.matches())
	}
	if where != "" {
		m.AddWhere(where)
	}
	return m, nil
}

// checkOutputs refuses to write over an input.
func (s *session) checkOutputs() error {
	for _, flag := range []string{"rejected", "summary"} {
		out, err := os.Stat(s.c.String(flag))
		if err != nil {
			continue // nothing there yet, or no such flag
		}
		for _, source := range s.job.Sources {
			if in, err := os.Stat(source.Input.Path); err == nil && os.SameFile(in, out) {
				return usage(fmt.Sprintf("--%s names the input %s, which would be overwritten", flag, source.Input.Path), "")
			}
		}
	}
	return nil
}
