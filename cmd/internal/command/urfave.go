package command

import (
	"io"
	"strings"

	urfave "github.com/urfave/cli/v2"

	"github.com/ciobulk/ciobulk/cmd/internal/exit"
)

// App is the commands as urfave/cli knows them.
func App(commands []Command, version string, in io.Reader, out, err io.Writer) *urfave.App {
	app := &urfave.App{
		Name:            "ciobulk",
		Version:         version,
		Reader:          in,
		Writer:          out,
		ErrWriter:       err,
		HideHelpCommand: true,
		ExitErrHandler:  func(*urfave.Context, error) {}, // run decides the exit code
		// arrange has refused everything else that can be wrong.
		OnUsageError:          func(_ *urfave.Context, err error, _ bool) error { return exit.Usage(err.Error(), "") },
		CustomAppHelpTemplate: literal(AppHelp(commands)),
		Action:                urfave.ShowAppHelp,
	}
	for _, c := range commands {
		app.Commands = append(app.Commands, urfaveCommand(c, "ciobulk"))
	}
	return app
}

func urfaveCommand(c Command, above string) *urfave.Command {
	done := &urfave.Command{
		Name: c.Name, Usage: c.Usage, HideHelpCommand: true, CustomHelpTemplate: literal(Help(c, above)),
		OnUsageError: func(_ *urfave.Context, err error, _ bool) error { return exit.Usage(err.Error(), "") },
		Action:       func(*urfave.Context) error { return c.incomplete() },
	}
	for _, sub := range c.Subs {
		done.Subcommands = append(done.Subcommands, urfaveCommand(sub, above+" "+c.Name))
	}
	if c.Run == nil {
		return done
	}
	var refused error // why a flag was not set
	for _, f := range c.Flags {
		names := &urfave.GenericFlag{Name: f.Name, Usage: f.Usage, Value: &setting{f, &refused}}
		if f.Short != "" {
			names.Aliases = []string{f.Short}
		}
		done.Flags = append(done.Flags, names)
	}
	done.OnUsageError = func(_ *urfave.Context, err error, _ bool) error {
		if refused != nil {
			return refused
		}
		return exit.Usage(err.Error(), "")
	}
	done.Action = func(call *urfave.Context) error { return c.Run(call.Context, call.Args().Slice()) }
	return done
}

// literal is text as a template.
func literal(text string) string { return strings.ReplaceAll(text, "{{", `{{"{{"}}`) }

// setting is a flag as the standard library sets it.
type setting struct {
	Flag
	refused *error
}

func (s *setting) Set(text string) error {
	err := s.Apply(text)
	if err != nil && *s.refused == nil {
		*s.refused = err
	}
	return err
}

func (s *setting) String() string {
	if s == nil || s.Into == nil { // the standard library makes one to find out the default
		return ""
	}
	return s.Into.Text()
}

// IsBoolFlag tells the standard library that a switch has no value.
func (s *setting) IsBoolFlag() bool { return s.IsSwitch() }
