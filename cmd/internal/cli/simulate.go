package cli

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/ciobulk/ciobulk/cmd/internal/access"
	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/internal/simulator"
)

// simulateOptions are those of simulate.
type simulateOptions struct {
	Port, Workspace int64
	Region, Faults  string
	Identifiers     string // empty: all kinds
	CountOnly       bool
	AutoMerge       bool

	faults simulator.Faults
}

const partSimulator = "The simulator"

func simulateCommand(p *call.Program) command.Command {
	o := &simulateOptions{Port: 8025, Workspace: 1, Region: "us"}
	return command.Command{
		Name: "simulate", Usage: "run a fake Customer.io locally, no account needed",
		About: `Serves the Track API, and what ciobulk needs of the App API, on this machine
until it is interrupted. It prints the environment variables that make other calls of ciobulk use
it; programs with the official clients can be tested against it. Its contents are at
/_simulator/people, objects, events, segments and stats.`,
		Examples: `ciobulk simulate
ciobulk simulate --port 0 --faults '{"every_429": 10, "latency": "50ms"}'`,
		Options: o, Run: call.Bind(p, o.run),
		Flags: []command.Flag{
			{Name: "port", Value: "N", Part: partSimulator, Into: command.Whole(&o.Port, 0, 65535, "a port"), Usage: "listen on this port of 127.0.0.1; 0 takes a free one"},
			{Name: "region", Value: "us|eu", Part: partSimulator, Into: command.Choice(&o.Region, []string{"us", "eu"}), Usage: "the region that it plays"},
			{Name: "workspace", Value: "ID", Part: partSimulator, Into: command.Whole(&o.Workspace, 1, 1<<62, "a workspace's id"), Usage: "the id of the workspace"},
			{Name: "faults", Value: "JSON", Part: partSimulator, Into: command.Parsed(&o.Faults, o.parseFaults), Usage: "what goes wrong; the documentation lists the names"},
			{Name: "identifiers", Value: "id|email|id,email", Part: partSimulator, Into: command.Choice(&o.Identifiers, []string{"id", "email", "id,email"}), Usage: "how people of the workspace are identified (default: in every way)"},
			{Name: "auto-merge", Part: partSimulator, Into: command.OnOff(&o.AutoMerge), Usage: "merge two people when an upsert has the only identifier of each"},
			{Name: "count-only", Part: partSimulator, Into: command.OnOff(&o.CountOnly), Usage: "count operations and keep nothing, for measurements"},
		},
	}
}

func (o *simulateOptions) parseFaults(text string) (accepted string) {
	if err := json.Unmarshal([]byte(text), &o.faults); err != nil {
		return fmt.Sprintf("%v; for example '{\"every_429\": 10}'", err)
	}
	return ""
}

func (o *simulateOptions) run(ctx context.Context, p *call.Program, args []string) error {
	if len(args) > 0 {
		return exit.Usage("simulate does not take a file", "to rehearse a run, add --simulate to its command")
	}
	config := simulator.Config{
		SiteID: access.SimulatedSite, APIKey: access.SimulatedKey, AppKey: access.SimulatedApp, Region: o.Region,
		WorkspaceID: o.Workspace, CountOnly: o.CountOnly, Faults: o.faults, Identifiers: o.Identifiers, AutoMerge: o.AutoMerge,
	}
	ctx, stop := call.Interrupted(ctx)
	defer stop()
	url, wait, err := simulator.Serve(ctx, fmt.Sprintf("127.0.0.1:%d", o.Port), simulator.New(config))
	if err != nil {
		return exit.Usage(err.Error(), "choose another --port; 0 finds a free one")
	}
	if _, err := fmt.Fprintf(p.Out, "export CUSTOMERIO_TRACK_URL=%s\nexport CUSTOMERIO_SITE_ID=%s\nexport CUSTOMERIO_API_KEY=%s\nexport CUSTOMERIO_APP_URL=%s\nexport CUSTOMERIO_APP_API_KEY=%s\n",
		url, access.SimulatedSite, access.SimulatedKey, url, access.SimulatedApp); err != nil {
		return err
	}
	p.Warn(fmt.Sprintf("simulating Customer.io, workspace %d (%s), until interrupted", config.WorkspaceID, config.Region))
	return wait()
}
