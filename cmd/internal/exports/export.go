// Package exports has the command export: people, segments, deliveries and activities
// to files.
package exports

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/metrics"
	"github.com/ciobulk/ciobulk/exporter"
)

const (
	partExport = "What to export"
	partFile   = "The file"
)

// options are those of all exports. Which of them have flags depends on what
// is exported.
type options struct {
	call.AskOptions
	call.TalkOptions
	call.ResumeOptions
	Summary   string
	Metrics   string
	Simulate  bool
	Workspace int64

	Output, Format       string
	Overwrite, NoMapping bool

	Segment, Filter  string
	Attributes       string
	IdentifiersOnly  bool
	Via              string
	Campaign         int64
	Newsletter       int64
	Transactional    int64
	Action           int64
	Metric           string
	Type, Since      string
	From, To         string
	fromTime, toTime int64 // Unix seconds; 0: not given
}

// Command is export, with a command for each kind of export.
func Command(p *call.Program) command.Command {
	return command.Command{
		Name: "export", Usage: "export people, segments, deliveries and activities to files", Args: "people|segment|segments|deliveries|activities -o FILE",
		About: `Reads from the App API of Customer.io and writes CSV or JSONL files. Needs an App
API key.`,
		Examples: `ciobulk export people -o people.csv
ciobulk export segment --segment Newsletter -o newsletter.csv
ciobulk export activities --since last -o activities.jsonl.gz`,
		Missing: "export needs one of people, segment, segments, deliveries, activities",
		Subs: []command.Command{
			exportOf(p, exporter.People), exportOf(p, exporter.Segment), exportOf(p, exporter.Segments),
			exportOf(p, exporter.Deliveries), exportOf(p, exporter.Activities),
		},
	}
}

const exportFileHelp = ` The name of FILE says its format: .csv or .jsonl, also with
.gz or .zst; - is standard output. FILE appears when it is complete.`

// exportHelp is what help says of each export.
var exportHelp = map[exporter.What]struct{ usage, about, examples string }{
	exporter.People: {"export people and their attributes", `Writes one row per person: id, email, cio_id and all
attributes, or those of a segment or filter. Values are text, as the App API gives them. A mapping
that sends the file back is written beside it. A file that has fewer people than Customer.io counts
is reported with exit code 3.` + exportFileHelp, `ciobulk export people -o people.csv
ciobulk export people --segment News --attributes plan -o people.jsonl.gz
ciobulk export people --identifiers-only -o everyone.csv
ciobulk export people --filter @pro.json -o pro.csv`},
	exporter.Segment: {"export the members of a segment", `Writes the id, email and cio_id of each member of a
segment, manual or dynamic.` + exportFileHelp, `ciobulk export segment --segment Newsletter -o newsletter.csv
ciobulk export segment --segment 7 -o - | wc -l`},
	exporter.Segments: {"export the list of segments", `Writes one row per segment of the workspace.` + exportFileHelp,
		`ciobulk export segments -o segments.csv`},
	exporter.Deliveries: {"export the deliveries of campaigns and messages", `Writes one row per delivery of a campaign, a
newsletter, a transactional message or an action, of the last six months or of a range of dates.
Customer.io prepares the files, one for each month.` + exportFileHelp, `ciobulk export deliveries --campaign 7 -o deliveries.csv
ciobulk export deliveries --newsletter 12 --from 2025-01-01 -o newsletter.csv`},
	exporter.Activities: {"export what happened to people", `Writes one row per activity: events, changes of attributes, failed
changes and so on. Customer.io keeps activities for 30 days. With --since last, an export starts
where the last one of the same type ended, and no activity is exported twice.` + exportFileHelp,
		`ciobulk export activities --type failed_attribute_change -o failed.csv
ciobulk export activities --since last -o activities.jsonl`},
}

func exportOf(p *call.Program, what exporter.What) command.Command {
	o, help := &options{}, exportHelp[what]
	return command.Command{
		Name: string(what), Usage: help.usage, About: help.about, Examples: help.examples,
		Options: o, Flags: o.flags(what),
		Run: func(ctx context.Context, args []string) error {
			files := []call.Protected{{What: "the credentials file", Path: o.Credentials}, {What: "the file of the export", Path: o.Output}}
			return metrics.Watch(ctx, p, o.Metrics, "export "+string(what), files, func() error { return o.run(ctx, p, what, args) })
		},
	}
}

func (o *options) flags(what exporter.What) []command.Flag {
	flags := append(o.whatFlags(what),
		command.Flag{Name: "output", Short: "o", Value: "FILE", Part: partFile, Into: command.Word(&o.Output), Usage: "the file to write; - is standard output"},
		command.Flag{Name: "format", Value: "csv|jsonl[.gz|.zst]", Part: partFile, Into: command.Word(&o.Format), Usage: "the format of the file, if its name does not say it"},
		command.Flag{Name: "overwrite", Part: partFile, Into: command.OnOff(&o.Overwrite), Usage: "replace an existing file"})
	if what == exporter.People {
		flags = append(flags, command.Flag{Name: "no-mapping", Part: partFile, Into: command.OnOff(&o.NoMapping), Usage: "do not write a mapping beside the file"})
	}
	flags = append(flags, o.ResumeOptions.Flags("for cron: continue the unfinished export if it is the same, otherwise start again")...)
	flags = append(flags,
		command.Flag{Name: "summary", Value: "FILE", Part: call.PartRecord, Into: command.Word(&o.Summary), Usage: "also write the summary (JSON) to FILE"}, metrics.Flag(&o.Metrics))
	flags = append(flags, o.TalkOptions.Flags()...)
	flags = append(flags, o.AskOptions.Flags()...)
	o.Outage = 10 * time.Minute
	return append(flags, command.Flag{Name: "simulate", Part: call.PartSafety, Into: command.OnOff(&o.Simulate), Usage: "read from an empty Customer.io inside this process"})
}

// whatFlags are those about what is exported.
func (o *options) whatFlags(what exporter.What) []command.Flag {
	segment := command.Flag{Name: "segment", Value: "ID|NAME", Single: true, Part: partExport, Into: command.Word(&o.Segment), Usage: "only the people in this segment"}
	id := func(name string, to *int64, of string) command.Flag {
		return command.Flag{Name: name, Value: "ID", Part: partExport, Into: command.Whole(to, 1, 1<<62, "the id of "+of), Usage: "the deliveries of " + of}
	}
	switch what {
	case exporter.People:
		return []command.Flag{segment,
			{Name: "filter", Value: "JSON|@FILE", Single: true, Part: partExport, Into: command.Word(&o.Filter), Usage: "only the people that a filter of the App API selects"},
			{Name: "attributes", Value: "A,B", Part: partExport, Into: command.Word(&o.Attributes), Usage: "only these attributes (default all)"},
			{Name: "identifiers-only", Part: partExport, Into: command.OnOff(&o.IdentifiersOnly), Usage: "id, email and cio_id, and no attributes"},
			{Name: "via", Value: "pages|job", Part: partExport, Into: command.Choice(&o.Via, []string{"pages", "job"}), Usage: "read pages of people, or a file that Customer.io prepares (default: by the number of people)"},
			{Name: "workspace", Value: "ID", Part: partExport, Into: command.Whole(&o.Workspace, 1, 1<<62, "the number that ciobulk check prints"), Usage: "the workspace of the App API key, where the account has several"}}
	case exporter.Segment:
		segment.Usage = "the segment"
		return []command.Flag{segment}
	case exporter.Deliveries:
		return append([]command.Flag{id("campaign", &o.Campaign, "a campaign"), id("newsletter", &o.Newsletter, "a newsletter"),
			id("transactional", &o.Transactional, "a transactional message"), id("action", &o.Action, "an action of a campaign"),
			{Name: "metric", Value: "NAME", Part: partExport, Into: command.Word(&o.Metric), Usage: "only deliveries with this metric, such as sent, opened or bounced"},
			{Name: "attributes", Value: "A,B", Part: partExport, Into: command.Word(&o.Attributes), Usage: "more columns: attributes of the recipients"}}, o.dateFlags("six months")...)
	case exporter.Activities:
		return append([]command.Flag{{Name: "type", Value: "TYPE", Part: partExport, Into: command.Word(&o.Type), Usage: "only activities of this type, such as event or failed_attribute_change"},
			{Name: "since", Value: "last", Part: partExport, Into: command.Choice(&o.Since, []string{"last"}), Usage: "start where the last export with --since last ended"}}, o.dateFlags("30 days")...)
	}
	return nil
}

func (o *options) dateFlags(usual string) []command.Flag {
	return []command.Flag{
		{Name: "from", Value: "DATE", Part: partExport, Into: command.Parsed(&o.From, dateInto(&o.fromTime)), Usage: "from this date or time on, UTC (default: the last " + usual + ")"},
		{Name: "to", Value: "DATE", Part: partExport, Into: command.Parsed(&o.To, dateInto(&o.toTime)), Usage: "up to the beginning of this date, or to this time, UTC (default: now)"},
	}
}

// dateInto reads a date or a time into Unix seconds.
func dateInto(to *int64) func(string) string {
	return func(text string) string {
		for _, layout := range []string{time.DateOnly, time.RFC3339} {
			if t, err := time.Parse(layout, text); err == nil {
				*to = t.Unix()
				return ""
			}
		}
		return "it is a date such as 2026-01-31, or a time such as 2026-01-31T08:00:00Z"
	}
}

// query is what the options ask for, as far as they say it alone.
func (o *options) query(what exporter.What) (q exporter.Query, err error) {
	q = exporter.Query{What: what, IdentifiersOnly: o.IdentifiersOnly, Via: exporter.Via(o.Via), WorkspaceID: o.Workspace,
		Campaign: o.Campaign, Newsletter: o.Newsletter, Transactional: o.Transactional, Action: o.Action, Metric: o.Metric,
		Type: o.Type, Since: o.Since == "last", From: o.fromTime, To: o.toTime}
	for name := range strings.SplitSeq(o.Attributes, ",") {
		if name = strings.TrimSpace(name); name != "" {
			q.Attributes = append(q.Attributes, name)
		}
	}
	if q.Filter, err = filterOf(o.Filter); err != nil {
		return q, err
	}
	given := 0
	for _, id := range []int64{o.Campaign, o.Newsletter, o.Transactional, o.Action} {
		if id > 0 {
			given++
		}
	}
	switch {
	case what == exporter.Segment && o.Segment == "":
		return q, exit.Usage("no segment", "give --segment ID or NAME; ciobulk segment list shows all")
	case what == exporter.Deliveries && given != 1:
		return q, exit.Usage(fmt.Sprintf("%d of --campaign, --newsletter, --transactional and --action are given", given), "give exactly one")
	case q.IdentifiersOnly && len(q.Attributes) > 0:
		return q, exit.Usage("--identifiers-only and --attributes exclude each other", "give one of them")
	case q.Since && q.From > 0:
		return q, exit.Usage("--since and --from exclude each other", "give one of them")
	case q.From > 0 && q.To > 0 && q.From >= q.To:
		return q, exit.Usage("--from is not before --to", "--to is the end of the range")
	case q.From > time.Now().Unix():
		return q, exit.Usage("--from is in the future", "")
	}
	return q, nil
}

// filterOf reads --filter: an object of JSON, or @ and a file that has one.
func filterOf(text string) (json.RawMessage, error) {
	if text == "" {
		return nil, nil
	}
	source := []byte(text)
	if name, isFile := strings.CutPrefix(text, "@"); isFile {
		var err error
		if source, err = os.ReadFile(name); err != nil {
			return nil, exit.Usage(fmt.Sprintf("--filter: %v", err), "")
		}
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(source, &object); err != nil || len(object) != 1 {
		return nil, exit.Usage("--filter is not a filter", `it is an object with one of and, or, not, segment and attribute, such as {"attribute":{"field":"plan","operator":"eq","value":"pro"}}`)
	}
	return json.Marshal(object)
}

// outputProblem words what is wrong with the file.
func outputProblem(err error) error {
	e, ok := errors.AsType[*exporter.OutputError](err)
	if !ok {
		return err
	}
	switch e.Problem {
	case exporter.Exists:
		return exit.Usage("--output: "+e.Error(), "choose another name, or add --overwrite")
	case exporter.NotRegular:
		return exit.Usage("--output: "+e.Error(), "choose another name, or - for standard output")
	}
	return exit.Usage("--output: "+e.Error(), "end the name in .csv, .jsonl, .csv.gz or the like, or add --format")
}
