// Package complete offers what may come next on a command line, for the completion of
// shells. It reads the commands' own table, so that no command or flag is listed twice.
// Start with Command.
package complete

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/ciobulk/ciobulk/cmd/internal/access"
	"github.com/ciobulk/ciobulk/cmd/internal/command"
)

// Offer is what may take the place of the last word of a command line.
type Offer struct {
	Words []Word
	Paths Paths // that may take its place as well
}

// Word is a word, and what it means, which may be empty.
type Word struct{ Text, About string }

// Paths says which paths are offered.
type Paths string

// The paths.
const (
	NoPaths Paths = "none"
	Files   Paths = "files" // and folders on the way to them
	Folders Paths = "folders"
)

// next finds what may take the place of the last of words, which follow the program's
// name. runs lists the runs of a state directory.
func next(commands []command.Command, words []string, runs func(stateDir string) []string) Offer {
	if len(words) == 0 {
		words = []string{""}
	}
	before, last := words[:len(words)-1], words[len(words)-1]
	if last == `""` { // how some versions of PowerShell pass an empty word
		last = ""
	}
	if len(before) > 0 && before[0] == "help" {
		before = before[1:]
		commands = append(slices.Clone(commands), command.Command{Name: command.ExitCodesTopic, Usage: "what exit codes mean"})
	}
	c, rest, known := descend(commands, before)
	if !known {
		return Offer{Paths: NoPaths}
	}
	if len(c.Subs) > 0 && len(rest) == 0 && !strings.HasPrefix(last, "-") {
		return Offer{offered(commandWords(c.Subs), last), NoPaths}
	}
	return ofCommand(c, rest, last, runs)
}

// descend goes down the commands that words name, and returns the words after them.
func descend(commands []command.Command, words []string) (c command.Command, rest []string, known bool) {
	c = command.Command{Subs: commands}
	for len(words) > 0 && len(c.Subs) > 0 && !strings.HasPrefix(words[0], "-") {
		at := slices.IndexFunc(c.Subs, func(sub command.Command) bool { return sub.Name == words[0] })
		if at < 0 {
			return c, nil, false
		}
		c, words = c.Subs[at], words[1:]
	}
	return c, words, true
}

// ofCommand offers a flag, the value of one, or an argument.
func ofCommand(c command.Command, before []string, last string, runs func(string) []string) Offer {
	flags := append(slices.Clone(c.Flags), command.Flag{Name: "help", Usage: "show the help of this command", Into: command.OnOff(new(bool))})
	if name, value, is := strings.Cut(last, "="); is && strings.HasPrefix(name, "-") {
		o := ofFlag(flags, name, value)
		for i := range o.Words {
			o.Words[i].Text = name + "=" + o.Words[i].Text
		}
		return o
	}
	if n := len(before); n > 0 && !slices.Contains(before, "--") {
		if name, isFlag := command.FlagName(before[n-1]); isFlag && !strings.Contains(before[n-1], "=") {
			if f, is := command.Named(flags, name); is && !f.IsSwitch() {
				return ofFlag(flags, before[n-1], last)
			}
		}
	}
	if strings.HasPrefix(last, "-") {
		return Offer{offered(flagWords(flags, before), last), NoPaths}
	}
	return ofArgument(c, before, last, runs)
}

// ofFlag offers the values of a flag.
func ofFlag(flags []command.Flag, written, last string) Offer {
	name, _ := command.FlagName(written)
	f, is := command.Named(flags, name)
	if !is {
		return Offer{Paths: NoPaths}
	}
	o := Offer{Paths: NoPaths}
	if f.Name == "profile" {
		f.Known = access.Profiles(os.Getenv)
	}
	for _, text := range f.Offers() {
		o.Words = append(o.Words, Word{Text: text})
	}
	o.Words = offered(o.Words, last)
	switch {
	case strings.HasPrefix(f.Value, "FILE"):
		o.Paths = Files
	case f.Value == "DIR":
		o.Paths = Folders
	}
	return o
}

// ofArgument offers what a command takes besides flags.
func ofArgument(c command.Command, before []string, last string, runs func(string) []string) Offer {
	switch {
	case strings.HasPrefix(c.Args, "RUN"):
		dir := ""
		for i, word := range before {
			if word == "--state-dir" && i+1 < len(before) {
				dir = before[i+1]
			} else if value, is := strings.CutPrefix(word, "--state-dir="); is {
				dir = value
			}
		}
		var words []Word
		for _, name := range runs(dir) {
			words = append(words, Word{Text: name})
		}
		return Offer{offered(words, last), Folders}
	case strings.HasPrefix(c.Args, "FILE"), strings.HasPrefix(c.Args, "-o FILE"), strings.HasPrefix(c.Args, "JOB"):
		return Offer{Paths: Files}
	case c.Args == strings.ToLower(c.Args):
		var words []Word
		for word := range strings.SplitSeq(c.Args, "|") {
			words = append(words, Word{Text: word})
		}
		return Offer{offered(words, last), NoPaths}
	}
	return Offer{Paths: NoPaths}
}

// offered returns the words that begin with what was typed.
func offered(words []Word, typed string) []Word {
	return slices.DeleteFunc(words, func(w Word) bool { return w.Text == "" || !strings.HasPrefix(w.Text, typed) })
}

func commandWords(commands []command.Command) (words []Word) {
	for _, c := range commands {
		words = append(words, Word{c.Name, c.Usage})
	}
	return words
}

// flagWords are the flags that may be given, without those that were.
func flagWords(flags []command.Flag, before []string) (words []Word) {
	for _, f := range flags {
		if f.Repeats() || !slices.ContainsFunc(before, func(word string) bool {
			name, isFlag := command.FlagName(word)
			return isFlag && (name == f.Name || name == f.Short)
		}) {
			words = append(words, Word{"--" + f.Name, f.Usage})
		}
	}
	return words
}

// print writes an offer for the scripts: a word and what it means a line, with a tab
// between them, and at last which paths are offered, after a colon.
func (o Offer) print(to io.Writer) error {
	var b strings.Builder
	for _, w := range o.Words {
		fmt.Fprintf(&b, "%s\t%s\n", w.Text, strings.Join(strings.Fields(w.About), " "))
	}
	fmt.Fprintf(&b, ":%s\n", o.Paths)
	_, err := io.WriteString(to, b.String())
	return err
}
