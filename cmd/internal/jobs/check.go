package jobs

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/mapping/document"
)

// finish checks what keys say together.
func (p *parser) finish() error {
	for _, s := range p.job.steps {
		for _, name := range s.after {
			if !slices.ContainsFunc(p.job.steps, func(other *step) bool { return other.name == name }) {
				var names []string
				for _, other := range p.job.steps {
					names = append(names, other.name)
				}
				return s.at.Errorf(document.MeantOr(name, names), "step %s comes after %q, which is not a step", s.name, name)
			}
		}
		if err := p.workspaces(s); err != nil {
			return err
		}
	}
	return p.cycle()
}

// workspaces refuses a step that names another workspace or account than the job.
func (p *parser) workspaces(s *step) error {
	for _, d := range p.job.defaults {
		for _, own := range s.settings {
			if own.name == d.name && own.name == "workspace" && own.values[0] != d.values[0] {
				return own.at.Errorf("leave one of them out", "step %s is for workspace %s, and the job for %s", s.name, own.values[0], d.values[0])
			}
		}
	}
	return nil
}

// cycle refuses steps that come after each other.
func (p *parser) cycle() error {
	done := make(map[string]bool)
	for range p.job.steps {
		for _, s := range p.job.steps {
			if !slices.ContainsFunc(s.after, func(name string) bool { return !done[name] }) {
				done[s.name] = true
			}
		}
	}
	for _, s := range p.job.steps {
		if !done[s.name] {
			return s.at.Errorf(`remove one of the keys "after"`, "step %s comes after itself, by way of others", s.name)
		}
	}
	return nil
}

// choose marks the steps that are to run: all, one, or one and those written after it.
func (j *job) choose(only, from string) error {
	name := only + from // one is empty
	at := slices.IndexFunc(j.steps, func(s *step) bool { return s.name == name })
	if name != "" && at < 0 {
		var names []string
		for _, s := range j.steps {
			names = append(names, s.name)
		}
		return exit.Usage(fmt.Sprintf("%s has no step %q", j.path, name), "its steps are "+strings.Join(names, ", "))
	}
	for i, s := range j.steps {
		s.chosen = name == "" || i == at || from != "" && i > at
	}
	return nil
}
