package command

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ciobulk/ciobulk/cmd/internal/ui"
)

// HelpColumns is how wide help texts are at most.
const HelpColumns = 80

// ExitCodesTopic is what `ciobulk help exit-codes` prints.
const ExitCodesTopic = "exit-codes"

const ExitCodesText = `EXIT CODES
   0    all rows accepted (or filtered, or unchanged)
   1    the run stopped for another reason; resume it
   2    wrong use: flags, mapping, input or checkpoint; nothing was sent
   3    finished, but some rows were rejected, or their result is unknown
   4    stopped by --max-errors, --max-remove, --max-changed or a guard
   5    Customer.io was unavailable for longer than --outage; resume later
   6    credentials or workspace refused
   7    another run of the same work is in progress
   130  interrupted; resume it
`

const seeExitCodes = "Exit codes: ciobulk help exit-codes\n"

// AppHelp is the help text of the program.
func AppHelp(commands []Command) string {
	var b strings.Builder
	b.WriteString(`ciobulk - move people, events, objects, segments between files and Customer.io

USAGE
   ciobulk COMMAND [flags] FILE…

COMMANDS
`)
	for _, c := range commands {
		fmt.Fprintf(&b, "   %-14s%s\n", c.Name, c.Usage)
	}
	b.WriteString(`
   See ciobulk COMMAND --help. Flags go before or after the files.

ENVIRONMENT
`)
	for _, line := range Environment() {
		fmt.Fprintf(&b, "   %-40s %s\n", line[0], line[1])
	}
	b.WriteString(`
FIRST STEPS
   ciobulk init people.csv -o people.yaml                  draft a mapping
   ciobulk plan upsert people.csv -m people.yaml           see what it does
   ciobulk upsert people.csv -m people.yaml --simulate     try it, no account
   ciobulk upsert people.csv -m people.yaml                send it

`)
	return b.String() + seeExitCodes
}

// Environment lists variables and what they are.
func Environment() [][2]string {
	return [][2]string{
		{"CUSTOMERIO_SITE_ID, CUSTOMERIO_API_KEY", "credentials of the Track API"},
		{"CUSTOMERIO_APP_API_KEY", "App API: segments by name, get"},
		{"CUSTOMERIO_REGION", "us or eu (found when unset)"},
		{"CUSTOMERIO_TRACK_URL, CUSTOMERIO_APP_URL", "other base URLs, such as a proxy"},
	}
}

// Help is the help text of a command: what it is for, its flags in their
// parts, and examples.
func Help(c Command, above string) string {
	var b strings.Builder
	name := above + " " + c.Name
	fmt.Fprintf(&b, "%s - %s\n\nUSAGE\n   %s\n\n", name, c.Usage, strings.TrimSpace(name+" [flags] "+c.Args))
	for paragraph := range strings.SplitSeq(strings.TrimSpace(c.About), "\n\n") {
		for _, line := range ui.Wrap(paragraph, HelpColumns-3) {
			b.WriteString("   " + line + "\n")
		}
		b.WriteString("\n")
	}
	if len(c.Subs) > 0 {
		title := "COMMANDS"
		if strings.HasPrefix(c.Args, "VERB") {
			title = "VERBS"
		}
		b.WriteString(title + "\n")
		for _, sub := range c.Subs {
			fmt.Fprintf(&b, "   %-12s%s\n", sub.Name, sub.Usage)
		}
		b.WriteString("\n")
	}
	for _, part := range parts(c.Flags) {
		b.WriteString(strings.ToUpper(part) + "\n")
		for _, f := range c.Flags {
			if f.Part == part {
				b.WriteString(flagHelp(f))
			}
		}
		b.WriteString("\n")
	}
	if c.Examples != "" {
		b.WriteString("EXAMPLES\n")
		for line := range strings.Lines(strings.TrimSpace(c.Examples) + "\n") {
			b.WriteString("   " + line)
		}
		b.WriteString("\n")
	}
	return b.String() + seeExitCodes
}

// parts returns the parts of help that flags are in, in their order.
func parts(flags []Flag) (names []string) {
	for _, f := range flags {
		if !slices.Contains(names, f.Part) {
			names = append(names, f.Part)
		}
	}
	return names
}

// flagColumn is where the usage of flags starts.
const flagColumn = 29

// flagHelp is a flag's lines: its names and value, what it does, and its default.
func flagHelp(f Flag) string {
	name := "   --" + f.Name
	if f.Short != "" {
		name = "   -" + f.Short + ", --" + f.Name
	}
	name = strings.TrimRight(name+" "+f.Value, " ")
	text := f.Usage
	if d := f.Into.Text(); d != "" && !f.IsSwitch() {
		text += " (default " + d + ")"
	}
	lines := ui.Wrap(text, HelpColumns-flagColumn)
	if ui.Width(name) >= flagColumn {
		lines = append([]string{""}, lines...)
	}
	var b strings.Builder
	for i, line := range lines {
		if i > 0 {
			name = ""
		}
		pad := strings.Repeat(" ", max(flagColumn-ui.Width(name), 0))
		b.WriteString(strings.TrimRight(name+pad+line, " ") + "\n")
	}
	return b.String()
}
