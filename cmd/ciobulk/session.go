package main

import (
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"

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
	verb    string
	mapping *mapping.Mapping
	job     importer.Job
	account customerio.Account
	report  *reporter
}

// rows runs a verb over the files of the command line.
func (p *program) rows(c *cli.Context, verb string) error {
	if p.getenv("GOGC") == "" {
		// The buffers of a run are made once and live as long as it does, and
		// there is next to no garbage: collecting sooner is cheap, and the
		// default would let the heap grow to twice the buffers.
		debug.SetGCPercent(10)
	}
	if c.String("log-format") == "json" {
		p.log = slog.New(slog.NewJSONHandler(p.err, nil))
	}
	s := &session{program: p, c: c, verb: verb}
	if err := p.checkFlags(c); err != nil {
		return err
	}
	s.report = p.newReporter(c)
	if err := s.open(); err != nil {
		return err
	}
	defer s.close()
	if c.Bool("dry-run") {
		return s.rehearse()
	}
	return s.send()
}

// rate is how many requests a second this process may send.
func (s *session) rate() float64 { return s.c.Float64("rate") / float64(s.job.Shard.Count) }

// open reads the mapping, opens the inputs and binds the one to the others.
func (s *session) open() error {
	if s.c.NArg() == 0 {
		return usage("no file to read", `name one or more, or - for standard input: ciobulk `+s.verb+` people.csv --match id`)
	}
	var err error
	if s.mapping, err = s.readMapping(); err != nil {
		return err
	}
	options, err := inputOptions(s.c)
	if err != nil {
		return err
	}
	options.Stdin = s.in
	paths, err := rows.Expand(s.c.Args().Slice())
	if err != nil {
		return err
	}
	for _, path := range paths {
		if err := s.openInput(path, options); err != nil {
			return err
		}
	}
	s.job.Verb = s.verb
	s.job.Concurrency, s.job.BatchRows = s.c.Int("concurrency"), s.c.Int("batch-rows")
	s.job.Skip, s.job.Limit = s.c.Int64("skip"), s.c.Int64("limit")
	if s.job.Shard, err = shard(s.c); err != nil {
		return err
	}
	if s.job.Budget, err = budget(s.c); err != nil {
		return err
	}
	if err := s.job.Check(); err != nil {
		return usage(err.Error(), "")
	}
	return s.checkOutputs()
}

func (s *session) close() {
	for _, source := range s.job.Sources {
		source.Input.Close()
	}
}

func (s *session) readMapping() (*mapping.Mapping, error) {
	file, match := s.c.String("mapping"), s.c.String("match")
	var m *mapping.Mapping
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
		var err error
		if m, err = mapping.FromMatch(match); err != nil {
			return nil, err
		}
	default:
		return nil, usage("nothing says how to find people", "give a mapping by -m FILE, or --match id|email|cio_id|phone[=COLUMN]")
	}
	if where := s.c.String("where"); where != "" {
		m.AddWhere(where)
	}
	return m, m.CheckVerb(s.verb)
}

func (s *session) openInput(path string, o rows.Options) error {
	in, err := rows.Open(path, o)
	if err != nil {
		return err
	}
	s.report.opened(in)
	plan, err := s.mapping.Bind(in)
	if err != nil {
		in.Close()
		return err
	}
	for _, note := range plan.Notes {
		s.report.note(note)
	}
	s.job.Sources = append(s.job.Sources, importer.Source{Input: in, Plan: plan})
	return nil
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
