package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
)

// open opens the input, settles what --match means and which verb is meant, and
// binds the mapping.
func (x *explainer) open(path string, match texts) (err error) {
	paths, err := rows.Expand([]string{path})
	if err != nil {
		return err
	}
	if len(paths) > 1 {
		return usage(fmt.Sprintf("%s is %d files", path, len(paths)), "name the one that the row is in, such as "+paths[0])
	}
	if x.options, err = inputOptions(x.c); err != nil {
		return err
	}
	x.options.Stdin = x.in
	if x.input, err = x.openInput(paths[0]); err != nil {
		return err
	}
	x.report.opened(x.input)
	if err = x.prepare(match); err != nil {
		x.input.Close()
	}
	return err
}

func (x *explainer) prepare(match texts) error {
	spec, values, err := x.matches(match)
	if err != nil {
		return err
	}
	if x.values = values; len(x.values)+len(x.asked) == 0 {
		return usage("nothing says which row to explain", "add --row N, or --match VALUE for the rows of a person")
	}
	if x.mapping, err = x.loadMapping(x.c.String("mapping"), spec, x.c.String("where")); err != nil {
		return err
	}
	if err := x.chooseVerb(); err != nil {
		return err
	}
	plan, err := x.mapping.Bind(x.input)
	if err != nil {
		return err
	}
	for _, note := range plan.Notes {
		x.report.note(note)
	}
	if rule := x.mapping.DuplicateRule(); rule != mapping.KeepDuplicates {
		x.report.note(fmt.Sprintf("duplicates: %s: whether another row of the same person goes instead is not looked at here; ciobulk plan does", rule))
	}
	now := time.Now()
	x.mapper = plan.Mapper(x.input, mapping.Terms{Begun: now, LiveFrom: mapping.LiveFrom(now)})
	x.history, err = x.recall(plan)
	return err
}

// matches tells the one --match that says how people are found from those that name
// a person: it is a field, with a column that there is.
func (x *explainer) matches(match texts) (spec string, values []string, err error) {
	unsure := ""
	for _, text := range match {
		field, column, given := strings.Cut(text, "=")
		if !given {
			column = field
		}
		has := slices.ContainsFunc(x.input.Columns, func(c rows.Column) bool { return c.Name == column })
		switch {
		case strings.TrimSpace(text) == "":
			return "", nil, usage("--match is empty", "it is a person's "+verbs[0].matches()+", or FIELD[=COLUMN]")
		case isField(field) && has && spec != "":
			return "", nil, usage(fmt.Sprintf("--match %s and --match %s both say how to find people", spec, text), "keep one of them")
		case isField(field) && has:
			spec = text
			continue
		case isField(field) && unsure == "":
			unsure = text
		}
		values = append(values, text)
	}
	if spec == "" && unsure != "" && x.c.String("mapping") == "" {
		return unsure, slices.DeleteFunc(values, func(v string) bool { return v == unsure }), nil // and it is told which columns there are
	}
	return spec, values, nil
}

func isField(word string) bool {
	return slices.Contains([]string{"id", "email", "cio_id", "phone"}, word)
}

// chooseVerb settles the verb, and the names that runs of it go by: a mapping does
// not say whether a segment is added to or removed from.
func (x *explainer) chooseVerb() error {
	name, action := x.c.String("verb"), x.mapping.Verb()
	var known []string
	for _, v := range verbs {
		known = append(known, v.name)
		whole := v.name == name || v.action == mapping.Member && name == "segment"
		if whole || name == "" && v.action == action {
			x.names = append(x.names, v.name)
			x.verb = v
		}
	}
	if len(x.names) == 0 {
		return usage(fmt.Sprintf("--verb is %q", name), "it is one of "+strings.Join(known, ", "))
	}
	return x.mapping.SetVerb(x.verb.action)
}
