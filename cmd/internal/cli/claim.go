package cli

import (
	"os"
	"path/filepath"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/download"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/ciobulk/ciobulk/runs"
)

// claimOf is the work that the session is about to do.
func claimOf(s *session) (runs.Claim, error) {
	r := recipeOf(s)
	for _, source := range s.job.Sources {
		f, err := inputFile(source.Input)
		if f.Path == "-" && s.Step != "" { // what one step reads has nothing to do with another
			f.Path, err = filepath.Abs(filepath.Join(s.Program.Job, s.Step))
		}
		if err != nil {
			return runs.Claim{}, err
		}
		r.Inputs = append(r.Inputs, f)
	}
	if len(s.in.from) > 0 {
		r.Origins, r.Nonce = append(r.From(), s.in.from...), s.in.nonce
	}
	w := runs.Work{Verb: s.job.Verb, Segment: s.wanted(), Mapping: s.in.mapping.Digest(), Workspace: s.account.WorkspaceID,
		Skip: s.job.Skip, Limit: s.job.Limit, NoTriggers: s.job.NoTriggers, Class: s.job.Class}
	if s.job.Shard.Count > 1 {
		w.Shard = s.job.Shard.String()
	}
	if s.o.EventIDs == "run" {
		w.EventIDs = "run"
	}
	w.LastSent = s.changed.lastSent()
	return runs.Claim{Work: w, Recipe: r, Mapping: s.in.mapping.Source(), DerivedIDs: s.in.mapping.Events(), Verify: s.in.verify}, nil
}

// recipeOf is what is recorded of the run's flags, so that it can be retried.
func recipeOf(s *session) runs.Recipe {
	in := s.job.Sources[0].Input
	r := runs.Recipe{
		Verb: s.verb.Resends(), Match: s.o.Match, Where: s.o.Where, Segment: s.wanted(), ObjectType: s.o.ObjectType,
		NoTriggers: s.job.NoTriggers, Receipt: s.job.Receipt, Format: in.Format, Command: s.Args[1:],
	}
	if in.Format == rows.CSV {
		r.Delimiter = string(in.Delimiter)
	}
	if s.retried != nil {
		was := s.retried.run.Recipe
		r.Match, r.Where, r.ObjectType, r.Origins, r.Nonce = was.Match, was.Where, was.ObjectType, was.From(), was.Nonce
	}
	return r
}

// inputFile is an input as the records of runs have it.
func inputFile(in *rows.Input) (f runs.File, err error) {
	f = runs.File{Name: rows.Printable(in.Path), Path: in.Path, Size: in.Size, Digest: in.Digest, ReadAs: call.ReadAs(in)}
	if f.Path == "-" || download.Is(f.Path) {
		return f, nil
	}
	if info, err := os.Stat(in.Path); err == nil {
		f.Modified = info.ModTime().UTC()
	}
	f.Path, err = filepath.Abs(f.Path)
	f.Path = rows.Printable(f.Path) // which JSON keeps as it is
	return f, err
}
