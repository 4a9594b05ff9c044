package cli

import (
	"cmp"

	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/ciobulk/ciobulk/runs"
)

// findOrigins finds the inputs that rejected rows come from, where the ids of events
// are derived from them: a file of rejected rows does not say it, but the record of the
// run that rejected them does.
func (in *inputs) findOrigins(state runs.State) error {
	if !in.mapping.Events() {
		return nil
	}
	for i := range in.sources {
		source := &in.sources[i]
		if !source.Input.Rejected || source.Input.Path == "-" {
			continue
		}
		again, err := in.openFile(source.Input.Path)
		if err != nil {
			return err
		}
		run, err := runs.RunOf(state, again, in.verb)
		again.Close()
		if err == nil && run != nil {
			source.IDs, err = run.EventIDs()
		}
		if err != nil {
			in.report.Note(source.Input.Name + ": " + err.Error() + ": events without an id of their own are rejected")
		}
		if run == nil || err != nil {
			source.Seeds = []mapping.Seed{}
			continue
		}
		source.Seeds = seedsOf(run.Recipe)
		in.from, in.nonce = append(in.from, run.Recipe.From()...), run.Recipe.Nonce
	}
	return nil
}

// seedsOf returns what the ids of the events of a run are derived from.
func seedsOf(r runs.Recipe) []mapping.Seed {
	from := r.From()
	seeds := make([]mapping.Seed, 0, len(from))
	for _, o := range from {
		seeds = append(seeds, mapping.SeedOf(o.Name, o.Size, o.Digest, r.Nonce))
	}
	return seeds
}

// asWritten returns how to read the rejected file of a run: as it is, unless asked says
// more.
func asWritten(run *runs.Run, asked rows.Options) rows.Options {
	found := run.Options()
	asked.Rejected = true
	asked.Format, asked.Delimiter, asked.Encoding = cmp.Or(asked.Format, found.Format), cmp.Or(asked.Delimiter, found.Delimiter), cmp.Or(asked.Encoding, found.Encoding)
	return asked
}
