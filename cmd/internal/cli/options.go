package cli

import (
	"fmt"
	"strconv"
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/access"
	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/metrics"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/cmd/internal/verbs"
	"github.com/ciobulk/ciobulk/importer"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/ratelimit"
)

// The parts of help that a command's flags are shown in.
const (
	partInput    = call.PartInput
	partChoice   = "Which rows"
	partSend     = "Sending"
	partEvents   = "Events"
	partAccident = "Against accidents"
	partSegment  = "The segment"
	partChanged  = "Only what changed"
)

// matchWords are the identifiers that people and objects are found by.
var matchWords = []string{"id", "email", "cio_id", "phone", "anonymous_id", "object_id", "cio_object_id"}

// mappingOptions say what becomes of rows.
type mappingOptions struct {
	Mapping, Match, Where string
	ObjectType            int64 // 0: the mapping or a column says it
}

func (o *mappingOptions) flags(v verbs.Verb) []command.Flag {
	flags := []command.Flag{
		{Name: "mapping", Short: "m", Value: "FILE", Single: true, Part: partInput, Fixed: true, Into: command.Word(&o.Mapping), Usage: "the mapping, a YAML file"},
		{Name: "match", Value: "FIELD[=COLUMN]", Single: true, Known: matchWords, Part: partInput, Fixed: true, Into: command.Word(&o.Match), Usage: "how rows identify " + ui.Plural(v.Subject()) + ": " + v.Matches() + "; overrides the mapping's match"},
		{Name: "where", Value: "EXPRESSION", Single: true, Part: partInput, Fixed: true, Into: command.Word(&o.Where), Usage: "only rows for which it is true, in addition to the mapping's where"},
	}
	if v.Objects() {
		flags = append(flags, command.Flag{Name: "object-type", Value: "ID", Single: true, Part: partInput, Fixed: true, Into: command.Whole(&o.ObjectType, 1, 1<<53, "the number of a type of objects"), Usage: "the type of the objects, a number of Customer.io"})
	}
	return flags
}

// selectOptions take part of the rows.
type selectOptions struct {
	Skip, Limit int64
}

func (o *selectOptions) flags() []command.Flag {
	return []command.Flag{
		{Name: "skip", Value: "N", Part: partInput, Into: command.Whole(&o.Skip, 0, 1<<62, "a number of rows"), Usage: "leave out the first N rows"},
		{Name: "limit", Value: "N", Part: partInput, Into: command.Whole(&o.Limit, 1, 1<<62, "a number of rows"), Usage: "stop after N rows"},
	}
}

// segmentOptions name the segment.
type segmentOptions struct {
	Segment string
	Create  bool
}

func (o *segmentOptions) flags(remove bool) []command.Flag {
	flags := []command.Flag{{Name: "segment", Value: "ID|NAME", Single: true, Part: partSegment, Fixed: true, Into: command.Word(&o.Segment), Usage: "the manual segment; a name needs an App API key"}}
	if !remove {
		flags = append(flags, command.Flag{Name: "create", Part: partSegment, Into: command.OnOff(&o.Create), Usage: "create the segment if no segment has that name"})
	}
	return flags
}

// eventOptions are about what people did.
type eventOptions struct {
	EventIDs   string // derived or run
	NoTriggers bool
}

func (o *eventOptions) flags() []command.Flag {
	o.EventIDs = "derived"
	return []command.Flag{
		{Name: "event-ids", Value: "derived|run", Part: partEvents, Fixed: true, Into: command.Choice(&o.EventIDs, []string{"derived", "run"}), Usage: "run: new ids, to send the same file again on purpose"},
		o.noTriggers(),
	}
}

func (o *eventOptions) noTriggers() command.Flag {
	return command.Flag{Name: "no-triggers", Part: partEvents, Fixed: true, Into: command.OnOff(&o.NoTriggers), Usage: "leave out events that can start campaigns: younger than 72 h, or without a timestamp"}
}

// paceOptions are how fast rows are sent, and when to give up.
type paceOptions struct {
	Rate        float64 // requests a second, of all shards together
	Concurrency int64
	BatchRows   int64
	Shard       string
	Outage      time.Duration
	MaxErrors   string

	rateGiven bool
	shard     mapping.Shard
	budget    importer.Budget
}

func (o *paceOptions) flags(maxPerSecond float64) []command.Flag {
	o.Rate, o.Concurrency, o.BatchRows, o.Outage = 100, 16, 1000, 10*time.Minute
	o.shard = mapping.Shard{Index: 1, Count: 1}
	return []command.Flag{
		{Name: "rate", Value: "N", Part: partSend, Into: rate{&o.Rate, maxPerSecond, &o.rateGiven}, Usage: "requests per second, at most 1000"},
		{Name: "concurrency", Value: "N", Part: partSend, Into: command.Whole(&o.Concurrency, 1, 256, "a number of requests"), Usage: "requests in flight at once"},
		{Name: "batch-rows", Value: "N", Part: partSend, Into: command.Whole(&o.BatchRows, 1, 10_000, "a number of rows"), Usage: "rows per request; a request also has at most 500,000 bytes"},
		{Name: "shard", Value: "I/N", Part: partSend, Into: command.Parsed(&o.Shard, o.parseShard), Usage: "process shard I of N, at 1/N of --rate"},
		{Name: "outage", Value: "DURATION", Part: partSend, Into: command.Duration(&o.Outage), Usage: "how long to wait for an unavailable service"},
		{Name: "max-errors", Value: "N|N%", Part: partSend, Into: command.Parsed(&o.MaxErrors, o.parseBudget), Usage: "stop after more rejected rows than this"},
	}
}

// takeRate takes the rate that the file of credentials names, unless the call names one.
func (o *paceOptions) takeRate(a *access.Access) error {
	rate, err := a.Rate()
	if rate > 0 && !o.rateGiven {
		o.Rate = rate
	}
	return err
}

// perSecond is how many requests a second this process may send.
func (o *paceOptions) perSecond() float64 { return o.Rate / float64(o.shard.Count) }

// maxShards bounds N of --shard.
const maxShards = 1000

func (o *paceOptions) parseShard(text string) (accepted string) {
	var s mapping.Shard
	var rest string
	n, _ := fmt.Sscanf(text+" ", "%d/%d%s", &s.Index, &s.Count, &rest)
	if n != 2 || s.Index < 1 || s.Count < s.Index || s.Count > maxShards || text != fmt.Sprintf("%d/%d", s.Index, s.Count) {
		return fmt.Sprintf("it is I/N, such as 1/4 to 4/4; N is at most %d", maxShards)
	}
	o.shard = s
	return ""
}

func (o *paceOptions) parseBudget(text string) (accepted string) {
	var b bound
	if accepted := b.parse(text, "rows"); accepted != "" {
		return accepted
	}
	if b.IsShare && b.Percent == 0 {
		return "the percentage is above 0; for no rejected rows at all, write 0"
	}
	o.budget = importer.Budget{Bounded: true, Rows: b.N, Percent: b.Percent}
	return ""
}

// runOptions are about the record of the run and what it leaves.
type runOptions struct {
	call.ResumeOptions
	Rejected, Summary, Report, Metrics string
}

func (o *runOptions) flags() []command.Flag {
	return append(o.ResumeOptions.Flags("for cron: continue the unfinished run if the input is still the same, otherwise start again; not for events"),
		command.Flag{Name: "rejected", Value: "FILE", Part: call.PartRecord, Into: command.Word(&o.Rejected), Usage: "also write the rejected rows to FILE"},
		command.Flag{Name: "summary", Value: "FILE", Part: call.PartRecord, Into: command.Word(&o.Summary), Usage: "also write the summary (JSON) to FILE"},
		command.Flag{Name: "report", Value: "FILE", Part: call.PartRecord, Into: command.Word(&o.Report), Usage: "also write what the run came to as a page of HTML to FILE"},
		metrics.Flag(&o.Metrics))
}

// consentOptions are against accidents.
type consentOptions struct {
	Workspace int64
	Yes       bool
	Expect    int64 // negative: not given
	MaxDelete string
	Receipt   string // clear, hash, or empty: as the run had it that is retried, or clear

	maxDelete bound
}

func (o *consentOptions) flags(destroys bool) []command.Flag {
	o.Expect = -1
	flags := []command.Flag{{Name: "workspace", Value: "ID", Part: partAccident, Fixed: true, Into: command.Whole(&o.Workspace, 1, 1<<62, "the number that ciobulk check prints"), Usage: "refuse to write to any other workspace"}}
	if !destroys {
		return flags
	}
	return append(flags,
		command.Flag{Name: "yes", Part: partAccident, Into: command.OnOff(&o.Yes), Usage: "do not ask; needs --expect"},
		command.Flag{Name: "expect", Value: "N", Part: partAccident, Into: command.Count(&o.Expect, "the number of distinct people"), Usage: "the number of distinct people or objects that are deleted, suppressed, unsuppressed or merged"},
		command.Flag{Name: "max-delete", Value: "N|N%", Part: partAccident, Into: command.Parsed(&o.MaxDelete, o.parseMaxDelete), Usage: "stop if more than N of them (or N% of the workspace's people) are affected"},
		command.Flag{Name: "receipt-identifiers", Value: "clear|hash", Part: partAccident, Fixed: true, Into: command.Choice(&o.Receipt, []string{"clear", "hash"}), Usage: "how receipt.csv names people (default clear)"})
}

func (o *consentOptions) parseMaxDelete(text string) (accepted string) {
	return o.maxDelete.parse(text, "people")
}

func (o *consentOptions) check() error {
	if o.Yes && o.Expect < 0 {
		return exit.Usage("--yes needs --expect N, the number of distinct people", "run the command without --yes at a terminal to see the number")
	}
	return nil
}

// rate is requests per second.
type rate struct {
	to    *float64
	max   float64
	given *bool
}

// minRate is one request an hour.
const minRate = ratelimit.MinPerSecond

func (k rate) Set(text string) string {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n >= minRate && n <= k.max) {
		return fmt.Sprintf("it is a number of requests per second, from one an hour (0.0003) to %g", k.max)
	}
	*k.to, *k.given = n, true
	return ""
}

func (k rate) Text() string { return strconv.FormatFloat(*k.to, 'g', -1, 64) }
func (k rate) Field() any   { return k.to }
