package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/urfave/cli/v2"
)

// program is one call of ciobulk.
type program struct {
	args   []string
	in     io.Reader
	out    io.Writer // results
	err    io.Writer // all else
	getenv func(string) string
	log    *slog.Logger // set when messages are to be JSON

	planJSON bool      // the result is one object of JSON
	alone    sync.Once // that a rate is not shared is told

	mostPerSecond float64 // what --rate may be; benchmarks go beyond what the service bears
}

// run is the program: arguments in, exit code out.
func run(args []string, in io.Reader, out, err io.Writer) int {
	return newProgram(args, in, out, err).run()
}

func newProgram(args []string, in io.Reader, out, err io.Writer) *program {
	return &program{args: args, in: in, out: out, err: err, getenv: os.Getenv, mostPerSecond: customerio.MaxPerSecond}
}

func (p *program) run() int {
	app := p.app()
	args, asJSON, err := planned(p.args)
	if err == nil {
		p.planJSON = asJSON
		args, err = arrange(app, args)
	}
	if err != nil {
		return p.fail(err)
	}
	return p.fail(app.Run(args))
}

func (p *program) app() *cli.App {
	app := &cli.App{
		Name:                  "ciobulk",
		Usage:                 "rows of CSV, JSON and Excel files to Customer.io, in bulk, with a verdict on every row",
		Version:               version(),
		Reader:                p.in,
		Writer:                p.out,
		ErrWriter:             p.err,
		HideHelpCommand:       true,
		ExitErrHandler:        func(*cli.Context, error) {}, // run decides the exit code
		OnUsageError:          func(_ *cli.Context, err error, _ bool) error { return usage(err.Error(), "") },
		CustomAppHelpTemplate: appHelp,
		Commands:              append(p.rowCommands(), p.segmentCommand(), p.initCommand(), p.planCommand(), p.explainCommand(), p.retryCommand(), p.getCommand(), p.checkCommand(), p.schemaCommand(), p.simulateCommand()),
		Action: func(c *cli.Context) error {
			return cli.ShowAppHelp(c)
		},
	}
	for _, c := range app.Commands {
		finish(app, c, "ciobulk")
	}
	return app
}

// finish gives a command, and those below it, what all have.
func finish(app *cli.App, c *cli.Command, above string) {
	c.OnUsageError = app.OnUsageError
	c.HideHelpCommand = true
	c.CustomHelpTemplate = commandHelp(c, above)
	for _, sub := range c.Subcommands {
		finish(app, sub, above+" "+c.Name)
	}
}

// version is what the build knows of itself: a release's tag, or the commit.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}

// arrange puts flags before files, since people type both orders and the flag
// package stops at the first file. It also names what it does not know.
func arrange(app *cli.App, args []string) ([]string, error) {
	if len(args) < 2 || strings.HasPrefix(args[1], "-") {
		return args, unknownFlag(app.Flags, args[1:], "help", "h", "version", "v")
	}
	name := args[1]
	if name == "help" {
		if len(args) == 2 {
			return []string{args[0], "--help"}, nil
		}
		return arrange(app, append(append([]string{args[0]}, args[2:]...), "--help"))
	}
	command := app.Command(name)
	if command == nil {
		return nil, usage(fmt.Sprintf("there is no command %q", name), didYouMean(name, commandNames(app.Commands)))
	}
	words, rest := args[:2:2], args[2:]
	if len(command.Subcommands) > 0 {
		if len(rest) == 0 || strings.HasPrefix(rest[0], "-") {
			return args, unknownFlag(nil, rest, "help", "h")
		}
		sub := subcommand(command, rest[0])
		if sub == nil {
			return nil, usage(fmt.Sprintf("there is no command %q", name+" "+rest[0]), didYouMean(rest[0], commandNames(command.Subcommands)))
		}
		command, words, rest = sub, append(words, rest[0]), rest[1:]
	}
	flags, files := []string{}, []string{}
	for len(rest) > 0 {
		n := flagWidth(command, rest)
		switch {
		case rest[0] == "--":
			files, rest = append(files, rest[1:]...), nil
			continue
		case n == 0:
			files, n = append(files, rest[0]), 1
		default:
			flags = append(flags, rest[:n]...)
		}
		rest = rest[n:]
	}
	if err := unknownFlag(command.Flags, flags, "help", "h"); err != nil {
		return nil, err
	}
	return append(append(append(words, flags...), "--"), files...), nil
}

func subcommand(c *cli.Command, name string) *cli.Command {
	for _, sub := range c.Subcommands {
		if sub.Name == name {
			return sub
		}
	}
	return nil
}

func commandNames(commands []*cli.Command) (names []string) {
	for _, c := range commands {
		names = append(names, c.Name)
	}
	return names
}

// flagWidth is how many arguments the flag at the front takes: 0 if it is none.
func flagWidth(command *cli.Command, args []string) int {
	name, isFlag := flagName(args[0])
	switch {
	case !isFlag:
		return 0
	case strings.Contains(args[0], "="), len(args) == 1:
		return 1
	}
	for _, f := range command.Flags {
		if _, isBool := f.(*cli.BoolFlag); slices.Contains(f.Names(), name) && !isBool {
			return 2
		}
	}
	return 1
}

func flagName(arg string) (name string, isFlag bool) {
	if len(arg) < 2 || arg[0] != '-' {
		return "", false
	}
	name, _, _ = strings.Cut(strings.TrimLeft(arg, "-"), "=")
	return name, true
}

// unknownFlag refuses the first flag among args that is not known. Values of
// flags do not look like flags, or belong to one that is known.
func unknownFlag(flags []cli.Flag, args []string, extra ...string) error {
	known := slices.Clone(extra)
	valued := map[string]bool{}
	for _, f := range flags {
		known = append(known, f.Names()...)
		if _, isBool := f.(*cli.BoolFlag); !isBool {
			for _, n := range f.Names() {
				valued[n] = true
			}
		}
	}
	for i := 0; i < len(args); i++ {
		name, isFlag := flagName(args[i])
		if !isFlag {
			continue
		}
		if !slices.Contains(known, name) {
			return usage(fmt.Sprintf("there is no flag %s", strings.SplitN(args[i], "=", 2)[0]), didYouMean(name, known))
		}
		if valued[name] && !strings.Contains(args[i], "=") {
			i++
			if i == len(args) {
				return usage(fmt.Sprintf("flag %s needs a value", args[i-1]), "")
			}
		}
	}
	return nil
}

// didYouMean returns a hint with the known name that is closest, or "".
func didYouMean(name string, known []string) string {
	var flags []cli.Flag
	for _, k := range known {
		if len(k) > 1 {
			flags = append(flags, &cli.BoolFlag{Name: k})
		}
	}
	suggestion := strings.TrimLeft(cli.SuggestFlag(flags, name, true), "-")
	if suggestion == "" {
		return "see ciobulk --help"
	}
	return fmt.Sprintf("did you mean %s? see ciobulk --help", suggestion)
}
