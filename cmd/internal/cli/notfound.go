package cli

import (
	"context"
	"crypto/rand"
	"encoding/csv"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/ciobulk/ciobulk/importer"
	"github.com/ciobulk/ciobulk/internal/atomicfile"
	"github.com/ciobulk/ciobulk/join"
	"github.com/ciobulk/ciobulk/runs"
)

// notFoundList is the list in a run's directory of the rows that match no one.
const notFoundList = "not_found.csv"

// listNotFound reads the members of the segment, and lists the rows of people who were
// sent and are not among them.
func listNotFound(ctx context.Context, s *session, file *importer.Changes, secret join.Secret) (n int64, path string, err error) {
	members, err := importer.ReadMembers(ctx, s.target.app.Members(ctx, s.target.found.ID), s.in.mapping.Match(), secret, os.TempDir())
	if err != nil {
		return 0, "", err
	}
	defer members.Close()
	again := s.job
	if again.Sources, err = s.in.again(); err != nil {
		return 0, "", err
	}
	defer closeSources(again.Sources)
	missing, err := file.Unmatched(members, again.Sources, s.job.Run)
	if err != nil || missing.Counts.New == 0 {
		return 0, "", err
	}
	path = filepath.Join(s.job.Run.Dir, notFoundList)
	err = writeList(path, []string{string(s.in.mapping.Match()), "_row", "_input"}, func(add func(...string) error) error {
		return missing.EachSent(ctx, &again, func(input string, row int64, value []byte) error {
			return add(string(value), strconv.FormatInt(row, 10), input)
		})
	})
	return missing.Counts.New, path, err
}

// writeList writes a list to path: a header and the lines that fill adds.
func writeList(path string, header []string, fill func(add func(...string) error) error) error {
	f, err := atomicfile.Create(path, 0o600)
	if err != nil {
		return err
	}
	defer f.Discard()
	w := csv.NewWriter(f)
	_ = w.Write(header) // Flush returns its error
	if err := fill(func(cells ...string) error { return w.Write(cells) }); err != nil {
		return err
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return err // a part of the list must never take its place
	}
	return f.Commit()
}

// nameNotFound lists the rows that were added in vain, where the segment's count says that
// some changed nothing. The run has ended: where they cannot be listed, a note says so.
func nameNotFound(ctx context.Context, s *session, change *runs.SegmentChange) {
	if change == nil || change.NoChange == nil || *change.NoChange == 0 || s.target.remove {
		return
	}
	n, path, err := seekNotFound(ctx, s)
	if err == nil && n > *change.NoChange {
		err = fmt.Errorf("the list of members is older than the count") // others change the segment, too
		_ = os.Remove(path)
	}
	if err != nil {
		s.report.Note(fmt.Sprintf("the rows that match no one cannot be listed: %v", err))
		return
	}
	change.NotFound, change.NotFoundFile = &n, path
}

// seekNotFound reads the files again, for whom they name.
func seekNotFound(ctx context.Context, s *session) (n int64, path string, err error) {
	for _, source := range s.in.sources {
		if info, err := os.Stat(source.Input.Path); source.Input.Path == "-" && s.in.kept == nil || err == nil && info.Mode()&(fs.ModeNamedPipe|fs.ModeDevice) != 0 {
			return 0, "", fmt.Errorf("%s cannot be read a second time", source.Input.Name)
		}
	}
	var secret join.Secret
	_, _ = rand.Read(secret[:]) // it never fails
	again := s.job
	if again.Sources, err = s.in.again(); err != nil {
		return 0, "", err
	}
	defer closeSources(again.Sources)
	file, err := importer.ReadPeople(ctx, &again, secret, os.TempDir())
	if err != nil {
		return 0, "", err
	}
	defer file.Close()
	return listNotFound(ctx, s, file, secret)
}
