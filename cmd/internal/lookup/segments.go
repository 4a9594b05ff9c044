package lookup

import (
	"context"
	"fmt"
	"io"
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

// segmentListOptions are those of segment list.
type segmentListOptions struct {
	call.AskOptions
	Format string
}

// SegmentListCommand is segment list.
func SegmentListCommand(p *call.Program) command.Command {
	o := &segmentListOptions{Format: "table"}
	return command.Command{
		Name: "list", Usage: "list the segments of the workspace",
		About:    "Prints the id, type, state and name of every segment. Only manual segments can be changed.",
		Examples: "ciobulk segment list\nciobulk segment list --format csv",
		Options:  o, Run: call.Bind(p, o.run),
		Flags: append([]command.Flag{call.FormatFlag(&o.Format, "table", "json", "csv")}, o.AskOptions.Flags()...),
	}
}

func (o *segmentListOptions) run(ctx context.Context, p *call.Program, args []string) error {
	if len(args) > 0 {
		return exit.Usage("segment list does not take a file", "ciobulk segment list")
	}
	ctx, stop := call.Interrupted(ctx)
	defer stop()
	_, segments, err := listSegments(ctx, p, o.AskOptions)
	if err != nil {
		return err
	}
	return printSegments(p.Out, o.Format, segments)
}

// listSegments returns all segments, and the client to ask for more.
func listSegments(ctx context.Context, p *call.Program, o call.AskOptions) (*customerio.App, []customerio.Segment, error) {
	app, err := access.ForApp(ctx, p.Env, o.Choice(), o.Outage, p.Warn)
	if err != nil {
		return nil, nil, err
	}
	segments, err := app.Segments(ctx)
	return app, segments, err
}

func printSegments(out io.Writer, format string, segments []customerio.Segment) error {
	if format == "json" {
		return call.PrintJSON(out, append([]customerio.Segment{}, segments...)) // a list, also of none
	}
	lines := [][]string{{"id", "type", "state", "name", "description"}}
	for _, s := range segments {
		lines = append(lines, []string{strconv.FormatInt(s.ID, 10), s.Type, s.State, s.Name, s.Description})
	}
	if format == "csv" {
		return call.PrintCSV(out, lines)
	}
	t := ui.Table{}
	t.Add("ID", "TYPE", "STATE", "NAME")
	for _, line := range lines[1:] {
		t.Add(line[0], rows.Printable(line[1]), rows.Printable(line[2]), rows.Printable(line[3]))
	}
	_, err := io.WriteString(out, t.String())
	return err
}

// segmentCreateOptions are those of segment create.
type segmentCreateOptions struct {
	call.AskOptions
	Description string
}

// SegmentCreateCommand is segment create.
func SegmentCreateCommand(p *call.Program) command.Command {
	o := &segmentCreateOptions{}
	return command.Command{
		Name: "create", Usage: "create an empty manual segment", Args: "NAME",
		About:    "Creates a manual segment without people, and prints its id.",
		Examples: "ciobulk segment create 'Spring 2026' --description 'bought in March'",
		Options:  o, Run: call.Bind(p, o.run),
		Flags: append([]command.Flag{{Name: "description", Value: "TEXT", Part: call.PartOutput, Into: command.Word(&o.Description), Usage: "what the segment is for"}}, o.AskOptions.Flags()...),
	}
}

func (o *segmentCreateOptions) run(ctx context.Context, p *call.Program, args []string) error {
	name := strings.TrimSpace(strings.Join(args, "\x00"))
	if len(args) != 1 || name == "" {
		return exit.Usage("segment create takes one name", `for example ciobulk segment create "Spring 2026"`)
	}
	ctx, stop := call.Interrupted(ctx)
	defer stop()
	app, segments, err := listSegments(ctx, p, o.AskOptions)
	if err != nil {
		return err
	}
	if same, found := segmentNamed(segments, name); found {
		return exit.Usage(fmt.Sprintf("segment %q exists already: %d, %s", name, same.ID, same.Type), "use it, or choose another name")
	}
	created, err := app.CreateSegment(ctx, name, o.Description)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.Out, "%d\n", created.ID)
	return err
}

func segmentNamed(segments []customerio.Segment, name string) (customerio.Segment, bool) {
	for _, s := range segments {
		if s.Name == name {
			return s, true
		}
	}
	return customerio.Segment{}, false
}
