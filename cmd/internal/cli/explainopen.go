package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/verbs"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/ciobulk/ciobulk/runs"
)

// open opens the input, finds out what --match means and which verb is meant, and binds
// the mapping.
func (x *explainer) open(path string) (err error) {
	paths, err := expand([]string{path}, "explain", verbs.Verb{})
	if err != nil {
		return err
	}
	if len(paths) > 1 {
		return exit.Usage(fmt.Sprintf("%s is %d files", path, len(paths)), "name the one that has the row, such as "+paths[0])
	}
	options, err := x.o.inputOptions.options()
	if err != nil {
		return err
	}
	options.Stdin = x.In
	if x.input, err = rows.Open(paths[0], options); err != nil {
		return err
	}
	x.report.Opened(x.input)
	if err = x.prepare(); err != nil {
		x.input.Close()
	}
	return err
}

func (x *explainer) prepare() error {
	spec, values, err := x.matches(x.o.Persons)
	if err != nil {
		return err
	}
	if x.values = values; len(x.values)+len(x.asked) == 0 {
		return exit.Usage("no row to explain", "add --row N, or --match VALUE for the rows of a person")
	}
	v, known := verbs.Named(x.o.Verb)
	if !known {
		v = verbs.All[0]
	}
	if x.mapping, err = loadMapping(mappingOptions{x.o.Mapping, spec, x.o.Where, x.o.ObjectType}, v); err != nil {
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
		x.report.Note(note)
	}
	if rule := x.mapping.DuplicateRule(); rule != mapping.KeepDuplicates {
		x.report.Note(fmt.Sprintf("duplicates: %s: whether another row of the same person replaces it is not checked here; ciobulk plan does that", rule))
	}
	now := time.Now()
	x.mapper = plan.Mapper(x.input, mapping.Terms{Begun: now, LiveFrom: mapping.LiveFrom(now)})
	return x.recall(plan)
}

// matches separates the one --match that says how rows identify people from those that
// name a person: it is a field, with a column that exists.
func (x *explainer) matches(match []string) (spec string, values []string, err error) {
	unsure := ""
	for _, text := range match {
		field, column, given := strings.Cut(text, "=")
		if !given {
			column = field
		}
		has := slices.ContainsFunc(x.input.Columns, func(c rows.Column) bool { return c.Name == column })
		switch {
		case strings.TrimSpace(text) == "":
			return "", nil, exit.Usage("--match is empty", "it is a person's "+verbs.All[0].Matches()+", or FIELD[=COLUMN]")
		case isField(field) && has && spec != "":
			return "", nil, exit.Usage(fmt.Sprintf("--match %s and --match %s both say how rows identify people", spec, text), "keep one of them")
		case isField(field) && has:
			spec = text
			continue
		case isField(field) && unsure == "":
			unsure = text
		}
		values = append(values, text)
	}
	if spec == "" && unsure != "" && x.o.Mapping == "" {
		return unsure, slices.DeleteFunc(values, func(v string) bool { return v == unsure }), nil // the error lists the columns
	}
	return spec, values, nil
}

func isField(word string) bool {
	return slices.Contains(matchWords, word)
}

// chooseVerb settles the verb, and the names that runs of it go by: a mapping does
// not say whether a segment is added to or removed from.
func (x *explainer) chooseVerb() error {
	name, action := x.o.Verb, x.mapping.Verb()
	for _, v := range verbs.All {
		whole := v.Name == name || v.Action == mapping.Member && name == "segment"
		if whole || name == "" && v.Action == action {
			x.names = append(x.names, v.Name)
			x.verb = v
		}
	}
	if len(x.names) == 0 {
		return exit.Usage(fmt.Sprintf("--verb is %q", name), "it is one of "+command.Or(verbs.Names()))
	}
	return x.mapping.SetVerb(x.verb.Action)
}

// recall finds the runs of the input and the verb.
func (x *explainer) recall(plan *mapping.Plan) error {
	now, err := inputFile(x.input)
	if err != nil {
		return err
	}
	state := runs.State{Dir: x.o.StateDir}
	if x.history, err = state.History(now, x.names, x.mapping.Digest()); err != nil {
		return exit.Usage(err.Error(), "--state-dir names where runs are recorded")
	}
	for _, note := range x.history.Notes {
		x.report.Note(note)
	}
	x.shards = make(map[string]*mapping.Mapper)
	for _, shard := range x.history.Shards {
		s := mapping.Shard{}
		if _, err := fmt.Sscanf(shard, "%d/%d", &s.Index, &s.Count); err == nil {
			x.shards[shard] = plan.Mapper(x.input, mapping.Terms{Shard: s})
		}
	}
	return nil
}
