package access

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"runtime"

	"github.com/ciobulk/ciobulk/ratelimit"
)

// allowance is what the service counts requests against. All processes that spend it
// share a file, whatever run, folder or shard they are.
type allowance struct {
	api       string  // "track" or "app"
	base      string  // URL
	owner     string  // the workspace, or the site where the workspace is unknown
	perSecond float64 // of all processes together
}

// file is the name of an allowance's file. It says nothing about the account.
func (a allowance) file() string {
	sum := sha256.Sum256([]byte(a.api + "\x00" + a.base + "\x00" + a.owner))
	return hex.EncodeToString(sum[:8])
}

// share makes limiter keep to the pace of all processes of this user on this machine
// that spend a. If that is impossible, it keeps its own pace, and note is told once.
func (e *Env) share(limiter *ratelimit.Limiter, a allowance, note func(string)) {
	alone := func(err error) {
		e.alone.Do(func() { note(fmt.Sprintf("the rate is not shared with other processes on this machine: %v", err)) })
	}
	dir, err := e.stateHome()
	if err != nil {
		alone(err)
		return
	}
	limiter.Share(ratelimit.Shared{Path: filepath.Join(dir, "rate", a.file()), PerSecond: a.perSecond, Alone: alone})
}

// stateHome is where ciobulk keeps what belongs to the user and not to a run.
func (e *Env) stateHome() (string, error) {
	if dir := e.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) { // the specification has others ignored
		return filepath.Join(dir, "ciobulk"), nil
	}
	name, below := "HOME", filepath.Join(".local", "state")
	if runtime.GOOS == "windows" {
		name, below = "LocalAppData", ""
	}
	dir := e.Getenv(name)
	if !filepath.IsAbs(dir) {
		return "", fmt.Errorf("neither XDG_STATE_HOME nor %s is an absolute path", name)
	}
	return filepath.Join(dir, below, "ciobulk"), nil
}
