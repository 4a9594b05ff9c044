package cli

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/ciobulk/ciobulk/runs"
)

// conclude reports how the run ended and returns the error of its exit code.
func (s *session) conclude(summary *runs.Summary, err error) error {
	if summary == nil {
		return err
	}
	summary.Region, summary.Step, summary.Version, summary.Samples = s.account.Region, s.Step, version(), s.report.Samples()
	if s.job.Forecast != nil {
		s.job.Forecast.Seconds = float64(summary.Requests) / s.o.perSecond()
	}
	s.in.noteEnd()
	end := outcome(summary, err, s.o.MaxErrors)
	if end.Code == exit.Done && s.proof.Short() {
		end.Code = exit.Rejected
	}
	s.Guarded("max-errors", s.o.MaxErrors, ui.Counted(summary.Rejected+summary.Unknown, "row"))
	summary.ExitCode, summary.Error, summary.Guards = end.Code, end.Msg, s.Guards
	saveErr := s.save(summary)
	if saveErr == nil && err == nil && s.job.Run != nil {
		saveErr = s.job.Run.Finish()
	}
	if saveErr != nil && end.Code != exit.Broken {
		end = exit.New(exit.Broken, saveErr.Error(), "")
	}
	s.o.ran = summary.Run
	s.End(call.Outcome{Run: summary.Run, Rows: summary.Rows, Accepted: summary.Accepted, Rejected: summary.Rejected + summary.Unknown})
	input, _ := errors.AsType[*rows.Error](err)
	_ = s.print(summary, err != nil, input != nil && input.Permanent()) // s.out remembers an error
	if end.Code == exit.Done {
		return nil
	}
	return end
}

// outcome turns what Do returned into an exit code with its message.
func outcome(summary *runs.Summary, err error, maxErrors string) *exit.Error {
	if err == nil {
		if summary.Rejected+summary.Unknown > 0 || summary.Sync.Short() {
			return &exit.Error{Code: exit.Rejected}
		}
		return &exit.Error{Code: exit.Done}
	}
	code, hint := exit.Classify(err)
	msg := err.Error()
	if code == exit.Budget {
		msg += fmt.Sprintf(": --max-errors is %s", maxErrors)
		hint = "fix the cause and continue with --resume; the errors so far no longer count then"
	}
	if code == exit.Misuse && summary.Requests > 0 && !summary.DryRun {
		code = exit.Broken // exit code 2 promises that nothing was sent
	}
	return exit.New(code, msg, hint)
}

// save writes the summary, and the copies that the options ask for.
func (s *session) save(summary *runs.Summary) error {
	if err := summary.Save(s.job.Run, s.o.Summary); err != nil {
		return fmt.Errorf("cannot write the summary: %w", err)
	}
	if path := s.o.Rejected; path != "" && s.job.Run != nil {
		if err := s.job.Run.CopyRejected(path, s.job.Sources[0].Input); err != nil {
			return fmt.Errorf("cannot write the rejected rows to %s: %w", path, err)
		}
	}
	return nil
}

// print prints the run's result: a table, the summary as one line of JSON, or the plan
// as one object. broken says that the run is unfinished, damaged that the input cannot
// be read further.
func (s *session) print(summary *runs.Summary, broken, damaged bool) error {
	s.report.Clear()
	var text []byte
	var err error
	switch {
	case s.o.PlanFormat == "json":
		text, err = json.MarshalIndent(planOf(summary), "", "  ")
	case s.o.PlanFormat == "csv":
		_, err := fmt.Fprint(s.Out, ui.Result{Summary: summary}.CSV())
		return err
	case s.o.Quiet:
		return nil
	case s.Log != nil:
		text, err = json.Marshal(summary)
	default:
		a := advice{o: s.o, args: s.Args, summary: summary, in: s.in, unfinished: broken, retried: s.retried != nil, damaged: damaged}
		_, err := fmt.Fprint(s.Out, ui.Result{Summary: summary, Rate: s.o.perSecond(), Removed: s.verb.Remove,
			Events: s.in.mapping.Events(), Proof: s.proof, Forecast: s.job.Forecast, Hints: a.hints(), Next: a.lines(), Paint: s.Out.Paint}.String())
		return err
	}
	if err == nil {
		_, err = fmt.Fprintf(s.Out, "%s\n", ui.SafeJSON(string(text)))
	}
	return err
}

// notSent says of an error before the run that nothing was sent, and which command to
// run again when its cause is gone.
func notSent(err error, args []string) error {
	code, hint := exit.Classify(err)
	if code != exit.Unavailable && code != exit.Interrupted {
		return err
	}
	if hint != "" {
		hint += "; "
	}
	return exit.New(code, err.Error()+"; nothing was sent", hint+"run again: "+ui.ShellLine(append([]string{"ciobulk"}, args[1:]...)))
}
