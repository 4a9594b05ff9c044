package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/importer"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/urfave/cli/v2"
)

func (p *program) segmentCommand() *cli.Command {
	command := &cli.Command{
		Name: "segment", Usage: "manual segments: add, remove, list, create", ArgsUsage: "add|remove|list|create …",
		Description: `Lists of people that Customer.io keeps by hand. add and remove take files of
people; list and create need an App API key.`,
		UsageText: `ciobulk segment add people.csv --match email --segment Newsletter
ciobulk segment list
ciobulk segment create 'Spring 2026'`,
		Action: func(c *cli.Context) error {
			return usage("segment needs one of add, remove, list, create", "ciobulk segment --help")
		},
	}
	for _, v := range verbs {
		if v.action == mapping.Member {
			command.Subcommands = append(command.Subcommands, p.verbCommand(v, strings.TrimPrefix(v.name, "segment ")))
		}
	}
	command.Subcommands = append(command.Subcommands,
		&cli.Command{
			Name: "list", Usage: "the segments of the workspace", ArgsUsage: " ",
			Description: "Prints id, type, state and name of every segment. Only manual ones can be changed.",
			UsageText:   "ciobulk segment list\nciobulk segment list --format csv",
			Flags:       appFlags(&cli.StringFlag{Category: partOutput, Name: "format", Value: "table", Usage: "print as `table|csv|json`"}),
			Action:      p.segmentList,
		},
		&cli.Command{
			Name: "create", Usage: "make an empty manual segment", ArgsUsage: "NAME",
			Description: "Makes a manual segment that nobody is in, and prints its id.",
			UsageText:   "ciobulk segment create 'Spring 2026' --description 'bought in March'",
			Flags:       appFlags(&cli.StringFlag{Category: partOutput, Name: "description", Usage: "what it is for, a `TEXT`"}),
			Action:      p.segmentCreate,
		})
	return command
}

func (p *program) segmentList(c *cli.Context) error {
	if c.NArg() > 0 {
		return usage("segment list takes no file", "")
	}
	format := c.String("format")
	if format != "table" && format != "csv" && format != "json" {
		return usage(fmt.Sprintf("--format is %q", format), "it is table, csv or json")
	}
	ctx, stop := interrupted()
	defer stop()
	_, segments, err := p.segments(ctx, c)
	if err != nil {
		return err
	}
	return printSegments(p.out, format, segments)
}

// segments returns the segments that there are, and whom to ask for more.
func (p *program) segments(ctx context.Context, c *cli.Context) (*customerio.App, []customerio.Segment, error) {
	app, err := p.openApp(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	segments, err := app.Segments(ctx)
	return app, segments, err
}

func printSegments(out io.Writer, format string, segments []customerio.Segment) error {
	switch format {
	case "json":
		return printJSON(out, append([]customerio.Segment{}, segments...)) // a list, also of none
	case "csv":
		w := csv.NewWriter(out)
		_ = w.Write([]string{"id", "type", "state", "name", "description"}) // Flush tells
		for _, s := range segments {
			_ = w.Write([]string{strconv.FormatInt(s.ID, 10), s.Type, s.State, s.Name, s.Description})
		}
		w.Flush()
		return w.Error()
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tTYPE\tSTATE\tNAME")
	for _, s := range segments {
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\n", s.ID, rows.Printable(s.Type), rows.Printable(s.State), rows.Printable(s.Name))
	}
	return w.Flush()
}

func (p *program) segmentCreate(c *cli.Context) error {
	name := strings.TrimSpace(c.Args().First())
	if c.NArg() != 1 || name == "" {
		return usage("segment create takes one name", `for example ciobulk segment create "Spring 2026"`)
	}
	ctx, stop := interrupted()
	defer stop()
	app, segments, err := p.segments(ctx, c)
	if err != nil {
		return err
	}
	if same, found := segmentNamed(segments, name); found {
		return usage(fmt.Sprintf("there is a segment called %q already: %d, %s", name, same.ID, same.Type), "")
	}
	made, err := app.CreateSegment(ctx, name, c.String("description"))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.out, "%d\n", made.ID)
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

// chooseSegment finds the segment that the run is about and makes sure, as far as
// can be told, that it is one to be changed by hand.
func (s *session) chooseSegment(ctx context.Context) error {
	if s.verb.action != mapping.Member {
		return nil
	}
	wanted := s.c.String("segment")
	if s.retried != nil {
		wanted = s.retried.recipe.Segment
	}
	if wanted == "" {
		wanted = s.mapping.Segment()
	}
	if wanted == "" {
		return usage("which segment?", "give --segment ID or NAME, or segment: in the mapping")
	}
	s.wanted = wanted
	id, err := strconv.ParseInt(wanted, 10, 64)
	isID := err == nil && id > 0
	switch {
	case s.app == nil && !isID:
		return usage(fmt.Sprintf("segment %q is given by its name, which needs CUSTOMERIO_APP_API_KEY", wanted), "set it, or give the segment's id")
	case s.app == nil && s.c.Bool("create"):
		return usage("--create needs CUSTOMERIO_APP_API_KEY", "set it, or make the segment in Customer.io and give its id")
	case s.app == nil:
		s.segment = customerio.Segment{ID: id}
	default:
		if err := s.lookUp(ctx, wanted, id, isID); err != nil {
			return err
		}
	}
	if s.segment.ID == 0 {
		return nil // makeSegment will
	}
	s.job.Call, err = customerio.SegmentCall(s.segment.ID, s.verb.remove, s.mapping.Match())
	return err
}

// makeSegment makes the segment that there was none of, once the run is on record.
func (s *session) makeSegment(ctx context.Context) (err error) {
	if s.verb.action != mapping.Member || s.segment.ID > 0 {
		return nil
	}
	if s.segment, err = s.app.CreateSegment(ctx, s.wanted, ""); err != nil {
		return err
	}
	s.report.note(fmt.Sprintf("made the manual segment %d, %q", s.segment.ID, s.wanted))
	s.job.Call, err = customerio.SegmentCall(s.segment.ID, s.verb.remove, s.mapping.Match())
	return err
}

// lookUp asks the App API for the segment. There may be none if it is to be made.
func (s *session) lookUp(ctx context.Context, wanted string, id int64, isID bool) error {
	segments, err := s.app.Segments(ctx)
	if err != nil {
		return err
	}
	var names []string
	byID := isID && slices.ContainsFunc(segments, func(s customerio.Segment) bool { return s.ID == id })
	if same := manualNamed(segments, wanted); !byID && len(same) > 1 {
		return usage(fmt.Sprintf("%d manual segments are called %q", len(same), wanted), fmt.Sprintf("give the id of one of them: %v", same))
	}
	for _, found := range byType(segments) {
		if byID && found.ID == id || !byID && found.Name == wanted {
			s.segment = found
			if found.Type != customerio.SegmentManual {
				return usage(fmt.Sprintf("segment %d, %q, is data-driven: Customer.io decides who is in it", found.ID, found.Name),
					"name a manual segment, see ciobulk segment list")
			}
			return nil
		}
		if found.Type == customerio.SegmentManual {
			names = append(names, found.Name)
		}
	}
	if s.c.Bool("create") {
		return nil
	}
	hint := "see ciobulk segment list, or give --create to make it"
	if near := mapping.Nearest(wanted, names); len(near) > 0 {
		hint = fmt.Sprintf("did you mean %s? %s", quotedNames(near), hint)
	} else if len(names) > 0 {
		hint = fmt.Sprintf("manual segments are %s; %s", quotedNames(names), hint)
	}
	return usage(fmt.Sprintf("there is no segment %q", wanted), hint)
}

// byType returns the segments with the manual ones in front.
func byType(segments []customerio.Segment) []customerio.Segment {
	sorted := slices.Clone(segments)
	slices.SortStableFunc(sorted, func(a, b customerio.Segment) int {
		return cmp.Compare(b.Type, a.Type) // manual, dynamic
	})
	return sorted
}

// manualNamed returns the ids of the manual segments of a name.
func manualNamed(segments []customerio.Segment, name string) (ids []int64) {
	for _, s := range segments {
		if s.Type == customerio.SegmentManual && s.Name == name {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

// quotedNames joins the first few names.
func quotedNames(names []string) string {
	const most = 5
	var quoted []string
	for _, name := range names[:min(len(names), most)] {
		quoted = append(quoted, strconv.Quote(name))
	}
	if len(names) > most {
		quoted = append(quoted, "…")
	}
	return strings.Join(quoted, ", ")
}

// How the segment's count is read after a run, which it lags behind by seconds.
const (
	countReads  = 6
	countEvery  = time.Second
	countWithin = 15 * time.Second
)

// countSegment returns the segment's count, or nil where nobody can tell.
func (s *session) countSegment(ctx context.Context) *int64 {
	if s.segment.ID == 0 || s.app == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, countWithin)
	defer cancel()
	n, err := s.app.SegmentCount(ctx, s.segment.ID)
	if err != nil {
		s.report.note(fmt.Sprintf("the segment's count is not known: %v", err))
		return nil
	}
	return &n
}

// compareSegment tells how much the segment has changed by: it asks until that is
// all that the run can have changed, or until the count stays the same.
func (s *session) compareSegment(ctx context.Context, before *int64, sum *importer.Summary) {
	if s.segment.ID == 0 || sum == nil {
		return
	}
	sum.Segment = &importer.SegmentChange{ID: s.segment.ID, Name: s.segment.Name, Before: before}
	if before == nil {
		return
	}
	for read, same := 0, 0; read < countReads && same < 2; read++ {
		if read > 0 && pause(ctx, countEvery) != nil {
			break
		}
		now := s.countSegment(ctx)
		if now == nil {
			return
		}
		if sum.Segment.After != nil && *sum.Segment.After == *now {
			same++
		}
		changed := *now - *before
		if s.verb.remove {
			changed = -changed
		}
		left := max(sum.Accepted-changed, 0)
		sum.Segment.After, sum.Segment.NoChange = now, &left
		if left == 0 {
			break
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
