package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/importer"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/urfave/cli/v2"
)

// The parts of help that a command's flags are shown in.
const (
	partInput    = "Rows"
	partChoice   = "Which rows"
	partSend     = "Sending"
	partRecord   = "Runs and reports"
	partSafety   = "Credentials and rehearsals"
	partEvents   = "Events"
	partAccident = "Against accidents"
	partSegment  = "The segment"
	partOutput   = "Output"
	partDraft    = "The draft"
)

// rowFlags are the flags of a verb that turns rows into operations.
func rowFlags(v verb) []cli.Flag {
	flags := append([]cli.Flag{
		&cli.StringFlag{Category: partInput, Name: "mapping", Aliases: []string{"m"}, Usage: "the mapping, a YAML `FILE`"},
		&cli.StringFlag{Category: partInput, Name: "match", Usage: "find people by `FIELD[=COLUMN]`: " + v.matches() + "; overrides the mapping's"},
	}, fileFlags()...)
	flags = append(flags,
		&cli.StringFlag{Category: partInput, Name: "where", Usage: "only rows for which the `EXPRESSION` holds, besides the mapping's where"},
		&cli.Int64Flag{Category: partInput, Name: "skip", Usage: "pass over the first `N` rows"},
		&cli.Int64Flag{Category: partInput, Name: "limit", Usage: "take `N` rows and no more"})
	if v.action == mapping.Member {
		flags = append(flags,
			&cli.StringFlag{Category: partSegment, Name: "segment", Usage: "the manual segment's `ID|NAME`; a name needs an App API key"})
		if !v.remove {
			flags = append(flags, &cli.BoolFlag{Category: partSegment, Name: "create", Usage: "make the segment if there is none of that name"})
		}
	}
	if v.action == mapping.Event || v.action == mapping.Page || v.action == mapping.Upsert {
		flags = append(flags, eventFlags()...)
	}
	return append(append(flags, runFlags()...), accidentFlags(v)...)
}

// fileFlags overrule what a file was found to be.
func fileFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Category: partInput, Name: "format", Usage: "read as `csv|jsonl|json|xlsx`, if not as detected; json is an array of objects"},
		&cli.StringFlag{Category: partInput, Name: "delimiter", Usage: "between CSV cells, one `CHARACTER` or tab, if not as detected"},
		&cli.StringFlag{Category: partInput, Name: "encoding", Usage: "of the text, a `NAME`, if not as detected: utf-8, utf-16le, utf-16be, windows-1252, iso-8859-1, iso-8859-15"},
		&cli.StringFlag{Category: partInput, Name: "sheet", Usage: "of a workbook: its `NAME|N`, if not the first one that shows"},
		&cli.StringFlag{Category: partInput, Name: "header", Value: "first", Usage: "`first|none`: none, if the first row is one like the others"},
		&cli.StringFlag{Category: partInput, Name: "columns", Usage: "with --header none, the columns' `NAMES` in their order, between commas; c1, c2 and so on without"},
	}
}

// eventFlags are those of what people did.
func eventFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Category: partEvents, Name: "event-ids", Value: "derived", Usage: "`derived|run`: run makes new ones, for sending the same file on purpose again"},
		&cli.BoolFlag{Category: partEvents, Name: "no-triggers", Usage: "filter events that can start campaigns: younger than 72 h, or without a timestamp"},
	}
}

// accidentFlags are those against accidents.
func accidentFlags(v verb) []cli.Flag {
	flags := []cli.Flag{&cli.Int64Flag{Category: partAccident, Name: "workspace", Usage: "refuse any workspace but the one with the id `N`"}}
	if !v.action.Destructive() && v.action != mapping.Upsert {
		return flags
	}
	return append(flags,
		&cli.BoolFlag{Category: partAccident, Name: "yes", Usage: "do not ask; needs --expect"},
		&cli.Int64Flag{Category: partAccident, Name: "expect", Usage: "the number of distinct people to be deleted, suppressed or unsuppressed, `N`"},
		&cli.StringFlag{Category: partAccident, Name: "max-delete", Usage: "refuse more people than `N|N%`, a share being one of the workspace's people"},
		&cli.StringFlag{Category: partAccident, Name: "receipt-identifiers", Value: "clear", Usage: "name people in receipt.csv `clear|hash`"})
}

// runFlags are the flags of whatever is a run.
func runFlags() []cli.Flag {
	return []cli.Flag{
		&cli.Float64Flag{Category: partSend, Name: "rate", Value: 100, Usage: "`N` requests a second, at most 1000"},
		&cli.IntFlag{Category: partSend, Name: "concurrency", Value: 16, Usage: "`N` requests in flight at once"},
		&cli.IntFlag{Category: partSend, Name: "batch-rows", Value: 1000, Usage: "`N` operations a request, besides the limit of 500,000 bytes"},
		&cli.StringFlag{Category: partSend, Name: "shard", Usage: "do part `I/N` of the people, at an Nth of the rate; other machines do the others"},
		&cli.DurationFlag{Category: partSend, Name: "outage", Value: 10 * time.Minute, Usage: "wait this `DURATION` for a service that is down"},
		&cli.StringFlag{Category: partSend, Name: "max-errors", Usage: "stop beyond `N` or N% rejected rows"},
		&cli.BoolFlag{Category: partRecord, Name: "resume", Usage: "continue the unfinished run of the same work, or begin if there is none"},
		&cli.BoolFlag{Category: partRecord, Name: "restart", Usage: "drop the unfinished run of the same work, and begin again"},
		&cli.StringFlag{Category: partRecord, Name: "state-dir", Value: ".ciobulk", Usage: "where runs are recorded, a `DIRECTORY`"},
		&cli.StringFlag{Category: partRecord, Name: "rejected", Usage: "write the rejected rows to `FILE` as well"},
		&cli.StringFlag{Category: partRecord, Name: "summary", Usage: "write the summary, JSON, to `FILE` as well"},
		&cli.BoolFlag{Category: partRecord, Name: "quiet", Usage: "print errors only"},
		&cli.StringFlag{Category: partRecord, Name: "log-format", Value: "text", Usage: "`text|json`; json is one object a line, and the summary as one line"},
		&cli.BoolFlag{Category: partRecord, Name: "no-progress", Usage: "no bar and no lines about progress"},
		&cli.StringFlag{Category: partSafety, Name: "credentials", Usage: "read credentials from `FILE` (NAME=value lines, mode 0600) over the environment"},
		&cli.BoolFlag{Category: partSafety, Name: "dry-run", Usage: "read, map and check everything, send nothing; needs no credentials"},
		&cli.BoolFlag{Category: partSafety, Name: "simulate", Usage: "send to a Customer.io inside this process instead of the real one"},
	}
}

// checkFlags refuses values that no run can have.
func (p *program) checkFlags(c *cli.Context) error {
	switch {
	case !(c.Float64("rate") > 0 && c.Float64("rate") <= p.mostPerSecond):
		return usage("--rate must be above 0 and at most 1000 requests a second", "1000 is the documented limit of the Track API")
	case c.Int("concurrency") < 1 || c.Int("concurrency") > 256:
		return usage("--concurrency must be between 1 and 256", "")
	case c.Int("batch-rows") < 1 || c.Int("batch-rows") > 10_000:
		return usage("--batch-rows must be between 1 and 10,000", "")
	case c.Int64("skip") < 0 || c.Int64("limit") < 0 || c.IsSet("limit") && c.Int64("limit") == 0:
		return usage("--skip and --limit count rows", "")
	case c.Duration("outage") < 0:
		return usage("--outage cannot be negative", "")
	case c.IsSet("event-ids") && c.String("event-ids") != "derived" && c.String("event-ids") != "run":
		return usage(fmt.Sprintf("--event-ids is %q", c.String("event-ids")), "it is derived or run")
	case c.IsSet("receipt-identifiers") && c.String("receipt-identifiers") != "clear" && c.String("receipt-identifiers") != "hash":
		return usage(fmt.Sprintf("--receipt-identifiers is %q", c.String("receipt-identifiers")), "it is clear or hash")
	case c.IsSet("workspace") && c.Int64("workspace") <= 0:
		return usage("--workspace is the number that ciobulk check prints", "")
	case c.IsSet("expect") && c.Int64("expect") < 0:
		return usage("--expect counts people", "")
	case c.Bool("yes") && !c.IsSet("expect"):
		return usage("--yes needs --expect N, the number of distinct people", "run without both at a terminal to see the number")
	case c.Bool("resume") && c.Bool("restart"):
		return usage("--resume and --restart exclude each other", "")
	case c.String("log-format") != "text" && c.String("log-format") != "json":
		return usage(fmt.Sprintf("--log-format is %q", c.String("log-format")), "it is text or json")
	}
	return nil
}

// maxShards bounds N of --shard.
const maxShards = 1000

// shard reads --shard. Without it there is one.
func shard(c *cli.Context) (s mapping.Shard, err error) {
	text := c.String("shard")
	if text == "" {
		return mapping.Shard{Index: 1, Count: 1}, nil
	}
	index, count, _ := strings.Cut(text, "/")
	s.Index, err = strconv.Atoi(index)
	if err == nil {
		s.Count, err = strconv.Atoi(count)
	}
	if err != nil || s.Index < 1 || s.Count < s.Index || s.Count > maxShards {
		return s, usage(fmt.Sprintf("--shard is %q", text), fmt.Sprintf("it is I/N, such as 1/4 to 4/4; N is at most %d", maxShards))
	}
	return s, nil
}

// budget reads --max-errors.
func budget(c *cli.Context) (importer.Budget, error) {
	text := c.String("max-errors")
	if text == "" {
		return importer.Budget{}, nil
	}
	wrong := usage(fmt.Sprintf("--max-errors is %q", text), "it is a number of rows, or a share such as 2%")
	if number, isShare := strings.CutSuffix(text, "%"); isShare {
		percent, err := strconv.ParseFloat(number, 64)
		if err != nil || !(percent > 0 && percent <= 100) {
			return importer.Budget{}, wrong
		}
		return importer.Budget{Bounded: true, Percent: percent}, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return importer.Budget{}, wrong
	}
	return importer.Budget{Bounded: true, Rows: n}, nil
}

func mode(c *cli.Context) importer.Mode {
	switch {
	case c.Bool("resume"):
		return importer.Resume
	case c.Bool("restart"):
		return importer.Restart
	}
	return importer.Refuse
}

// matches names the fields that a verb finds people by.
func (v verb) matches() string {
	if v.action == mapping.Member {
		return "id, email or cio_id"
	}
	return "id, email, cio_id or phone"
}

// appFlags are the flags of commands that only ask.
func appFlags(more ...cli.Flag) []cli.Flag {
	return append(more,
		&cli.StringFlag{Category: partSafety, Name: "credentials", Usage: "read credentials from `FILE` (NAME=value lines, mode 0600) over the environment"},
		&cli.DurationFlag{Category: partSafety, Name: "outage", Value: 10 * time.Second, Usage: "wait this `DURATION` for a service that is down"})
}
