package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/urfave/cli/v2"
)

func (p *program) getCommand() *cli.Command {
	return &cli.Command{
		Name: "get", Usage: "look a person up", ArgsUsage: "PERSON",
		Description: `Prints the attributes of a person and the segments that they are in, as the App
API tells them: every value as text, and some seconds after it was written. Needs an
App API key. A person who is not there is exit code 3.`,
		UsageText: `ciobulk get 1234
ciobulk get ada@example.com --match email
ciobulk get a3000001 --match cio_id --format json`,
		Flags: appFlags(
			&cli.StringFlag{Category: partOutput, Name: "match", Value: "id", Usage: "find the person by `id|email|cio_id`"},
			&cli.StringFlag{Category: partOutput, Name: "format", Value: "table", Usage: "print as `table|json`"}),
		Action: p.get,
	}
}

// found is what get prints.
type found struct {
	customerio.PersonRef
	Attributes   map[string]string    `json:"attributes"`
	Unsubscribed bool                 `json:"unsubscribed"`
	Devices      int                  `json:"devices"`
	Segments     []customerio.Segment `json:"segments"`
}

func (p *program) get(c *cli.Context) error {
	value, match, format := strings.TrimSpace(c.Args().First()), customerio.Match(c.String("match")), c.String("format")
	switch {
	case c.NArg() != 1 || value == "":
		return usage("get takes one person", "for example ciobulk get ada@example.com --match email")
	case match != customerio.ID && match != customerio.Email && match != customerio.CioID:
		return usage(fmt.Sprintf("--match is %q", match), "it is id, email or cio_id")
	case format != "table" && format != "json":
		return usage(fmt.Sprintf("--format is %q", format), "it is table or json")
	}
	if match == customerio.CioID {
		value = strings.TrimPrefix(value, "cio_")
	}
	ctx, stop := interrupted()
	defer stop()
	app, err := p.openApp(ctx, c)
	if err != nil {
		return err
	}
	person, err := app.Person(ctx, match, value)
	if notFound(err) {
		return &exitError{exitRejected, fmt.Sprintf("nobody has the %s %q", match, value), "what was written lately shows after some seconds"}
	}
	if err != nil {
		return err
	}
	segments, err := app.PersonSegments(ctx, match, value)
	if err != nil && !notFound(err) {
		return err
	}
	return printPerson(p.out, format, found{person.PersonRef, person.Attributes, person.Unsubscribed, person.Devices, segments})
}

func printPerson(out io.Writer, format string, f found) error {
	if format == "json" {
		f.Segments = append([]customerio.Segment{}, f.Segments...) // a list, also of none
		return printJSON(out, f)
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, line := range [][2]string{{"id", f.ID}, {"email", f.Email}, {"cio_id", f.CioID}} {
		fmt.Fprintf(w, "%s\t%s\n", line[0], rows.Printable(line[1]))
	}
	fmt.Fprintf(w, "unsubscribed\t%t\ndevices\t%d\n", f.Unsubscribed, f.Devices)
	for _, name := range slices.Sorted(maps.Keys(f.Attributes)) {
		if name != "id" && name != "email" && name != "cio_id" && name != "unsubscribed" {
			fmt.Fprintf(w, "%s\t%s\n", rows.Printable(name), rows.Printable(f.Attributes[name]))
		}
	}
	for _, s := range f.Segments {
		fmt.Fprintf(w, "segment %d\t%s\n", s.ID, rows.Printable(s.Name))
	}
	return w.Flush()
}

func printJSON(out io.Writer, v any) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}
