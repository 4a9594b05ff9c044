// Package cli is the command line of ciobulk. Run is the whole program, and all.go
// lists its commands. Each command has a file with its options, which its flags fill
// once, and what it does with them; export and the commands that only ask the service
// have packages of their own.
package cli

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/ciobulk/ciobulk/cmd/internal/access"
	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/complete"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/customerio"
)

// Run is the program: arguments in, exit code out. main calls it once.
func Run(args []string, in io.Reader, out, err io.Writer) int {
	return RunAt(customerio.MaxPerSecond, args, in, out, err)
}

// RunAt is Run with another upper limit of --rate, for benchmarks.
func RunAt(maxPerSecond float64, args []string, in io.Reader, out, err io.Writer) int {
	p := &call.Program{Args: args, In: in, Out: &call.Results{Writer: out, Paint: ui.PaintOf(out, os.Getenv)}, Err: err, Env: &access.Env{Getenv: os.Getenv, UserAgent: userAgent()}, MaxPerSecond: maxPerSecond}
	return run(p)
}

// run also makes sure that a result that could not be written is not a success.
func run(p *call.Program) int {
	code := dispatch(p)
	if code == exit.Done && p.Out.Err != nil {
		return p.Fail(fmt.Errorf("cannot write the result: %w", p.Out.Err))
	}
	return code
}

// dispatch calls the command that the arguments name.
func dispatch(p *call.Program) int {
	if slices.Equal(p.Args[min(1, len(p.Args)):], []string{"help", command.ExitCodesTopic}) {
		_, err := io.WriteString(p.Out, command.ExitCodesText)
		return p.Fail(err)
	}
	commands := allCommands(p)
	if words, asked := complete.Asked(p.Args); asked {
		return p.Fail(complete.Answer(p.Out, commands, words))
	}
	args, err := command.Arrange(commands, p.Args)
	if err == nil {
		err = command.App(commands, build(), p.In, p.Out, p.Err).Run(args)
	}
	return p.Fail(err)
}

// version is what the build knows of itself: a release's tag, or the commit.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}

// build is the version, and what it was built from and with.
func build() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return version()
	}
	of := make(map[string]string)
	for _, s := range info.Settings {
		of[s.Key] = s.Value
	}
	var parts []string
	if commit := of["vcs.revision"]; commit != "" {
		date, _, _ := strings.Cut(of["vcs.time"], "T")
		parts = append(parts, "commit "+commit[:min(len(commit), 12)], date)
	}
	if of["vcs.modified"] == "true" {
		parts = append(parts, "modified")
	}
	parts = append(parts, info.GoVersion, runtime.GOOS+"/"+runtime.GOARCH)
	return fmt.Sprintf("%s (%s)", version(), strings.Join(parts, ", "))
}

func userAgent() string {
	return "ciobulk/" + strings.Trim(version(), "()") + " (+https://github.com/ciobulk/ciobulk)"
}
