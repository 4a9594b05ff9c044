package lookup

import (
	"context"
	"errors"
	"fmt"

	"github.com/ciobulk/ciobulk/cmd/internal/access"
	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/ratelimit"
)

// checkOptions are those of check.
type checkOptions struct {
	call.AskOptions
	Format string
}

// CheckCommand is check.
func CheckCommand(p *call.Program) command.Command {
	o := &checkOptions{Format: "table"}
	return command.Command{
		Name: "check", Usage: "check credentials; show workspace and region",
		About: `Asks Customer.io which workspace the credentials belong to: those of the Track
API, which every command needs that sends rows, and the App API key, if there is one. Nothing is
written.`,
		Examples: "ciobulk check\nciobulk check --credentials ~/.config/ciobulk.env",
		Options:  o, Run: call.Bind(p, o.run),
		Flags: append([]command.Flag{call.FormatFlag(&o.Format, "table", "json", "csv")}, o.AskOptions.Flags()...),
	}
}

// checked is what check found out about one API.
type checked struct {
	API       string `json:"api"`    // Track or App
	Status    string `json:"status"` // ok, failed or not set
	Workspace int64  `json:"workspace,omitempty"`
	Region    string `json:"region,omitempty"`
	URL       string `json:"url,omitempty"`
	Message   string `json:"message,omitempty"`
	Profile   string `json:"profile,omitempty"` // that has the credentials
}

func (o *checkOptions) run(ctx context.Context, p *call.Program, args []string) error {
	if len(args) > 0 {
		return exit.Usage("check does not take a file", "ciobulk check")
	}
	a, err := access.Open(p.Env, o.Choice(), o.Outage, 0)
	if err != nil {
		return err
	}
	ctx, stop := call.Interrupted(ctx)
	defer stop()
	track, account, trackErr := checkTrack(ctx, a)
	app, appErr := checkApp(ctx, p, a, account)
	track.Profile, app.Profile = o.Profile, o.Profile
	if err := printChecked(p, o.Format, []checked{track, app}); err != nil {
		return err
	}
	// One of them is returned: credentials that are refused before others.
	for _, err := range []error{trackErr, appErr} {
		if code, _ := exit.Classify(err); err != nil && code == exit.Credentials {
			return err
		}
	}
	return errors.Join(trackErr, appErr)
}

func checkTrack(ctx context.Context, a *access.Access) (checked, customerio.Account, error) {
	var account customerio.Account
	track, err := a.Track(ratelimit.New(customerio.AppPerSecond), nil)
	if err == nil {
		account, err = track.Locate(ctx)
		if err = a.Mistaken(err); err == nil {
			err = a.Meant(account)
		}
	}
	if err != nil {
		return checked{API: "Track", Status: "failed", Message: err.Error()}, account, err
	}
	return checked{API: "Track", Status: "ok", Workspace: account.WorkspaceID, Region: account.Region, URL: track.BaseURL()}, account, nil
}

func checkApp(ctx context.Context, p *call.Program, a *access.Access, account customerio.Account) (checked, error) {
	if !a.HasApp() {
		return checked{API: "App", Status: "not set", Message: "segments by name, get, and percentages of the workspace need CUSTOMERIO_APP_API_KEY"}, nil
	}
	app, err := a.App(account.Region, nil, p.Warn)
	if err == nil {
		err = a.Mistaken(app.Check(ctx))
	}
	name := ""
	if err == nil {
		name, err = workspaceName(ctx, app, account.WorkspaceID)
	}
	if err != nil {
		return checked{API: "App", Status: "failed", Message: err.Error()}, err
	}
	return checked{API: "App", Status: "ok", URL: app.BaseURL(), Message: name}, nil
}

func printChecked(p *call.Program, format string, all []checked) error {
	lines := [][]string{{"api", "status", "workspace", "region", "url", "message"}}
	t := ui.Table{}
	if profile := all[0].Profile; profile != "" {
		t.Add("profile", ui.Safe(profile))
	}
	for _, c := range all {
		workspace, found := "", c.Message
		if c.Workspace != 0 {
			workspace, found = fmt.Sprint(c.Workspace), fmt.Sprintf("workspace %d, region %s, %s", c.Workspace, c.Region, c.URL)
		}
		lines = append(lines, []string{c.API, c.Status, workspace, c.Region, c.URL, c.Message})
		t.Add(c.API+" API", c.Status, ui.Safe(found))
	}
	switch format {
	case "json":
		return call.PrintJSON(p.Out, all)
	case "csv":
		return call.PrintCSV(p.Out, lines)
	}
	_, err := fmt.Fprint(p.Out, t.String())
	return err
}

// workspaceName names the workspace of the Track API's credentials as the App API's
// key sees it. A key of another account is an error.
func workspaceName(ctx context.Context, app *customerio.App, id int64) (string, error) {
	w, err := WorkspaceOf(ctx, app, id)
	if err != nil || w == nil {
		return "the workspace's name is unknown", err
	}
	return fmt.Sprintf("workspace %d is called %q and has %s", id, w.Name, ui.Counted(w.People, "person")), nil
}

// WorkspaceOf returns what the App API knows of the workspace of the Track API's
// credentials, nil if it does not say. A key of another account is an error.
func WorkspaceOf(ctx context.Context, app *customerio.App, id int64) (*customerio.Workspace, error) {
	workspaces, err := app.Workspaces(ctx)
	if err != nil || id == 0 {
		return nil, nil // a key of a narrow scope may not ask
	}
	for _, w := range workspaces {
		if w.ID == id {
			return &w, nil
		}
	}
	return nil, OtherAccount(id)
}

// OtherAccount refuses an App API key that does not know the workspace of the Track
// API's credentials.
func OtherAccount(id int64) error {
	return exit.New(exit.Credentials, fmt.Sprintf("the App API key belongs to another account, which does not have workspace %d", id),
		"set CUSTOMERIO_APP_API_KEY to a key of the account of CUSTOMERIO_SITE_ID")
}

func notFound(err error) bool {
	e, ok := errors.AsType[*customerio.Error](err)
	return ok && e.Trouble == customerio.NotFound
}
