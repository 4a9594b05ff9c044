package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/ratelimit"
	"github.com/urfave/cli/v2"
)

func (p *program) checkCommand() *cli.Command {
	return &cli.Command{
		Name:  "check",
		Usage: "are the credentials good, which workspace, which region",
		Description: `Asks Customer.io which workspace the Track API credentials belong to.
Nothing is written.`,
		UsageText: `ciobulk check
ciobulk check --credentials ~/.config/ciobulk.env`,
		Flags: []cli.Flag{
			&cli.StringFlag{Category: "Flags", Name: "credentials", Usage: "read credentials from `FILE` (NAME=value lines, mode 0600) over the environment"},
			&cli.DurationFlag{Category: "Flags", Name: "outage", Value: 10 * time.Second, Usage: "wait this `DURATION` for a service that is down"},
		},
		Action: p.check,
	}
}

func (p *program) check(c *cli.Context) error {
	if c.NArg() > 0 {
		return usage("check takes no file", "")
	}
	values, err := p.settings(c.String("credentials"))
	if err != nil {
		return err
	}
	track, err := p.track(c, values, ratelimit.New(10), nil)
	if err != nil {
		return err
	}
	ctx, stop := interrupted()
	defer stop()
	account, err := track.Locate(ctx)
	if err != nil {
		var refused *customerio.Error
		if errors.As(err, &refused) {
			fmt.Fprintf(p.out, "Track API  no\n")
		}
		return err
	}
	fmt.Fprintf(p.out, "Track API  ok   workspace %d, region %s, %s\n", account.WorkspaceID, account.Region, track.BaseURL())
	if values["CUSTOMERIO_APP_API_KEY"] != "" {
		fmt.Fprintf(p.out, "App API    not checked; no command uses it yet\n")
	}
	return nil
}
