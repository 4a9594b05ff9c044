package cli

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/importer"
	"github.com/ciobulk/ciobulk/join"
	"github.com/ciobulk/ciobulk/runs"
)

// syncOptions are about who leaves a segment that is made equal to a file.
type syncOptions struct {
	Remove       string // extra, tracked or none
	MaxRemove    string
	AllowEmpty   bool
	RemoveAnyway bool
	SyncYes      bool
	ExpectRemove int64 // negative: not given

	maxRemove bound
}

// mostRemoved bounds who leaves a segment without --max-remove: the smaller of the two.
const (
	mostRemoved        = 500
	mostRemovedPercent = 10
)

func (o *syncOptions) flags() []command.Flag {
	o.Remove, o.ExpectRemove = "extra", -1
	return []command.Flag{
		{Name: "remove", Value: "extra|tracked|none", Part: partSegment, Into: command.Choice(&o.Remove, []string{"extra", "tracked", "none"}), Usage: "who leaves: extra: everyone who is not in the file; tracked: of these, people whom earlier syncs of the file added"},
		{Name: "max-remove", Value: "N|N%", Part: partAccident, Into: command.Parsed(&o.MaxRemove, func(text string) string { return o.maxRemove.parse(text, "people") }), Usage: "stop if more people would leave (default: 10% of the segment, at most 500)"},
		{Name: "allow-empty", Part: partAccident, Into: command.OnOff(&o.AllowEmpty), Usage: "allow a file without people, which empties the segment"},
		{Name: "remove-anyway", Part: partAccident, Into: command.OnOff(&o.RemoveAnyway), Usage: "remove people although rows of the file were rejected"},
		{Name: "yes", Part: partAccident, Into: command.OnOff(&o.SyncYes), Usage: "do not ask; needs --expect-remove"},
		{Name: "expect-remove", Value: "N", Part: partAccident, Into: command.Count(&o.ExpectRemove, "the number of people who leave the segment"), Usage: "the number of people who leave the segment, beyond --max-remove too"},
	}
}

func (o *syncOptions) check(s *rowOptions) error {
	switch {
	case o.SyncYes && o.ExpectRemove < 0:
		return exit.Usage("--yes needs --expect-remove N, the number of people who leave the segment", "plan segment sync shows the number")
	case s.shard.Count > 1:
		return exit.Usage("segment sync does not work on shards: each would remove the people of the others", "leave out --shard")
	}
	return nil
}

// syncing makes a segment equal to the files of a session.
type syncing struct {
	syncOptions
	session *session
	secret  join.Secret
	members *importer.Members
	file    *importer.Changes
	extra   *join.Bits // members who leave
	leave   int64
	tracked *runs.Sent // nil: it is not asked for
	result  runs.SyncResult
}

// removeList is the list in a run's directory of the people who leave.
const removeList = "remove.csv"

// compare reads the members and the files, and says how they differ.
func (y *syncing) compare(ctx context.Context, stop <-chan struct{}) (err error) {
	s := y.session
	if s.target.app == nil {
		return exit.Usage("segment sync needs CUSTOMERIO_APP_API_KEY, to read who is in the segment", "set it; segment add and segment remove work without it")
	}
	for _, source := range s.in.sources {
		if source.Input.Rejected {
			return exit.Usage(source.Input.Name+" is a file of rejected rows: everyone else would leave the segment", "segment add takes it")
		}
	}
	_, _ = rand.Read(y.secret[:]) // it never fails
	if err := y.track(); err != nil {
		return err
	}
	reading, end := call.Until(ctx, stop)
	defer end()
	dir := os.TempDir()
	members := s.target.app.Members(reading, s.target.found.ID)
	if s.target.found.ID == 0 { // it is created later
		members = func(func(customerio.PersonRef, error) bool) {}
	}
	if y.members, err = importer.ReadMembers(reading, members, s.in.mapping.Match(), y.secret, dir); err != nil {
		return err
	}
	first := s.job
	first.Stop = stop
	if first.Sources, err = s.in.again(); err != nil {
		return err
	}
	defer closeSources(first.Sources)
	if y.file, err = importer.ReadPeople(ctx, &first, y.secret, dir); err != nil {
		return err
	}
	if y.extra, err = y.file.Lacks(y.members); err != nil {
		return err
	}
	if err := y.choose(); err != nil {
		return err
	}
	if err := s.in.unchanged(); err != nil {
		return err
	}
	n := y.file.Counts
	y.result = runs.SyncResult{Same: n.Unchanged, Add: n.New, Remove: y.leave, Extra: n.Gone}
	s.job.Changed = y.file
	s.report.Note(fmt.Sprintf("segment %s: %s in both, %s to add, %s to remove", s.target.wanted, ui.Grouped(n.Unchanged), ui.Grouped(n.New), ui.Grouped(y.leave)))
	return nil
}

// rehearse compares for a plan, which asks the service who is in the segment.
func (y *syncing) rehearse(ctx context.Context, stop <-chan struct{}) (end func(), err error) {
	_, end, err = y.session.connect(ctx, stop)
	if err == nil {
		err = y.compare(ctx, stop)
	}
	if err == nil {
		err = y.agree(ctx, stop)
	}
	return end, err
}

// track opens the record of whom earlier syncs added, where it is asked for.
func (y *syncing) track() (err error) {
	s := y.session
	if y.Remove != "tracked" {
		return nil
	}
	h := sha256.New()
	for _, source := range s.in.sources {
		path, err := filepath.Abs(source.Input.Path)
		if err != nil {
			return err
		}
		fmt.Fprintf(h, "%s\x00", path)
	}
	name := fmt.Sprintf("sync-%d-%s%s", s.target.found.ID, hex.EncodeToString(h.Sum(nil))[:8], runs.SentSuffix)
	path := filepath.Join(s.o.StateDir, name)
	want := join.Header{Workspace: s.account.WorkspaceID, Verb: s.verb.Name, Match: s.in.mapping.Fields()}
	if s.o.DryRun {
		y.tracked, err = runs.PeekSent(path, want)
	} else if err = os.MkdirAll(s.o.StateDir, 0o700); err == nil {
		y.tracked, err = runs.OpenSent(path, want)
	}
	if err == nil {
		y.secret = y.tracked.Header.Secret
	}
	return err
}

// choose settles which of the members who are not in the file leave.
func (y *syncing) choose() error {
	y.leave = y.extra.Count()
	switch {
	case y.Remove == "none":
		y.extra, y.leave = new(join.Bits), 0
	case y.Remove == "tracked":
		return y.tracked.Read(func(old, _ *join.StateReader) error {
			others, err := y.members.Added(old)
			if err != nil {
				return err
			}
			all := y.extra
			y.extra = new(join.Bits)
			for member := range y.members.Count() {
				if all.Has(member) && !others.Has(member) {
					y.extra.Set(member)
				}
			}
			y.leave = y.extra.Count()
			return nil
		})
	}
	return nil
}

// agree decides, before anything is written, whether the run may go on. Of a run that is
// continued this is decided.
func (y *syncing) agree(ctx context.Context, stop <-chan struct{}) error {
	s := y.session
	people := y.result.Same + y.result.Add
	if n := y.file.Rejected; people == 0 && n > 0 {
		return exit.New(exit.Budget, fmt.Sprintf("the file has no people: %s would be rejected; nothing was sent", ui.Counted(n, "row")),
			"ciobulk plan segment add shows why")
	}
	if people == 0 && !y.AllowEmpty {
		return exit.New(exit.Budget, "the file has no people; nothing was sent", "if the segment is to be emptied, add --allow-empty")
	}
	if y.file.Rejected > 0 && !y.RemoveAnyway && y.leave > 0 {
		s.report.Note(fmt.Sprintf("%s of the file would be rejected, so no one is removed; --remove-anyway removes them all the same", ui.Counted(y.file.Rejected, "row")))
		y.result.Kept, y.leave = "rows were rejected", 0
	}
	s.Guarded("max-remove", ui.Counted(y.most(), "person"), ui.Counted(y.leave, "person"))
	if y.leave == 0 {
		return nil
	}
	if s.o.DryRun {
		if most := y.most(); y.leave > most {
			s.report.Note(fmt.Sprintf("at most %s may leave without consent: a run needs --yes --expect-remove %d", ui.Grouped(most), y.leave))
		}
		return nil
	}
	if y.SyncYes {
		if y.ExpectRemove != y.leave {
			return exit.Usage(fmt.Sprintf("%s would leave the segment, but --expect-remove says %d; nothing was sent", ui.Counted(y.leave, "person"), y.ExpectRemove), "check the file")
		}
		return nil
	}
	_, asked := ui.Terminal(s.Program.In)
	_, seen := ui.Terminal(s.Err)
	if asked && seen {
		return y.ask(ctx, stop)
	}
	if most := y.most(); y.leave > most {
		return exit.New(exit.Budget, fmt.Sprintf("%s would leave the segment, but at most %s may; nothing was sent", ui.Counted(y.leave, "person"), ui.Grouped(most)),
			fmt.Sprintf("check the file; if this is right, add --yes --expect-remove %d", y.leave))
	}
	return nil
}

// most is how many people may leave without consent.
func (y *syncing) most() int64 {
	if y.maxRemove.Given {
		return y.maxRemove.of(y.members.Count())
	}
	return min(mostRemoved, y.members.Count()*mostRemovedPercent/100)
}

func (y *syncing) ask(ctx context.Context, stop <-chan struct{}) error {
	s := y.session
	fmt.Fprintf(s.Err, "\n%s will leave segment %s in %s, and %s will join it.\n", ui.Counted(y.leave, "person"), ui.Safe(s.target.wanted), namedPlace(ctx, s.account, s.access.Opened), ui.Counted(y.result.Add, "person"))
	typed, err := ui.Ask(ctx, stop, importer.ErrInterrupted, s.Program.In, s.Err, "Type the number of people who leave to continue: ")
	if err != nil {
		return err
	}
	if strings.ReplaceAll(typed, ",", "") != strconv.FormatInt(y.leave, 10) {
		return exit.Usage(fmt.Sprintf("%q is not %d; nothing was sent", typed, y.leave), "")
	}
	return nil
}

// prepare decides and writes the list of people who leave, once the run is on record. A
// run that is continued keeps its list.
func (y *syncing) prepare(ctx context.Context, stop <-chan struct{}) error {
	run := y.session.job.Run
	if run.Checkpoint.Resumed > 0 {
		if _, err := os.Stat(filepath.Join(run.Dir, removeList)); err == nil {
			return nil
		}
	}
	if err := y.agree(ctx, stop); err != nil {
		return errors.Join(err, run.Drop())
	}
	return writeList(filepath.Join(run.Dir, removeList), []string{"cio_id", "id", "email"}, func(add func(...string) error) error {
		if y.leave == 0 {
			return nil
		}
		return y.members.Each(y.extra, func(member []string) error { return add(member...) })
	})
}

func (y *syncing) close() {
	if y == nil {
		return
	}
	if y.members != nil {
		y.members.Close()
	}
	if y.file != nil {
		y.file.Close()
	}
	if y.tracked != nil {
		y.tracked.Close()
	}
}
