package access

import (
	"errors"
	"regexp"

	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/customerio"
)

// halfGiven names the one of the Track API's two credentials that is missing.
func (a *Access) halfGiven() error {
	site, key := a.values["CUSTOMERIO_SITE_ID"], a.values["CUSTOMERIO_API_KEY"]
	switch {
	case site == "" && key != "":
		return exit.New(exit.Credentials, "CUSTOMERIO_SITE_ID is not set, but CUSTOMERIO_API_KEY is", "set it to the site ID in "+exit.TrackKeys)
	case site != "" && key == "":
		return exit.New(exit.Credentials, "CUSTOMERIO_API_KEY is not set, but CUSTOMERIO_SITE_ID is", "set it to the API key in "+exit.TrackKeys)
	}
	return nil
}

// The usual forms of keys. They are only for hints about keys that were refused.
var (
	trackKeyForm = regexp.MustCompile(`^[0-9a-f]{20}$`)
	appKeyForm   = regexp.MustCompile(`^[0-9a-f]{32}$`)
)

// Mistaken adds to an error about refused credentials which of them was taken for
// another one.
func (a *Access) Mistaken(err error) error {
	refused, is := errors.AsType[*customerio.Error](err)
	if !is || refused.Problem != customerio.BadCredentials {
		return err
	}
	site, key, app := a.values["CUSTOMERIO_SITE_ID"], a.values["CUSTOMERIO_API_KEY"], a.values["CUSTOMERIO_APP_API_KEY"]
	hint := ""
	switch {
	case refused.API == customerio.AppAPI && (app == key || app == site || trackKeyForm.MatchString(app)):
		hint = "CUSTOMERIO_APP_API_KEY looks like a key of the Track API; use one of " + exit.AppKeys
	case refused.API == customerio.AppAPI:
		return err
	case site == key:
		hint = "CUSTOMERIO_SITE_ID and CUSTOMERIO_API_KEY are the same; the API key is next to the site ID in " + exit.TrackKeys
	case key == app || appKeyForm.MatchString(key):
		hint = "CUSTOMERIO_API_KEY looks like an App API key; use the API key in " + exit.TrackKeys
	default:
		return err
	}
	return exit.New(exit.Credentials, err.Error(), hint)
}
