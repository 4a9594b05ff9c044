package cli

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/access"
	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/cmd/internal/verbs"
	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/internal/atomicfile"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/ratelimit"
	"github.com/ciobulk/ciobulk/readback"
)

const partVerify = "What to compare"

// verifyOptions are those of verify: some of those of a verb, and its own.
type verifyOptions struct {
	rowOptions
	Sample string
	Seed   int64
	Settle time.Duration
	Differ string
	Absent bool
	Print  string

	size int64 // of the sample; 0: all
}

// usualSample is how many people are read back.
const usualSample = 10_000

// verifyFlags are the flags that verify shares with the verbs, with its own usage where
// that is not theirs.
var verifyFlags = map[string]string{
	"mapping": "", "match": "", "where": "", "files-from": "",
	"input-format": "", "delimiter": "", "encoding": "", "sheet": "", "header": "", "columns": "",
	"hidden-rows": "what to do with the hidden rows of a workbook (default include)",
	"skip":        "", "limit": "", "shard": "compare the people of shard I of N", "outage": "",
	"summary": "also write what was found (JSON) to FILE", "state-dir": "where differs.csv is written, in a directory of its own",
	"quiet": "", "log-format": "", "no-progress": "", "credentials": "", "profile": "", "workspace": "",
	"simulate": "read from an empty Customer.io inside this process",
}

func verifyCommand(p *call.Program) command.Command {
	upsert, _ := verbs.Named("upsert")
	o := &verifyOptions{rowOptions: rowOptions{verb: upsert}}
	return command.Command{
		Name: "verify", Usage: "read people back and compare them with a file", Args: "FILE…",
		About: `Draws a sample of the people in the files, reads them from the App API, and
compares their attributes with what all of their rows say, in order. Attributes that the rows
do not set do not count. Needs an App API key.

Who differs or is missing is asked for again until --settle is over. If some still differ, the
exit code is 3, and differs.csv has their rows, which can be sent again. With --absent, the
people of the files must not be there: after delete or suppress.`,
		Examples: `ciobulk verify people.csv -m people.yaml
ciobulk verify people.csv --match email --sample all --differ differs.csv
ciobulk verify leavers.csv --match email --absent`,
		Options: o, Flags: o.flags(p.MaxPerSecond), Run: call.Bind(p, o.run),
	}
}

func (o *verifyOptions) flags(maxPerSecond float64) (flags []command.Flag) {
	o.Sample, o.size, o.Seed, o.Settle, o.Print = strconv.Itoa(usualSample), usualSample, 1, time.Minute, "table"
	flags = []command.Flag{
		{Name: "sample", Value: "N|all", Part: partVerify, Into: command.Parsed(&o.Sample, o.parseSample), Usage: "how many people are read back; memory grows with their number"},
		{Name: "seed", Value: "N", Part: partVerify, Into: command.Whole(&o.Seed, 0, 1<<62, "a number"), Usage: "another number draws another sample; each shard draws from its own people"},
		{Name: "settle", Value: "DURATION", Part: partVerify, Into: command.Duration(&o.Settle), Usage: "how long people who differ are asked for again"},
		{Name: "absent", Part: partVerify, Into: command.OnOff(&o.Absent), Usage: "the people must not be there"},
		{Name: "differ", Value: "FILE", Part: call.PartRecord, Into: command.Word(&o.Differ), Usage: "write the rows of people who differ to FILE (default: differs.csv in --state-dir)"},
		call.FormatFlag(&o.Print, "table", "json", "csv"),
	}
	for _, f := range o.rowOptions.flags(maxPerSecond) {
		usage, has := verifyFlags[f.Name]
		if !has {
			continue
		}
		if usage != "" {
			f.Usage = usage
		}
		if f.Part == partSend {
			f.Part = partVerify
		}
		flags = append(flags, f)
	}
	return flags
}

func (o *verifyOptions) parseSample(text string) (accepted string) {
	if strings.EqualFold(text, "all") {
		o.size = 0
		return ""
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 {
		return "it is a number of people, or all"
	}
	o.size = n
	return ""
}

func (o *verifyOptions) run(ctx context.Context, p *call.Program, files []string) error {
	if o.Absent {
		o.verb, _ = verbs.Named("delete")
	}
	ctx, stop := call.Interrupted(ctx)
	defer stop()
	s, paths, err := o.session(ctx, p, "verify", files)
	if err != nil {
		return err
	}
	defer s.close()
	s.in.verb, s.in.compared = "verify", true
	if err := s.in.open(paths, p.In); err != nil {
		return err
	}
	if err := s.prepare(); err != nil {
		return err
	}
	if !slices.ContainsFunc(s.in.mapping.Actions(), func(a mapping.Action) bool { return a == mapping.Upsert || a.Destructive() }) {
		return exit.Usage("the mapping sets no attributes of people", "verify compares what upsert, delete and suppress do")
	}
	if err := call.CheckOutputs([]call.Output{{Flag: "differ", Path: o.Differ}, {Flag: "summary", Path: o.Summary}}, protectedFiles(s)); err != nil {
		return err
	}
	app, end, err := openApp(ctx, s)
	defer end()
	if err != nil {
		return err
	}
	return o.compare(ctx, s, app)
}

// openApp returns a client of the App API. Where there are credentials of the Track API,
// the workspace must be the one that is meant.
func openApp(ctx context.Context, s *session) (app *customerio.App, end func(), err error) {
	end = func() {}
	if s.access, err = access.Open(s.Env, s.o.Choice(), s.o.Outage, 0); err != nil {
		return nil, end, err
	}
	if s.o.Simulate {
		if end, err = s.access.Simulate(s.report.Note); err != nil {
			return nil, func() {}, err
		}
	}
	if s.access.HasTrack() && s.access.HasApp() {
		track, err := s.access.Track(ratelimit.New(customerio.AppPerSecond), s.report.Waiting)
		if err == nil {
			err = s.locate(ctx, track)
		}
		if err != nil {
			return nil, end, err
		}
	}
	app, err = s.access.App(s.account.Region, s.report.Waiting, s.report.Note)
	return app, end, err
}

// compare reads the files and the people, and reports.
func (o *verifyOptions) compare(ctx context.Context, s *session, app *customerio.App) error {
	if _, err := s.survey(ctx, nil); err != nil {
		return err
	}
	job := &readback.Job{Import: &s.job, App: app, Size: o.size, Seed: uint64(o.Seed), Settle: o.Settle, Note: s.report.Note}
	progress, stop := s.report.Watch()
	job.Progress = func(done, total int64) { progress("people", done, total) }
	found, err := job.Do(ctx)
	stop()
	s.report.Clear()
	if err != nil {
		return s.access.Mistaken(err)
	}
	s.in.noteEnd()
	if found.People == 0 {
		return exit.Usage("the files have no row that would be sent: there is no one to compare", "ciobulk plan shows why")
	}
	v := ui.ReadBack{Result: found, Absent: o.Absent}
	if found.Differs+found.Missing > 0 {
		if v.File, err = o.writeDifferences(ctx, s, job); err != nil {
			return err
		}
	}
	v.Sentence, v.Next = v.Say(), o.next(s, v.File)
	if err := errors.Join(o.save(v), o.print(s, v)); err != nil {
		return err
	}
	if found.Differs+found.Missing > 0 {
		return &exit.Error{Code: exit.Rejected}
	}
	return nil
}

// save writes the copy that the options ask for. It has no personal data.
func (o *verifyOptions) save(v ui.ReadBack) error {
	if o.Summary == "" {
		return nil
	}
	text, err := json.MarshalIndent(v, "", "  ")
	if err == nil {
		err = atomicfile.Write(o.Summary, append(text, '\n'), 0o600)
	}
	if err != nil {
		return fmt.Errorf("cannot write the summary: %w", err)
	}
	return nil
}

func (o *verifyOptions) print(s *session, v ui.ReadBack) error {
	switch {
	case o.Print == "json":
		return call.PrintJSON(s.Out, v)
	case o.Print == "csv":
		return call.PrintCSV(s.Out, v.Lines())
	case o.Quiet:
		return nil
	case s.Log != nil:
		text, err := json.Marshal(v)
		if err == nil {
			_, err = fmt.Fprintf(s.Out, "%s\n", ui.SafeJSON(string(text)))
		}
		return err
	}
	_, err := io.WriteString(s.Out, v.String())
	return err
}

// next is the command that shows what the rows of a file of differences would send;
// empty where there is no file, or where it could delete people.
func (o *verifyOptions) next(s *session, file string) string {
	if file == "" || s.in.mapping.Destructive() {
		return ""
	}
	args := []string{"ciobulk", "plan", "upsert", file}
	for _, f := range []struct{ flag, value string }{{"-m", o.Mapping}, {"--match", o.Match}, {"--where", o.Where}} {
		if f.value != "" {
			args = append(args, f.flag, f.value)
		}
	}
	return ui.ShellLine(args)
}

// writeDifferences writes differs.csv and returns its path.
func (o *verifyOptions) writeDifferences(ctx context.Context, s *session, job *readback.Job) (path string, err error) {
	if path = o.Differ; path == "" {
		name := time.Now().UTC().Format("20060102-150405.000") + "-verify-" + strings.ToLower(rand.Text()[:8])
		path = differsIn(filepath.Join(o.StateDir, name), s)
		noteLooseState(o.StateDir, s.report.Note)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return "", exit.Usage(err.Error(), "--state-dir names another place")
		}
	}
	return path, listDifferences(ctx, s, job, path)
}
