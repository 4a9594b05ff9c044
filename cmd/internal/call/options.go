package call

import (
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/access"
	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/runs"
)

// The parts of help in which the flags of several packages are shown.
const (
	PartInput  = "Input"
	PartRecord = "Runs and reports"
	PartSafety = "Credentials and rehearsals"
	PartOutput = "Output"
)

// ResumeOptions say what to do with an unfinished run, and where runs are.
type ResumeOptions struct {
	Resume, Restart, ResumeOrRestart bool
	StateDir                         string
}

// Flags are those of the options; either says what --resume-or-restart does.
func (o *ResumeOptions) Flags(either string) []command.Flag {
	return []command.Flag{
		{Name: "resume", Part: PartRecord, Into: command.OnOff(&o.Resume), Usage: "continue the unfinished run of the same work, or start if there is none"},
		{Name: "restart", Part: PartRecord, Into: command.OnOff(&o.Restart), Usage: "drop the unfinished run of the same work, and start again"},
		{Name: "resume-or-restart", Part: PartRecord, Into: command.OnOff(&o.ResumeOrRestart), Usage: either},
		StateDirFlag(&o.StateDir),
	}
}

// DefaultStateDir is where runs are recorded.
const DefaultStateDir = ".ciobulk"

// StateDirFlag is the flag of the directory of runs.
func StateDirFlag(to *string) command.Flag {
	*to = DefaultStateDir
	return command.Flag{Name: "state-dir", Value: "DIR", Part: PartRecord, Fixed: true, Into: command.Word(to), Usage: "where runs are recorded"}
}

// Mode is what becomes of an unfinished run. Check comes first.
func (o *ResumeOptions) Mode() runs.Mode {
	switch {
	case o.Resume:
		return runs.Resume
	case o.Restart:
		return runs.Restart
	case o.ResumeOrRestart:
		return runs.ResumeOrRestart
	}
	return runs.Refuse
}

// Check refuses options that exclude each other.
func (o *ResumeOptions) Check() error {
	if o.Resume && o.Restart || o.Resume && o.ResumeOrRestart || o.Restart && o.ResumeOrRestart {
		return exit.Usage("--resume, --restart and --resume-or-restart exclude each other", "give one of them")
	}
	return nil
}

// TalkOptions are what is said while a command works.
type TalkOptions struct {
	Quiet      bool
	LogFormat  string
	NoProgress bool
}

// Flags are those of the options.
func (o *TalkOptions) Flags() []command.Flag {
	return []command.Flag{
		o.QuietFlag(),
		{Name: "log-format", Value: "text|json", Part: PartRecord, Into: o.LogFormatKind(), Usage: "json: messages as one JSON object per line, and the summary as one line"},
		{Name: "no-progress", Part: PartRecord, Into: command.OnOff(&o.NoProgress), Usage: "no progress bar and no progress lines"},
	}
}

// QuietFlag is the flag of commands that show no progress.
func (o *TalkOptions) QuietFlag() command.Flag {
	return command.Flag{Name: "quiet", Part: PartRecord, Into: command.OnOff(&o.Quiet), Usage: "print errors only"}
}

// LogFormatKind reads --log-format.
func (o *TalkOptions) LogFormatKind() command.Kind {
	o.LogFormat = "text"
	return command.Choice(&o.LogFormat, []string{"text", "json"})
}

// AccountOptions are whom to talk to.
type AccountOptions struct {
	Credentials, Profile string
}

// Choice is where the credentials are taken from.
func (o *AccountOptions) Choice() access.Choice {
	return access.Choice{File: o.Credentials, Profile: o.Profile}
}

// Flags are those of the options.
func (o *AccountOptions) Flags() []command.Flag {
	return []command.Flag{{Name: "credentials", Value: "FILE", Part: PartSafety, Fixed: true, Into: command.Word(&o.Credentials), Usage: "read credentials from FILE (lines of NAME=value, mode 0600 or 0440) instead of the environment"},
		{Name: "profile", Value: "NAME", Part: PartSafety, Fixed: true, Into: command.Word(&o.Profile), Usage: "read them from ~/.config/ciobulk/NAME.env"}}
}

// AskOptions are those of commands that only ask the service.
type AskOptions struct {
	AccountOptions
	Outage time.Duration
}

// Flags are those of the options. They set how long the command waits to 10 s.
func (o *AskOptions) Flags() []command.Flag {
	o.Outage = 10 * time.Second
	return append(o.AccountOptions.Flags(),
		command.Flag{Name: "outage", Value: "DURATION", Part: PartSafety, Into: command.Duration(&o.Outage), Usage: "how long to wait for an unavailable service"})
}
