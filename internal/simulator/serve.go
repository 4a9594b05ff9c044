package simulator

import (
	"context"

	"github.com/ciobulk/ciobulk/internal/simulator/listen"
)

// TLS is how Serve encrypts, if it does.
type TLS = listen.TLS

// The kinds of certificates.
const (
	TLSSelfSigned = listen.SelfSigned
	TLSWrongHost  = listen.WrongHost
	TLSExpired    = listen.Expired
)

// Serve starts to serve the workspace on a loopback address, as listen.Serve says. If
// the workspace's faults name a certificate, it serves https.
func Serve(ctx context.Context, addr string, w *Workspace) (url string, wait func() error, err error) {
	return listen.Serve(ctx, addr, w, w.plan.Load().TLS)
}
