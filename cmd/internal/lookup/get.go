// Package lookup has the commands that only ask Customer.io: get, check, segment list
// and segment create; and what other commands look up in the same way.
package lookup

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/ciobulk/ciobulk/cmd/internal/access"
	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/rows"
)

// getOptions are those of get.
type getOptions struct {
	call.AskOptions
	Match, Format string
}

// GetCommand is get.
func GetCommand(p *call.Program) command.Command {
	o := &getOptions{Match: "id", Format: "table"}
	return command.Command{
		Name: "get", Usage: "look up a person", Args: "PERSON",
		About: `Prints the attributes and segments of a person as the App API has them: every
value as text, and some seconds after it was written. Needs an App API key. If the person does
not exist, the exit code is 3.`,
		Examples: `ciobulk get 1234
ciobulk get ada@example.com --match email
ciobulk get a3000001 --match cio_id --format json`,
		Options: o, Run: call.Bind(p, o.run),
		Flags: append([]command.Flag{
			{Name: "match", Value: "id|email|phone|cio_id", Part: call.PartOutput, Into: command.Choice(&o.Match, []string{"id", "email", "phone", "cio_id"}), Usage: "what PERSON is"},
			call.FormatFlag(&o.Format, "table", "json", "csv"),
		}, o.AskOptions.Flags()...),
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

func (o *getOptions) run(ctx context.Context, p *call.Program, args []string) error {
	value, match := strings.TrimSpace(strings.Join(args, " ")), customerio.Match(o.Match)
	if len(args) != 1 || value == "" {
		return exit.Usage("get takes one person", "for example ciobulk get ada@example.com --match email")
	}
	if match == customerio.CioID {
		value = strings.TrimPrefix(value, "cio_")
	}
	ctx, stop := call.Interrupted(ctx)
	defer stop()
	app, err := access.ForApp(ctx, p.Env, o.Choice(), o.Outage, p.Warn)
	if err != nil {
		return err
	}
	person, err := app.Person(ctx, match, value)
	if notFound(err) {
		return exit.New(exit.Rejected, fmt.Sprintf("no one has the %s %q", match, value), noSuchPerson(match, value))
	}
	if err != nil {
		return err
	}
	segments, err := app.PersonSegments(ctx, match, value)
	if err != nil && !notFound(err) {
		return err
	}
	return printPerson(p.Out, o.Format, found{person.PersonRef, person.Attributes, person.Unsubscribed, person.Devices, segments})
}

// noSuchPerson is the hint about a person who was not found.
func noSuchPerson(match customerio.Match, value string) string {
	if match == customerio.ID && strings.Contains(value, "@") {
		return "to look up an email address, add --match email"
	}
	return "a change takes some seconds until the App API shows it"
}

func printPerson(out io.Writer, format string, f found) error {
	if format == "json" {
		f.Segments = append([]customerio.Segment{}, f.Segments...) // a list, also of none
		return call.PrintJSON(out, f)
	}
	lines := [][]string{{"id", f.ID}, {"email", f.Email}, {"cio_id", f.CioID},
		{"unsubscribed", strconv.FormatBool(f.Unsubscribed)}, {"devices", strconv.Itoa(f.Devices)}}
	for _, name := range slices.Sorted(maps.Keys(f.Attributes)) {
		if name != "id" && name != "email" && name != "cio_id" && name != "unsubscribed" {
			lines = append(lines, []string{name, f.Attributes[name]})
		}
	}
	for _, s := range f.Segments {
		lines = append(lines, []string{fmt.Sprintf("segment %d", s.ID), s.Name})
	}
	if format == "csv" {
		return call.PrintCSV(out, append([][]string{{"name", "value"}}, lines...))
	}
	t := ui.Table{}
	for _, line := range lines {
		t.Add(rows.Printable(line[0]), rows.Printable(line[1]))
	}
	_, err := io.WriteString(out, t.String())
	return err
}
