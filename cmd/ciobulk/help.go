package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

const appHelp = `{{.Name}} - {{.Usage}}

USAGE
   {{.Name}} COMMAND [flags] FILE…

COMMANDS{{range .VisibleCommands}}
   {{printf "%-12s" .Name}}{{.Usage}}{{end}}

   ciobulk COMMAND --help tells more. Flags may stand before and behind the files.

ENVIRONMENT
   CUSTOMERIO_SITE_ID, CUSTOMERIO_API_KEY   credentials of the Track API
   CUSTOMERIO_APP_API_KEY                   App API: segments by name, get
   CUSTOMERIO_REGION                        us or eu; found by itself if unset
   CUSTOMERIO_TRACK_URL, CUSTOMERIO_APP_URL other base URLs: a proxy, a simulator

EXAMPLES
   ciobulk upsert people.csv --match id --simulate
   ciobulk upsert people.csv -m people.yaml --dry-run
   ciobulk upsert people.csv -m people.yaml
   ciobulk check
` + exitHelp

// helpWidth is the column that the usage of flags starts in.
const helpWidth = 26

// commandHelp is a command's help text: what it is for, its flags in the parts
// that they are declared in, examples, and the exit codes. UsageText holds the
// examples.
func commandHelp(c *cli.Command, above string) string {
	var b strings.Builder
	name := above + " " + c.Name
	fmt.Fprintf(&b, "%s - %s\n\nUSAGE\n   %s\n\n", name, c.Usage, strings.TrimSpace(name+" [flags] "+c.ArgsUsage))
	for line := range strings.Lines(c.Description + "\n") {
		b.WriteString("   " + line)
	}
	if len(c.Subcommands) > 0 {
		b.WriteString("\nCOMMANDS\n")
		for _, sub := range c.Subcommands {
			fmt.Fprintf(&b, "   %-10s%s\n", sub.Name, sub.Usage)
		}
	}
	var parts []string
	for _, f := range c.Flags {
		if part := f.(cli.CategorizableFlag).GetCategory(); !slices.Contains(parts, part) {
			parts = append(parts, part)
		}
	}
	for _, part := range parts {
		fmt.Fprintf(&b, "\n%s\n", strings.ToUpper(part))
		for _, f := range c.Flags {
			if f.(cli.CategorizableFlag).GetCategory() == part {
				b.WriteString(flagHelp(f.(cli.DocGenerationFlag)))
			}
		}
	}
	b.WriteString("\nEXAMPLES\n")
	for line := range strings.Lines(c.UsageText + "\n") {
		b.WriteString("   " + line)
	}
	return b.String() + exitHelp
}

// flagHelp is a flag's lines: its names, the name of its value, which usage has
// in backquotes, and its default.
func flagHelp(f cli.DocGenerationFlag) string {
	names := f.(cli.Flag).Names()
	name := "--" + names[0]
	if len(names) > 1 {
		name = "-" + names[1] + ", " + name
	}
	usage, value := f.GetUsage(), ""
	if before, rest, ok := strings.Cut(usage, "`"); ok {
		var after string
		value, after, _ = strings.Cut(rest, "`")
		usage = before + value + after
	}
	if f.TakesValue() {
		name += " " + value
		if d := strings.Trim(f.GetDefaultText(), `"`); d != "" && d != "0" {
			usage += " (default " + strings.TrimSuffix(d, "0s") + ")"
		}
	}
	if len(name) > helpWidth-2 {
		return fmt.Sprintf("   %s\n   %*s%s\n", name, helpWidth, "", usage)
	}
	return fmt.Sprintf("   %-*s%s\n", helpWidth, name, usage)
}
