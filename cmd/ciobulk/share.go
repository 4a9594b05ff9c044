package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"runtime"

	"github.com/ciobulk/ciobulk/ratelimit"
)

// allowance is what the service counts requests against. Who spends it shares a
// file, whatever run, folder or shard it is.
type allowance struct {
	api       string  // "track" or "app"
	base      string  // URL
	owner     string  // the workspace, or who asks where nothing tells which it is
	perSecond float64 // of all processes together
}

// file is the name of an allowance's file. It tells nothing about the account.
func (a allowance) file() string {
	sum := sha256.Sum256([]byte(a.api + "\x00" + a.base + "\x00" + a.owner))
	return hex.EncodeToString(sum[:8])
}

// share makes limiter keep to the pace of all processes of this user on this
// machine that spend a. Where that cannot be, it goes on at its own, and note
// is told, of the first of several.
func (p *program) share(limiter *ratelimit.Limiter, a allowance, note func(string)) {
	alone := func(err error) {
		p.alone.Do(func() { note(fmt.Sprintf("the rate is not shared with other processes on this machine: %v", err)) })
	}
	dir, err := p.stateHome()
	if err != nil {
		alone(err)
		return
	}
	limiter.Share(ratelimit.Shared{Path: filepath.Join(dir, "rate", a.file()), PerSecond: a.perSecond, Alone: alone})
}

// stateHome is where ciobulk keeps what belongs to the user and not to a run.
func (p *program) stateHome() (string, error) {
	if dir := p.getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) { // the specification has others ignored
		return filepath.Join(dir, "ciobulk"), nil
	}
	name, below := "HOME", filepath.Join(".local", "state")
	if runtime.GOOS == "windows" {
		name, below = "LocalAppData", ""
	}
	dir := p.getenv(name)
	if !filepath.IsAbs(dir) {
		return "", fmt.Errorf("neither XDG_STATE_HOME nor %s is an absolute path", name)
	}
	return filepath.Join(dir, below, "ciobulk"), nil
}

// warn is the note of a command without a reporter.
func (p *program) warn(text string) { fmt.Fprintf(p.err, "ciobulk: %s\n", text) }
