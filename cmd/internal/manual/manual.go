// Package manual has the commands that describe the program: the man page, from the
// commands' own table, and the JSON Schemas of what it reads and writes.
package manual

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
)

// Command is the command man. all returns the commands that the page is about.
func Command(p *call.Program, all func() []command.Command) command.Command {
	return command.Command{
		Name: "man", Usage: "print the man page", Args: "",
		About: `Prints the page ciobulk(1) in the format of man. The packages install it;
otherwise: ciobulk man > /usr/local/share/man/man1/ciobulk.1`,
		Examples: "ciobulk man | man -l -",
		Run: func(_ context.Context, args []string) error {
			if len(args) > 0 {
				return exit.Usage("man takes no argument", "the page is about all commands: ciobulk man | man -l -")
			}
			_, err := io.WriteString(p.Out, page(all()))
			return err
		},
	}
}

// page is the man page in roff.
func page(commands []command.Command) string {
	var b strings.Builder
	b.WriteString(`.TH CIOBULK 1 "" ciobulk "User commands"
.SH NAME
ciobulk \- move people, events, objects, segments between files and Customer.io
.SH SYNOPSIS
.B ciobulk
.I COMMAND
.RI [ flags ]
.IR FILE ...
.SH DESCRIPTION
Rows of CSV, JSONL, JSON and Excel files become people, events, deletes and segment changes in Customer.io, and people and segments come
out as files that go back in. Each command has its own help:
.B ciobulk COMMAND \-\-help
.SH COMMANDS
`)
	for _, c := range commands {
		writeCommand(&b, c, "ciobulk")
	}
	b.WriteString(".SH ENVIRONMENT\n")
	for _, line := range command.Environment() {
		fmt.Fprintf(&b, ".TP\n.B %s\n%s\n", escaped(line[0]), escaped(line[1]))
	}
	b.WriteString(".SH EXIT STATUS\n")
	for line := range strings.Lines(command.ExitCodesText) {
		if code, meaning, is := strings.Cut(strings.TrimSpace(line), " "); is && code != "EXIT" {
			fmt.Fprintf(&b, ".TP\n.B %s\n%s\n", code, escaped(strings.TrimSpace(meaning)))
		}
	}
	b.WriteString(`.SH FILES
.TP
.I .ciobulk
the runs: what was done, what was rejected, where to resume (\-\-state\-dir)
.SH SEE ALSO
https://github.com/ciobulk/ciobulk
`)
	return b.String()
}

// writeCommand writes the section of a command and those of its subs.
func writeCommand(b *strings.Builder, c command.Command, above string) {
	name := above + " " + c.Name
	fmt.Fprintf(b, ".SS %s\n%s\n", escaped(strings.TrimSpace(name+" "+c.Args)), escaped(sentence(c.Usage)))
	for paragraph := range strings.SplitSeq(strings.TrimSpace(c.About), "\n\n") {
		fmt.Fprintf(b, ".PP\n%s\n", escaped(strings.Join(strings.Fields(paragraph), " ")))
	}
	for _, f := range c.Flags {
		fmt.Fprintf(b, ".TP\n.B %s\n%s\n", escaped(strings.TrimSpace(names(f)+" "+f.Value)), escaped(usage(f)))
	}
	if c.Examples != "" {
		b.WriteString(".PP\n.nf\n")
		for line := range strings.Lines(strings.TrimSpace(c.Examples)) {
			b.WriteString(escaped(strings.TrimRight(line, "\n")) + "\n")
		}
		b.WriteString(".fi\n")
	}
	for _, sub := range c.Subs {
		if !slices.Contains([]string{"plan"}, c.Name) { // its subs are the verbs again
			writeCommand(b, sub, name)
		}
	}
}

func names(f command.Flag) string {
	if f.Short != "" {
		return "-" + f.Short + ", --" + f.Name
	}
	return "--" + f.Name
}

func usage(f command.Flag) string {
	if d := f.Into.Text(); d != "" && !f.IsSwitch() {
		return f.Usage + " (default " + d + ")"
	}
	return f.Usage
}

func sentence(text string) string { return strings.ToUpper(text[:1]) + text[1:] + "." }

// escaped is a line of text in roff.
func escaped(text string) string {
	text = strings.NewReplacer("\\", `\e`, "-", `\-`, "…", "...", "“", `\(lq`, "”", `\(rq`).Replace(text)
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		return `\&` + text
	}
	return text
}
