package main

import (
	"context"
	"log/slog"
	"sync"

	"github.com/artstore/ingester/app/connect"
	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/keychain"
	"github.com/artstore/ingester/core/sandbox"
)

// sandboxName is the name of the embedded server's profile.
const sandboxName = "Sandbox"

// embedded is the sandbox server inside this process, started at most once.
type embedded struct {
	mu      sync.Mutex
	running *sandbox.Server
}

// start starts the server as one of services, unless it runs already, keeps its
// secret for this session, and returns its profile.
func (e *embedded) start(ctx context.Context, dir string, secrets *connect.Secrets, services *services, log *slog.Logger) (core.Profile, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.running == nil {
		server, err := sandbox.New(ctx, sandbox.Config{Dir: dir, Log: log})
		if err != nil {
			return core.Profile{}, err
		}
		e.running = server
		services.start(server.Serve)
	}
	p := e.running.Profile()
	// Again each time: it goes when the profile is removed.
	return p, secrets.Session.Set(ctx, p.Name, keychain.ItemClientSecret, e.running.ClientSecret())
}

// is reports whether a profile is the running server's. Its port may be another one
// after the next start, if another program has taken it. Its account stays the
// same, and no other server has it: it is random, made with the folder.
func (e *embedded) is(p core.Profile) bool {
	if e == nil {
		return false
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.running != nil && p.Destination() == e.running.Profile().Destination()
}
