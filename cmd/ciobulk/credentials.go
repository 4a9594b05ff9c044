package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/ratelimit"
	"github.com/urfave/cli/v2"
)

// The names that credentials and addresses go by, in the environment and in
// the file of --credentials.
var settingNames = []string{
	"CUSTOMERIO_SITE_ID", "CUSTOMERIO_API_KEY", "CUSTOMERIO_APP_API_KEY",
	"CUSTOMERIO_REGION", "CUSTOMERIO_TRACK_URL", "CUSTOMERIO_APP_URL",
}

// settings reads the environment and, over it, the credentials file.
func (p *program) settings(file string) (map[string]string, error) {
	s := make(map[string]string)
	for _, name := range settingNames {
		s[name] = strings.TrimSpace(p.getenv(name))
	}
	if file == "" {
		return s, nil
	}
	info, err := os.Stat(file)
	if err != nil {
		return nil, usage(fmt.Sprintf("--credentials: %v", err), "")
	}
	if !info.Mode().IsRegular() {
		return nil, usage(fmt.Sprintf("--credentials: %s is no file", file), "it is a file of NAME=value lines")
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, usage(fmt.Sprintf("--credentials: others may read %s (mode %04o)", file, mode), "chmod 600 "+file)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, usage(fmt.Sprintf("--credentials: %v", err), "")
	}
	return s, readSettings(file, data, s)
}

// readSettings reads lines of NAME=value into s. Errors never hold a value.
func readSettings(file string, data []byte, s map[string]string) error {
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(lines.Text()), "export "))
		if line == "" || line[0] == '#' {
			continue
		}
		name, value, found := strings.Cut(line, "=")
		name = strings.TrimSpace(name)
		if !found || !slices.Contains(settingNames, name) {
			return usage(fmt.Sprintf("%s:%d: not a line of NAME=value", file, n), "names are "+strings.Join(settingNames, ", "))
		}
		value = strings.TrimSpace(value)
		if len(value) > 1 && (value[0] == '"' || value[0] == '\'') && value[len(value)-1] == value[0] {
			value = value[1 : len(value)-1]
		}
		s[name] = value
	}
	return lines.Err()
}

// track returns a client for the settings, paced by limiter.
func (p *program) track(c *cli.Context, s map[string]string, limiter customerio.Limiter, waiting func(error)) (*customerio.Track, error) {
	return customerio.NewTrack(customerio.Config{
		SiteID: s["CUSTOMERIO_SITE_ID"], APIKey: s["CUSTOMERIO_API_KEY"],
		Region: strings.ToLower(s["CUSTOMERIO_REGION"]), BaseURL: s["CUSTOMERIO_TRACK_URL"],
		Limiter: limiter, Connections: c.Int("concurrency"), Outage: outage(c),
		UserAgent: userAgent(),
		Waiting:   waiting,
	})
}

// appClient returns a client of the App API of a region, which shares its rate
// with all others. They go by the site id: not all of them know the workspace.
func (p *program) appClient(c *cli.Context, s map[string]string, region string, waiting func(error), note func(string)) (*customerio.App, error) {
	limiter := ratelimit.New(customerio.AppPerSecond)
	app, err := customerio.NewApp(customerio.AppConfig{
		Key: s["CUSTOMERIO_APP_API_KEY"], Region: cmp.Or(region, strings.ToLower(s["CUSTOMERIO_REGION"])), BaseURL: s["CUSTOMERIO_APP_URL"],
		Limiter: limiter, Outage: outage(c), UserAgent: userAgent(), Waiting: waiting,
	})
	if err == nil && !c.Bool("simulate") {
		p.share(limiter, allowance{"app", app.BaseURL(), s["CUSTOMERIO_SITE_ID"], customerio.AppPerSecond}, note)
	}
	return app, err
}

// openApp returns a client of the App API for a command that only asks. The
// region is the configured one, or the one that the Track API's credentials are
// of, if there are any.
func (p *program) openApp(ctx context.Context, c *cli.Context) (app *customerio.App, err error) {
	values, err := p.settings(c.String("credentials"))
	if err != nil {
		return nil, err
	}
	region := ""
	if values["CUSTOMERIO_REGION"] == "" && values["CUSTOMERIO_APP_URL"] == "" && values["CUSTOMERIO_SITE_ID"] != "" && values["CUSTOMERIO_API_KEY"] != "" {
		track, err := p.track(c, values, ratelimit.New(customerio.AppPerSecond), nil)
		if err != nil {
			return nil, err
		}
		if account, err := track.Locate(ctx); err == nil { // else the App API tells what is wrong
			region = account.Region
		}
	}
	return p.appClient(c, values, region, nil, p.warn)
}

func userAgent() string {
	return "ciobulk/" + strings.Trim(version(), "()") + " (+https://github.com/ciobulk/ciobulk)"
}

func outage(c *cli.Context) time.Duration { return c.Duration("outage") }
