package viewtest

import (
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view/controllertest"
)

// TestFake: the window's tests work with a program that refuses what the real
// one refuses.
func TestFake(t *testing.T) {
	controllertest.Test(t, func(_ *testing.T, with controllertest.State) controllertest.Subject {
		f := Fresh()
		p := core.NewProfile("Server")
		p.AdminURL, p.IngesterURL, p.Auth.ClientID = "https://ingester.example", "https://ingester.example", "sa_1"
		f.Server = &Server{Profile: p, Secret: core.NewSecret("right"), Limit: controllertest.Oversize}
		f.CurrentLink = NewFake().CurrentLink
		if with == controllertest.DamagedQueue {
			f.Damaged = []core.Recovery{{Path: "/queue.db.corrupt-1", At: time.Now(), Uncounted: true}}
		}
		return controllertest.Subject{Controller: f, World: around{f}}
	})
}

// around is what the fake works with.
type around struct{ *Fake }

// Server implements controllertest.World.
func (a around) Server() (core.Profile, core.Secret) {
	return a.Fake.Server.Profile, a.Fake.Server.Secret
}

// SpoilAutostart implements controllertest.World.
func (a around) SpoilAutostart() {
	a.Desktop.AutostartErr = refusal(core.KindConfig, core.CodeStoreFailed, "start at sign-in")
}

// ShowTray implements controllertest.World.
func (a around) ShowTray() { a.Desktop.Tray = true }
