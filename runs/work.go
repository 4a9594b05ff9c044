package runs

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/rows"
)

// Work is what a run does. A run is continued only by the same work: the same
// contents, whatever their files are called and wherever they are.
type Work struct {
	Verb      string `json:"verb"`
	Inputs    Inputs `json:"inputs"`
	Mapping   string `json:"mapping_sha256"` // of what the mapping means
	Workspace int64  `json:"workspace"`      // 0 where the service did not say
	Skip      int64  `json:"skip,omitempty"`
	Limit     int64  `json:"limit,omitempty"`
	Shard     string `json:"shard,omitempty"`     // such as 2/8
	Segment   string `json:"segment,omitempty"`   // as it was named
	EventIDs  string `json:"event_ids,omitempty"` // "run": they are this run's own
	// NoTriggers says that events that may start campaigns are filtered out.
	NoTriggers bool `json:"no_triggers,omitempty"`
	// LastSent is set where only rows that differ from what was last sent are sent: the
	// run that wrote what they are compared with, or "none".
	LastSent string `json:"last_sent,omitempty"`
	// Class is set where the input is the rejected file of a run: the rows to look at.
	Class rows.Class `json:"class,omitempty"`
}

// Inputs is the files of a run as its checkpoint knows them: by their contents, and
// in the same space however many they are.
type Inputs struct {
	Files  int    `json:"files"`
	Bytes  int64  `json:"bytes"`  // -1 where that is not known
	SHA256 string `json:"sha256"` // of each file's size, digest and form, in their order
}

// File is one input of a run.
type File struct {
	Name     string    `json:"name"` // the path as it was given, printable
	Path     string    `json:"path"` // absolute and printable, or "-"
	Size     int64     `json:"size"` // bytes, compressed as they are; -1 where unknown
	Digest   string    `json:"sha256_of_ends"`
	ReadAs   string    `json:"read_as,omitempty"` // format, encoding and what else makes rows of it, in words
	Modified time.Time `json:"modified,omitzero"` // when it was last written to
}

// inputsOf returns what a checkpoint knows of files.
func inputsOf(files []File) Inputs {
	in := Inputs{Files: len(files)}
	h := sha256.New()
	for _, f := range files {
		fmt.Fprintf(h, "%d\x00%s\x00%s\x00", f.Size, f.Digest, f.ReadAs)
		if f.Size < 0 || in.Bytes < 0 {
			in.Bytes = -1
		} else {
			in.Bytes += f.Size
		}
	}
	in.SHA256 = hex.EncodeToString(h.Sum(nil))
	return in
}

// id names the work on these files: the same verb on the same paths, and the same
// shard. It names the lock and ends the names of runs.
func (w Work) id(files []File) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00", w.Verb)
	if w.Shard != "" {
		fmt.Fprintf(h, "shard %s\x00", w.Shard)
	}
	for _, f := range files {
		fmt.Fprintf(h, "%s\x00", f.Path)
	}
	name := "stdin"
	if base := filepath.Base(files[0].Path); base != "-" {
		name, _, _ = strings.Cut(base, ".")
	}
	return fmt.Sprintf("%s-%s-%s", sanitize(w.Verb), sanitize(name), hex.EncodeToString(h.Sum(nil))[:8])
}

// sanitize keeps what every file system accepts.
func sanitize(name string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '_':
			return r
		}
		return '-'
	}, name)
	return clean[:min(len(clean), 40)]
}

// difference says how the work of a recorded run differs from work, or returns an
// empty problem.
func difference(was *Run, work Work, files []File) (kind ProblemKind, problem string) {
	then := was.Checkpoint.Work
	switch {
	case then.Inputs != work.Inputs:
		return InputsDiffer, inputsDiffer(was.Recipe.Inputs, files)
	case was.Checkpoint.Changed != "":
		return InputsDiffer, was.Checkpoint.Changed
	case then.Mapping != work.Mapping:
		return MappingDiffers, "the mapping, the match field or the condition has changed"
	case then.Workspace != work.Workspace:
		return WorkspaceDiffers, fmt.Sprintf("it was for workspace %d, these credentials are for %d", then.Workspace, work.Workspace)
	case then.Segment != work.Segment:
		return SegmentDiffers, fmt.Sprintf("it was for segment %q, this is segment %q", then.Segment, work.Segment)
	case then.EventIDs != work.EventIDs:
		return OptionsDiffer, "the way event ids are made has changed"
	case then.NoTriggers != work.NoTriggers:
		return OptionsDiffer, "the filter of events that may start campaigns has changed"
	case (then.LastSent == "") != (work.LastSent == ""):
		return OptionsDiffer, "the choice to send only what changed is a different one"
	case then.LastSent != work.LastSent && work.LastSent != was.Name:
		return SentDiffers, "what is known to be sent has changed since"
	case then.Class != work.Class:
		return OptionsDiffer, fmt.Sprintf("it took the class %q of rejected rows, this is class %q", then.Class, work.Class)
	case then.Skip != work.Skip || then.Limit != work.Limit:
		return OptionsDiffer, fmt.Sprintf("it skipped %d rows of a limit of %d, this skips %d of %d", then.Skip, then.Limit, work.Skip, work.Limit)
	}
	return "", ""
}

// inputsDiffer says how files differ from those that a run had.
func inputsDiffer(was, now []File) string {
	if text := setDiffers(was, now); text != "" {
		return text
	}
	for i, f := range now {
		switch then := was[i]; {
		case f.Digest == then.Digest && f.Size == then.Size && f.ReadAs == then.ReadAs:
		case f.Digest == then.Digest && f.Size == then.Size:
			return fmt.Sprintf("%s was read as %s, and is now read as %s", f.Name, then.ReadAs, f.ReadAs)
		case f.Name == "-":
			return "standard input begins differently now"
		default:
			return fmt.Sprintf("%s has changed (%s then, %s now)", f.Name, then.describe(), f.describe())
		}
	}
	return "the record of its inputs is damaged"
}

// setDiffers says which files were added or left out, or "" where there are as many.
func setDiffers(was, now []File) string {
	if len(was) == len(now) {
		return ""
	}
	counts := fmt.Sprintf("it read %s, now there are %d", plural(len(was), "file"), len(now))
	for _, pair := range []struct {
		some, others []File
		what         string
	}{{now, was, "is new"}, {was, now, "is missing"}} {
		for _, f := range pair.some {
			if !containsPath(pair.others, f.Path) {
				return fmt.Sprintf("%s: %s %s", counts, f.Name, pair.what)
			}
		}
	}
	return counts
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func containsPath(files []File, path string) bool {
	for _, f := range files {
		if f.Path == path {
			return true
		}
	}
	return false
}

func (f File) describe() string {
	return fmt.Sprintf("%d bytes, digest %.8s…", f.Size, f.Digest)
}
