package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/ratelimit"
	"github.com/urfave/cli/v2"
)

func (p *program) checkCommand() *cli.Command {
	return &cli.Command{
		Name: "check", Usage: "are the credentials good, which workspace, which region", ArgsUsage: " ",
		Description: `Asks Customer.io which workspace the credentials belong to: those of the Track API,
which every command needs that sends rows, and the App API key, if there is one.
Nothing is written.`,
		UsageText: `ciobulk check
ciobulk check --credentials ~/.config/ciobulk.env`,
		Flags:  appFlags(),
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
	ctx, stop := interrupted()
	defer stop()
	account, trackErr := p.checkTrack(ctx, c, values)
	appErr := p.checkApp(ctx, c, values, account)
	// One of them is returned: credentials that are refused before others.
	for _, err := range []error{trackErr, appErr} {
		if code, _ := classify(err); err != nil && code == exitCredentials {
			return err
		}
	}
	return errors.Join(trackErr, appErr)
}

func (p *program) checkTrack(ctx context.Context, c *cli.Context, values map[string]string) (account customerio.Account, err error) {
	track, err := p.track(c, values, ratelimit.New(10), nil)
	if err == nil {
		account, err = track.Locate(ctx)
	}
	if err != nil {
		fmt.Fprintf(p.out, "Track API  no   %v\n", err)
		return account, err
	}
	fmt.Fprintf(p.out, "Track API  ok   workspace %d, region %s, %s\n", account.WorkspaceID, account.Region, track.BaseURL())
	return account, nil
}

func (p *program) checkApp(ctx context.Context, c *cli.Context, values map[string]string, account customerio.Account) error {
	if values["CUSTOMERIO_APP_API_KEY"] == "" {
		fmt.Fprintf(p.out, "App API    not set; segments by name, get and shares of the workspace need CUSTOMERIO_APP_API_KEY\n")
		return nil
	}
	app, err := p.appClient(c, values, account.Region, nil, p.warn)
	if err == nil {
		err = app.Check(ctx)
	}
	if err != nil {
		fmt.Fprintf(p.out, "App API    no   %v\n", err)
		return err
	}
	fmt.Fprintf(p.out, "App API    ok   %s\n", workspaceName(ctx, app, account.WorkspaceID))
	return nil
}

// workspaceName names the workspace that the Track API's credentials are of, as
// the App API's key sees it.
func workspaceName(ctx context.Context, app *customerio.App, id int64) string {
	workspaces, err := app.Workspaces(ctx)
	if err != nil || id == 0 {
		return "the workspace's name is not known"
	}
	for _, w := range workspaces {
		if w.ID == id {
			return fmt.Sprintf("workspace %d is called %q and has %s", id, w.Name, counted(w.People, "person"))
		}
	}
	return fmt.Sprintf("the key is of an account without workspace %d", id)
}

func notFound(err error) bool {
	e, ok := errors.AsType[*customerio.Error](err)
	return ok && e.Trouble == customerio.NotFound
}
