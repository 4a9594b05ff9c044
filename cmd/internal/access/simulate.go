package access

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/internal/simulator"
)

// The credentials of a simulated workspace. They open nothing.
const (
	SimulatedSite = "Simulated-site"
	SimulatedKey  = "Simulated-key"
	SimulatedApp  = "Simulated-app-key"
)

// Simulate starts a workspace inside this process and makes the clients use it. end
// says what it holds and stops it.
func (a *Access) Simulate(note func(string)) (end func(), err error) {
	ctx, cancel := context.WithCancel(context.Background())
	key := rand.Text() // so that no one else on this machine can write to it
	w := simulator.New(simulator.Config{SiteID: SimulatedSite, APIKey: key, AppKey: key})
	url, wait, err := simulator.Serve(ctx, "127.0.0.1:0", w)
	if err != nil {
		cancel()
		return nil, err
	}
	a.simulated = true
	a.values["CUSTOMERIO_TRACK_URL"], a.values["CUSTOMERIO_REGION"] = url, ""
	a.values["CUSTOMERIO_SITE_ID"], a.values["CUSTOMERIO_API_KEY"] = SimulatedSite, key
	a.values["CUSTOMERIO_APP_URL"], a.values["CUSTOMERIO_APP_API_KEY"] = url, key
	note("simulated: nothing leaves this machine")
	return func() {
		note(fmt.Sprintf("people in the simulated workspace: %s", ui.Grouped(int64(w.Stats().People))))
		cancel()
		_ = wait() // no one is left to serve
	}, nil
}
