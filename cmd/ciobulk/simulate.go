package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"

	"github.com/ciobulk/ciobulk/internal/simulator"
	"github.com/urfave/cli/v2"
)

func (p *program) simulateCommand() *cli.Command {
	return &cli.Command{
		Name:  "simulate",
		Usage: "be a Customer.io on this machine, to try things without an account",
		Description: `Serves the Track API, and what ciobulk asks of the App API, on loopback until it
is interrupted, and prints the environment that makes other calls of ciobulk use it.
What it holds can be read under /_simulator/people, events, segments and stats.`,
		UsageText: `ciobulk simulate
ciobulk simulate --port 8025 --faults '{"every_429": 10, "cut_after": 25, "latency": "50ms"}'`,
		Flags: []cli.Flag{
			&cli.IntFlag{Category: "Flags", Name: "port", Usage: "listen on port `N` of 127.0.0.1; 0 takes a free one", Value: 8025},
			&cli.StringFlag{Category: "Flags", Name: "region", Usage: "play `us|eu`", Value: "us"},
			&cli.Int64Flag{Category: "Flags", Name: "workspace", Usage: "the workspace's id, `N`", Value: 1},
			&cli.StringFlag{Category: "Flags", Name: "faults", Usage: "what goes wrong, as `JSON`; the README lists the names"},
			&cli.BoolFlag{Category: "Flags", Name: "count-only", Usage: "count operations and keep nothing, for measurements"},
		},
		Action: p.simulate,
	}
}

// The credentials of a simulated workspace. They open nothing.
const (
	simulatedSite = "simulated-site"
	simulatedKey  = "simulated-key"
	simulatedApp  = "simulated-app-key"
)

func (p *program) simulate(c *cli.Context) error {
	if c.NArg() > 0 {
		return usage("simulate takes no file", "to rehearse a run, give --simulate to its command")
	}
	config := simulator.Config{
		SiteID: simulatedSite, APIKey: simulatedKey, AppKey: simulatedApp, Region: c.String("region"),
		WorkspaceID: c.Int64("workspace"), CountOnly: c.Bool("count-only"),
	}
	if config.Region != "us" && config.Region != "eu" {
		return usage(fmt.Sprintf("--region is %q", config.Region), "it is us or eu")
	}
	if faults := c.String("faults"); faults != "" {
		if err := json.Unmarshal([]byte(faults), &config.Faults); err != nil {
			return usage(fmt.Sprintf("--faults: %v", err), `for example '{"every_429": 10}'`)
		}
	}
	ctx, stop := interrupted()
	defer stop()
	url, wait, err := simulator.Serve(ctx, fmt.Sprintf("127.0.0.1:%d", c.Int("port")), simulator.New(config))
	if err != nil {
		return usage(err.Error(), "another --port may be free; 0 finds one")
	}
	fmt.Fprintf(p.out, "export CUSTOMERIO_TRACK_URL=%s\nexport CUSTOMERIO_SITE_ID=%s\nexport CUSTOMERIO_API_KEY=%s\n", url, simulatedSite, simulatedKey)
	fmt.Fprintf(p.out, "export CUSTOMERIO_APP_URL=%s\nexport CUSTOMERIO_APP_API_KEY=%s\n", url, simulatedApp)
	fmt.Fprintf(p.err, "ciobulk: a simulated Customer.io, workspace %d (%s), until it is interrupted\n", config.WorkspaceID, config.Region)
	return wait()
}

// simulated starts a workspace inside this process and points values at it.
// end says what it holds and stops it.
func (s *session) simulated(values map[string]string) (end func(), err error) {
	ctx, cancel := context.WithCancel(context.Background())
	key := rand.Text() // so that nobody else on this machine can write to it
	w := simulator.New(simulator.Config{SiteID: simulatedSite, APIKey: key, AppKey: key})
	url, wait, err := simulator.Serve(ctx, "127.0.0.1:0", w)
	if err != nil {
		cancel()
		return nil, err
	}
	values["CUSTOMERIO_TRACK_URL"], values["CUSTOMERIO_REGION"] = url, ""
	values["CUSTOMERIO_SITE_ID"], values["CUSTOMERIO_API_KEY"] = simulatedSite, key
	values["CUSTOMERIO_APP_URL"], values["CUSTOMERIO_APP_API_KEY"] = url, key
	s.report.note("simulated: nothing leaves this machine")
	return func() {
		s.report.note(fmt.Sprintf("people in the simulated workspace: %s", grouped(int64(w.Stats().People))))
		cancel()
		_ = wait() // nobody is left to serve
	}, nil
}
