package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/cmd/internal/verbs"
	"github.com/ciobulk/ciobulk/importer"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/ciobulk/ciobulk/runs"
)

// inputs are the files of a run, opened and bound to the mapping.
type inputs struct {
	options  rows.Options
	mapping  *mapping.Mapping
	report   *call.Reporter
	verb     string
	compared bool // with what was last sent or is there, which takes a reading of its own
	sent     bool // the run has begun

	kept       *os.File          // what standard input held, where it must be read twice
	downloaded map[string]string // where the files of links are
	folders    []string          // that are removed at the end
	sources    []importer.Source
	from       []runs.Origin // of the rows in files of rejected rows, as runs recorded them
	nonce      string        // of the run that first read those
}

// open opens files, of which stdin is "-", and says what they are.
func (in *inputs) open(paths []string, stdin io.Reader) (err error) {
	in.options.Stdin = stdin
	if slices.Contains(paths, "-") && in.twice() {
		if in.kept, err = keep(stdin); err != nil {
			return err
		}
	}
	for i, path := range paths {
		if path == "-" && slices.Contains(paths[:i], path) {
			return exit.Usage("standard input is named twice", "name it once")
		}
		if info, err := os.Stat(path); err == nil && in.twice() && !info.Mode().IsRegular() && !info.IsDir() {
			return exit.Usage(fmt.Sprintf("%s is a pipe or a device, but must be read twice", path), "give it as standard input: ciobulk "+in.verb+" - < "+ui.ShellLine([]string{path}))
		}
	}
	if in.sources, err = in.bindAll(paths, in.report.Opened); err != nil {
		return err
	}
	in.noteTwice(paths)
	for i, source := range in.sources {
		if i > 0 && source.Plan == in.sources[i-1].Plan {
			continue
		}
		for _, note := range source.Plan.Notes {
			in.report.Note(note)
		}
	}
	return nil
}

// noteTwice says which files are named more than once, in whatever way.
func (in *inputs) noteTwice(paths []string) {
	seen := make(map[string]bool, len(paths))
	for _, path := range paths {
		real, err := filepath.EvalSymlinks(path)
		if err == nil {
			real, err = filepath.Abs(real)
		}
		if err != nil {
			continue // a link or standard input
		}
		if seen[real] {
			in.report.Note(rows.Printable(path) + " is named twice: its rows are read twice")
		}
		seen[real] = true
	}
}

// twice reports whether the files must be read before the run.
func (in *inputs) twice() bool { return in.compared || in.surveyed() }

// surveyed reports whether the files must be read for consent, or to know which rows have
// duplicates.
func (in *inputs) surveyed() bool {
	return in.mapping.Destructive() || in.mapping.DuplicateRule() != mapping.KeepDuplicates
}

// keep copies standard input to a file that no one else can read and that has no name
// any more. Each reader takes its own section of it.
func keep(stdin io.Reader) (*os.File, error) {
	f, err := os.CreateTemp("", "ciobulk-") // 0600
	if err != nil {
		return nil, exit.Usage(fmt.Sprintf("cannot keep standard input for a second reading: %v", err), "free space in the temporary directory, or set TMPDIR to another one")
	}
	_ = os.Remove(f.Name()) // where an open file keeps its name, close removes it
	if _, err := io.Copy(f, stdin); err != nil {
		f.Close()
		return nil, fmt.Errorf("cannot read standard input to its end: %w", err)
	}
	return f, nil
}

// openFile opens a file, standard input from what was kept of it.
func (in *inputs) openFile(path string) (*rows.Input, error) {
	o := in.options
	if in.kept != nil {
		o.Stdin = io.NewSectionReader(in.kept, 0, 1<<62)
	}
	if local := in.downloaded[path]; local != "" {
		return openDownloaded(path, local, o)
	}
	return rows.Open(path, o)
}

// again opens the files a second time and makes sure that they are the same.
func (in *inputs) again() ([]importer.Source, error) {
	var paths []string
	for _, source := range in.sources {
		paths = append(paths, source.Input.Path)
	}
	sources, err := in.bindAll(paths, func(*rows.Input) {})
	for i := range sources {
		if err == nil {
			err = in.same(in.sources[i].Input, sources[i].Input)
		}
	}
	if err != nil {
		closeSources(sources)
		return nil, err
	}
	return sources, nil
}

// unchanged makes sure that the run reads what the first reading has read.
func (in *inputs) unchanged() error {
	for _, source := range in.sources {
		again, err := in.openFile(source.Input.Path)
		if err != nil {
			return err
		}
		again.Close()
		if err := in.same(source.Input, again); err != nil {
			return err
		}
	}
	return nil
}

// same refuses a file that differs from what the run opened.
func (in *inputs) same(was, is *rows.Input) error {
	if was.Size == is.Size && was.Digest == is.Digest {
		return nil
	}
	if in.sent {
		return exit.New(exit.Broken, was.Name+" has changed since it was sent", "")
	}
	return exit.Usage(was.Name+" has changed since it was opened; nothing was sent", "wait until it is complete")
}

// verify returns an error if what an unfinished run has settled has changed since.
func (in *inputs) verify(c runs.Checkpoint) error {
	return importer.Verify(c, func(source int) (*rows.Input, error) { return in.openFile(in.sources[source].Input.Path) })
}

// noteEnd says what was not read of the files.
func (in *inputs) noteEnd() {
	for _, source := range in.sources {
		for _, note := range source.Input.EndNotes() {
			in.report.Note(note)
		}
	}
}

// refuseHidden returns an error if rows that no one sees would be destroyed, or decide
// who stays in a segment, and no one has decided so.
func (in *inputs) refuseHidden(v verbs.Verb) error {
	for _, source := range in.sources {
		if n := source.Input.HiddenRows; n > 0 && in.options.Hidden == "" && (in.mapping.Destructive() || v.Remove || v.Sync) {
			return exit.Usage(fmt.Sprintf("%s: the sheet hides %s, which %s would reach", source.Input.Name, ui.Counted(n, "row"), v.Name),
				"leave them out: --hidden-rows skip; or include them: --hidden-rows include")
		}
	}
	return nil
}

// noteReplaced says which files were replaced during the run. What was sent is the
// files that were opened, whole and unmixed, so that is not an error: programs that
// write a file again put it in the place of the old one.
func (in *inputs) noteReplaced() {
	for _, source := range in.sources {
		if text := source.Input.Replaced(); text != "" {
			in.report.Note(text + "; the run sends the file as it was at the beginning")
		}
	}
}

// differ reports whether a resumed run would find other files.
func (in *inputs) differ() bool {
	return slices.ContainsFunc(in.sources, func(source importer.Source) bool {
		return source.Input.Changed() != nil || source.Input.Replaced() != ""
	})
}

func (in *inputs) names() (names []string) {
	for _, source := range in.sources {
		names = append(names, source.Input.Name)
	}
	return names
}

func (in *inputs) close() {
	closeSources(in.sources)
	for _, dir := range in.folders {
		_ = os.RemoveAll(dir) // nothing more can be done
	}
	if in.kept != nil {
		in.kept.Close()
		_ = os.Remove(in.kept.Name()) // usually it is gone already
	}
}

func closeSources(sources []importer.Source) {
	for _, source := range sources {
		source.Input.Close()
	}
}

// readMapping reads the mapping for a verb, or makes one of --match.
func readMapping(o mappingOptions, v verbs.Verb) (*mapping.Mapping, error) {
	m, err := loadMapping(o, v)
	if err != nil {
		return nil, err
	}
	return m, m.SetVerb(v.Action)
}

// loadMapping is readMapping for any verb; v is named in hints.
func loadMapping(o mappingOptions, v verbs.Verb) (m *mapping.Mapping, err error) {
	switch {
	case o.Mapping != "":
		source, err := readSource(o.Mapping)
		if err != nil {
			return nil, err
		}
		if m, err = mapping.Parse(o.Mapping, source, o.Match != ""); err != nil {
			return nil, err
		}
		if o.Match != "" {
			if err := m.SetMatch(o.Match); err != nil {
				return nil, err
			}
		}
	case o.Match != "":
		if m, err = mapping.FromMatch(o.Match); err != nil {
			return nil, err
		}
	case v.Action.OfObject():
		m = mapping.OfObjects()
	default:
		return nil, exit.Usage("no mapping and no --match: cannot tell how to identify people",
			"give -m FILE (ciobulk init drafts one), or --match FIELD[=COLUMN], where FIELD is "+v.Matches())
	}
	if o.Where != "" {
		m.AddWhere(o.Where)
	}
	if o.ObjectType > 0 {
		return m, m.SetObjectType(o.ObjectType)
	}
	return m, nil
}
