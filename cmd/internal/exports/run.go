package exports

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/access"
	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/lookup"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/exporter"
	"github.com/ciobulk/ciobulk/internal/atomicfile"
	"github.com/ciobulk/ciobulk/mapping/draft"
	"github.com/ciobulk/ciobulk/ratelimit"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/ciobulk/ciobulk/runs"
)

// session is one call of export.
type session struct {
	*options
	p      *call.Program
	report *call.Reporter
	job    *exporter.Job
	fresh  bool // the run has not written its file yet
}

func (o *options) run(ctx context.Context, p *call.Program, what exporter.What, args []string) error {
	s := &session{options: o, p: p}
	out, err := s.output(what, args)
	if err != nil {
		return err
	}
	q, err := o.query(what)
	if err != nil {
		return err
	}
	s.report = call.NewReporter(p, o.TalkOptions)
	ctx, stop := call.Interrupted(ctx)
	defer stop()
	app, end, err := s.open(ctx, &q)
	if err != nil {
		return err
	}
	defer end()
	s.job = &exporter.Job{Query: q, Output: out, App: app, Outage: o.Outage, Note: s.note}
	if s.job.Run, err = (exporter.State{Dir: o.StateDir, Command: p.Args[1:]}).Begin(q, out, s.mode(), time.Now()); err != nil {
		return err
	}
	defer s.job.Run.Close()
	return s.do(ctx)
}

// output is the file, which must not be there unless it may be overwritten.
func (s *session) output(what exporter.What, args []string) (exporter.Output, error) {
	switch {
	case len(args) > 0:
		return exporter.Output{}, exit.Usage(fmt.Sprintf("export %s takes no file to read", what), "name the file to write by -o FILE")
	case s.Output == "":
		return exporter.Output{}, exit.Usage("no file to write", "give -o FILE, such as -o "+string(what)+".csv, or -o - for standard output")
	}
	if err := s.ResumeOptions.Check(); err != nil {
		return exporter.Output{}, err
	}
	out, err := exporter.NewOutput(s.Output, s.Format)
	if err != nil {
		return out, outputProblem(err)
	}
	out.Overwrite, out.Stdout = s.Overwrite, s.p.Out
	files := []call.Output{{Flag: "summary", Path: s.Summary}}
	if out.Path != "-" {
		files = append(files, call.Output{Flag: "output", Path: out.Path})
	}
	return out, call.CheckOutputs(files, nil)
}

// mode is what becomes of an unfinished run. What a closed pipe has left is of no
// use to the next one.
func (s *session) mode() runs.Mode {
	if mode := s.ResumeOptions.Mode(); mode != runs.Refuse || s.Output != "-" {
		return mode
	}
	return runs.Restart
}

// open returns a client of the App API, and completes the query with what it says:
// the segment's id and the workspace.
func (s *session) open(ctx context.Context, q *exporter.Query) (app *customerio.App, end func(), err error) {
	a, err := access.Open(s.p.Env, s.Choice(), s.Outage, 0)
	if err != nil {
		return nil, nil, err
	}
	end = func() {}
	if s.Simulate {
		if end, err = a.Simulate(s.report.Note); err != nil {
			return nil, nil, err
		}
	}
	region := ""
	if a.HasTrack() && a.HasApp() {
		account, err := s.locate(ctx, a)
		if err != nil {
			end()
			return nil, nil, err
		}
		region, q.WorkspaceID = account.Region, max(q.WorkspaceID, account.WorkspaceID)
	}
	if app, err = a.App(region, s.report.Waiting, s.report.Note); err == nil {
		q.Workspace = app.BaseURL()
		if q.WorkspaceID > 0 {
			q.Workspace = fmt.Sprintf("workspace %d", q.WorkspaceID)
		}
		if s.Segment != "" {
			q.Segment, err = lookup.FindSegment(ctx, app, s.Segment)
		}
	}
	if err != nil {
		end()
		return nil, nil, err
	}
	return app, end, nil
}

// locate asks which workspace the Track API's credentials are of. What the App API
// says matters more: where they are refused, the workspace is not known.
func (s *session) locate(ctx context.Context, a *access.Access) (customerio.Account, error) {
	brief := a.Within(10 * time.Second) // an export needs the App API alone
	track, err := brief.Track(ratelimit.New(customerio.AppPerSecond), nil)
	if err != nil {
		return customerio.Account{}, err
	}
	account, err := track.Locate(ctx)
	if ctx.Err() != nil {
		return account, context.Cause(ctx)
	}
	if err == nil {
		if err := a.Meant(account); err != nil {
			return account, err
		}
	}
	if err != nil {
		s.report.Note(fmt.Sprintf("cannot determine the workspace: %v", err))
		return customerio.Account{}, nil
	}
	if s.Workspace > 0 && s.Workspace != account.WorkspaceID {
		return account, exit.New(exit.Credentials, fmt.Sprintf("the credentials are those of workspace %d, not %d", account.WorkspaceID, s.Workspace), "correct --workspace or the credentials")
	}
	return account, nil
}

// do does the job and everything that follows it.
func (s *session) do(ctx context.Context) error {
	c := s.job.Run.Checkpoint
	s.fresh = c.SHA256 == ""
	if err := s.checkMapping(); err != nil {
		return errors.Join(err, s.forget())
	}
	state := "run " + s.job.Run.Name
	if c.Resumed > 0 {
		state += ", resumed"
	}
	s.report.Say(slog.LevelInfo, fmt.Sprintf("exporting %s to %s, %s", c.Query.What, s.shownOutput(), state))
	progress, stop := s.report.Watch()
	s.job.Progress = func(p exporter.Progress) { progress(p.Stage, p.Done, p.Total) }
	summary, err := s.job.Do(ctx)
	stop()
	s.report.Clear()
	var drafted *draft.Drafted
	if err == nil {
		drafted, err = s.writeMapping()
	}
	return s.conclude(summary, drafted, err)
}

func (s *session) shownOutput() string {
	if s.job.Output.Path == "-" {
		return "standard output"
	}
	return rows.Printable(s.job.Output.Path)
}

// mappingPath is the mapping that is written beside the file; empty: none is.
func (s *session) mappingPath() string {
	path := s.job.Output.Path
	if s.job.Query.What != exporter.People || s.NoMapping || path == "-" {
		return ""
	}
	for _, ending := range []string{".gz", ".zst", ".csv", ".jsonl", ".ndjson"} {
		path = strings.TrimSuffix(path, ending)
	}
	return path + ".yaml"
}

// checkMapping refuses to write over a mapping that someone may have edited.
func (s *session) checkMapping() error {
	path := s.mappingPath()
	if path == "" || s.Overwrite || !s.fresh {
		return nil
	}
	if _, err := os.Lstat(path); err == nil {
		return exit.Usage(fmt.Sprintf("the mapping %s exists already", path), "choose another --output, or add --no-mapping or --overwrite")
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// writeMapping drafts the mapping that sends the file back.
func (s *session) writeMapping() (*draft.Drafted, error) {
	path := s.mappingPath()
	if path == "" {
		return nil, nil
	}
	in, err := rows.Open(s.job.Output.Path, rows.Options{Format: rows.Format(s.job.Output.Format), Delimiter: ','})
	if err != nil {
		return nil, err
	}
	defer in.Close()
	d, err := draft.ReadBack(in, s.sendBack())
	if err != nil {
		return nil, err
	}
	return d, atomicfile.Write(path, d.YAML, 0o600)
}

// sendBack is the command that shows what the file would send.
func (s *session) sendBack() string {
	return ui.ShellLine([]string{"ciobulk", "plan", "upsert", s.job.Output.Path, "-m", s.mappingPath()})
}

// conclude saves and prints the summary, and returns the error of the exit code.
func (s *session) conclude(summary *exporter.Summary, d *draft.Drafted, err error) error {
	end := s.outcome(summary, err)
	summary.ExitCode, summary.Error = end.Code, end.Msg
	s.p.End(call.Outcome{Run: summary.Run, Rows: summary.Exported, Accepted: summary.Exported})
	saveErr := summary.Save(s.job.Run, s.Summary)
	if saveErr == nil && err == nil {
		saveErr = s.job.Run.Finish()
	}
	if saveErr == nil && (err == nil || summary.Exported > 0) {
		saveErr = s.print(summary, d)
	}
	switch {
	case saveErr != nil && end.Code == exit.Done:
		return exit.New(exit.Broken, saveErr.Error(), "")
	case end.Code == exit.Done:
		return nil
	}
	return end
}

func (s *session) outcome(summary *exporter.Summary, err error) *exit.Error {
	switch {
	case err == nil && summary.Short:
		return s.short(summary)
	case err == nil:
		return &exit.Error{Code: exit.Done}
	}
	err = outputProblem(err)
	if missing, ok := errors.AsType[*exporter.MissingAttributesError](err); ok {
		err = errors.Join(missing, s.job.Run.Drop()) // another call asks for something else
		return exit.New(exit.Misuse, err.Error(), "name the attributes by --attributes, or use --via pages")
	}
	code, hint := exit.Classify(err)
	if s.job.Run.Empty() {
		err = errors.Join(err, s.forget())
	} else {
		s.report.Note("to resume: " + call.Again(s.p.Args[1:], "--resume"))
	}
	return exit.New(code, err.Error(), hint)
}

// forget drops a run that has read nothing, so that the next call need not say what
// becomes of it.
func (s *session) forget() error {
	if !s.job.Run.Empty() {
		return nil
	}
	return s.job.Run.Drop()
}

// short says how many are missing.
func (s *session) short(summary *exporter.Summary) *exit.Error {
	if summary.Counted == nil {
		return exit.New(exit.Rejected, "no one was found, and Customer.io gives no count to compare with", "check the filter")
	}
	missing := *summary.Counted - summary.Exported
	msg := fmt.Sprintf("%s of %s that Customer.io counts are missing from the file", ui.Grouped(missing), ui.Grouped(*summary.Counted))
	hint := "export again when fewer people change"
	if s.job.Query.What == exporter.People && s.job.Query.Segment == 0 {
		hint += "; the number of people in a workspace can be two hours old"
	}
	return exit.New(exit.Rejected, msg, hint)
}
