// Package command is the grammar of the command line: flags that fill the options of
// commands, the order of arguments, help texts, and suggestions for words that are not
// known. Start with Command and Flag. Only urfave.go knows the library that reads the
// arguments.
package command

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/ciobulk/ciobulk/cmd/internal/exit"
)

// Command is one command: what help says of it, its flags, and what it does. One
// with subs does nothing itself.
type Command struct {
	Name     string
	Usage    string // one line, for lists of commands
	Args     string
	About    string // paragraphs
	Examples string // one a line
	Options  any    // a pointer to what the flags fill
	Flags    []Flag
	Run      func(ctx context.Context, args []string) error
	Subs     []Command
	Default  string // the sub that is meant where none is named; empty: one must be
	Missing  string // what is said where a sub is missing
}

func (c Command) incomplete() error {
	return exit.Usage(c.Missing, "see ciobulk "+c.Name+" --help")
}

func commandNamed(commands []Command, name string) (Command, bool) {
	i := slices.IndexFunc(commands, func(c Command) bool { return c.Name == name })
	if i < 0 {
		return Command{}, false
	}
	return commands[i], true
}

func Names(commands []Command) (names []string) {
	for _, c := range commands {
		names = append(names, c.Name)
	}
	return names
}

// Arrange puts flags before files, since people type both orders and the library
// stops at the first file. It refuses commands and flags that do not exist.
func Arrange(commands []Command, args []string) ([]string, error) {
	if len(args) < 2 {
		return args, nil
	}
	if strings.HasPrefix(args[1], "-") {
		return args, unknownFlag("", nil, args[1:2], "help", "h", "version", "v")
	}
	if args[1] == "help" {
		return arrangeHelp(commands, args)
	}
	words, rest, c := args[:1:1], args[1:], Command{Subs: commands}
	for len(c.Subs) > 0 {
		above := strings.Join(words[1:], " ")
		rest = subFirst(c.Subs, rest)
		if c.Default != "" && (len(rest) == 0 || strings.HasPrefix(rest[0], "-") && rest[0] != "--help" && rest[0] != "-h") {
			rest = append([]string{c.Default}, rest...)
		}
		if len(rest) == 0 || strings.HasPrefix(rest[0], "-") {
			return append(words, rest...), unknownFlag(above, nil, rest, "help", "h")
		}
		sub, known := commandNamed(c.Subs, rest[0])
		if !known {
			return nil, unknownCommand(above, rest[0], c.Subs)
		}
		c, words, rest = sub, append(words, rest[0]), rest[1:]
	}
	flags, files := split(c.Flags, rest)
	if slices.ContainsFunc(flags, func(arg string) bool { return arg == "--help" || arg == "-help" || arg == "-h" }) {
		return append(words, "--help"), nil // the library takes what follows for a topic
	}
	if err := unknownFlag(strings.Join(words[1:], " "), c.Flags, flags, "help", "h"); err != nil {
		return nil, err
	}
	if err := repeatedFlag(c.Flags, flags); err != nil {
		return nil, err
	}
	return append(append(append(words, flags...), "--"), files...), nil
}

// subFirst puts the name of a sub in front of the flags that were typed before it.
func subFirst(subs []Command, args []string) []string {
	for i, arg := range args {
		sub, known := commandNamed(subs, arg)
		if i == 0 && known {
			return args
		}
		flags, others := split(sub.Flags, args[:i])
		if known && len(others) == 0 && unknownFlag("", sub.Flags, flags) == nil {
			return append(append([]string{arg}, args[:i]...), args[i+1:]...)
		}
	}
	return args
}

// arrangeHelp turns `help COMMAND` into `COMMAND --help`.
func arrangeHelp(commands []Command, args []string) ([]string, error) {
	if len(args) == 2 || strings.HasPrefix(args[2], "-") || args[2] == "help" {
		return []string{args[0], "--help"}, nil
	}
	return Arrange(commands, append(append([]string{args[0]}, args[2:]...), "--help"))
}

func unknownCommand(above, name string, commands []Command) error {
	if above == "" && isFileName(name) {
		return exit.Usage(fmt.Sprintf("%s is not a command", name), "to send its rows, say what each row is: ciobulk upsert "+name+" --match email; to get a mapping for it: ciobulk init "+name)
	}
	return exit.Usage(fmt.Sprintf("there is no command %q", strings.TrimSpace(above+" "+name)), Suggest(name, Names(commands), above))
}

// isFileName reports whether a word looks like a file and not like a command.
func isFileName(word string) bool { return word == "-" || strings.ContainsAny(word, "./\\*") }

// split takes arguments apart into flags with their values and files.
func split(known []Flag, args []string) (flags, files []string) {
	for len(args) > 0 {
		n := flagWidth(known, args)
		switch {
		case args[0] == "--":
			return flags, append(files, args[1:]...)
		case n == 0:
			files, n = append(files, args[0]), 1
		default:
			flags = append(flags, args[:n]...)
		}
		args = args[n:]
	}
	return flags, files
}

// flagWidth is how many arguments the flag at the front takes, 0 if it is not a flag.
func flagWidth(known []Flag, args []string) int {
	name, isFlag := FlagName(args[0])
	switch {
	case !isFlag:
		return 0
	case strings.Contains(args[0], "="), len(args) == 1:
		return 1
	}
	if f, is := Named(known, name); is && !f.IsSwitch() {
		return 2
	}
	return 1
}

func FlagName(arg string) (name string, isFlag bool) {
	if len(arg) < 2 || arg[0] != '-' {
		return "", false
	}
	name, _, _ = strings.Cut(strings.TrimLeft(arg, "-"), "=")
	return name, true
}

// unknownFlag refuses the first flag among args that is not known, and one whose
// value is missing. Of args that belong to a flag, only the flag is looked at.
func unknownFlag(command string, known []Flag, args []string, others ...string) error {
	for i := 0; i < len(args); i++ {
		name, isFlag := FlagName(args[i])
		f, is := Named(known, name)
		switch {
		case !isFlag || slices.Contains(others, name):
			continue
		case !is:
			return exit.Usage(fmt.Sprintf("there is no flag %s", strings.SplitN(args[i], "=", 2)[0]), flagHint(name, known, command))
		case f.IsSwitch() || strings.Contains(args[i], "="):
			continue
		}
		if i++; i == len(args) {
			return exit.Usage(fmt.Sprintf("flag %s needs a value", args[i-1]), fmt.Sprintf("--%s %s: %s", f.Name, f.Value, f.Usage))
		}
	}
	return nil
}

// repeatedFlag refuses a flag that says whom the command is about and is given two
// values. Of other flags the last counts, so that a command that is printed or kept can
// be typed again with another value added. flags are known, each with its value.
func repeatedFlag(known []Flag, flags []string) error {
	given := make(map[string]string)
	for len(flags) > 0 {
		n := flagWidth(known, flags)
		name, _ := FlagName(flags[0])
		_, value, _ := strings.Cut(strings.Join(flags[:n], "="), "=")
		f, _ := Named(known, name)
		was, again := given[f.Name]
		if f.Single && again && was != value {
			return exit.Usage(fmt.Sprintf("--%s is given twice, with different values", f.Name), "give it once")
		}
		given[f.Name], flags = value, flags[n:]
	}
	return nil
}
