package viewtest

import (
	"context"
	"io/fs"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
)

// kept are the secrets that are kept with a profile.
type kept struct {
	view.ProfileSecrets
	session bool // in memory, where the keychain matters not
}

// isAddress reports whether something may listen there.
func isAddress(addr string) bool {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

// unknown is the error of a profile that is not saved.
func unknown(op string) error {
	e := refusal(core.KindConfig, core.CodeProfileNotFound, op)
	e.Err = fs.ErrNotExist
	return e
}

// LockKeychain lets no secret be kept, found or deleted until unlock is called.
func (f *Fake) LockKeychain() (unlock func()) {
	set := func(locked bool) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.locked = locked
	}
	set(true)
	return func() { set(false) }
}

// errLocked is what a locked keychain says.
func errLocked() error { return refusal(core.KindConfig, core.CodeKeychainLocked, "use the keychain") }

// TakePort returns an address that another program listens at.
func (f *Fake) TakePort() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	const addr = "127.0.0.1:9464"
	f.taken[addr] = true
	return addr
}

// Profiles implements view.Controller.
func (f *Fake) Profiles(context.Context) ([]string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Sorted(maps.Keys(f.SavedProfiles)), nil
}

// Profile implements view.Controller.
func (f *Fake) Profile(_ context.Context, name string) (core.Profile, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, ok := f.SavedProfiles[name]
	if !ok {
		return core.Profile{}, unknown("read profile")
	}
	return p, nil
}

// Current implements view.Controller.
func (f *Fake) Current() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.CurrentProfile
}

// Use implements view.Controller.
func (f *Fake) Use(_ context.Context, name string) error {
	asked := f.ask("use %s", name)
	f.mu.Lock()
	defer f.mu.Unlock()
	p, ok := f.SavedProfiles[name]
	if !ok {
		return unknown("use profile")
	}
	f.CurrentProfile = name
	if asked != nil {
		return asked
	}
	return f.wake(p)
}

// wake makes ready what a profile in use needs.
func (f *Fake) wake(p core.Profile) error {
	f.probe(p)
	if f.Server == nil || p.Metrics.Listen == "" {
		return nil
	}
	_, err := f.serve(p.Metrics.Listen)
	return err
}

// HasSecret implements view.Controller.
func (f *Fake) HasSecret(_ context.Context, profile string) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	k := f.kept[profile]
	if f.locked && !k.session {
		return false, errLocked()
	}
	return !k.Client.IsZero() && !f.NoSecret, nil
}

// Bound implements view.Controller.
func (f *Fake) Bound(ctx context.Context, name string, p core.Profile) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	was, ok := f.SavedProfiles[name]
	switch {
	case !ok || p.Destination().Takes(was.Destination()):
		return 0, f.BoundErr
	case ctx.Err() != nil:
		return 0, stopped("change profile")
	}
	return f.BoundFiles + len(f.bound(was)), f.BoundErr
}

// bound is what was accepted for where a profile leads, and is not stored.
func (f *Fake) bound(was core.Profile) (ids []core.TransferID) {
	for _, t := range f.begin().list {
		open := !t.State.Done() || t.State == core.StateFailed
		if open && !t.Doubtful() && t.Options.Profile == was.Name && was.Destination().Takes(t.Destination()) {
			ids = append(ids, t.ID)
		}
	}
	return ids
}

// RemoveProfile implements view.Controller.
func (f *Fake) RemoveProfile(_ context.Context, name string) error {
	asked := f.ask("remove profile %s", name)
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, ok := f.SavedProfiles[name]; !ok {
		return unknown("remove profile")
	}
	if f.CurrentProfile == name {
		f.CurrentProfile = ""
	}
	if f.locked {
		return refusal(core.KindConfig, core.CodeProfileRemains, "remove profile")
	}
	delete(f.SavedProfiles, name)
	delete(f.kept, name)
	return asked
}

// StartSandbox implements view.Controller.
func (f *Fake) StartSandbox(context.Context) error {
	asked := f.ask("sandbox")
	f.mu.Lock()
	defer f.mu.Unlock()
	const name = "Sandbox"
	if _, ok := f.SavedProfiles[name]; ok && !f.sandbox {
		return refusal(core.KindConfig, core.CodeProfileInvalid, "start the sandbox server")
	}
	p := core.NewProfile(name)
	if f.Server != nil {
		p = f.Server.Profile
		p.Name = name
		f.kept[name] = kept{ProfileSecrets: view.ProfileSecrets{Client: f.Server.Secret}, session: true}
	}
	f.SavedProfiles[name], f.CurrentProfile, f.sandbox = p, name, true
	f.probe(p)
	return asked
}

// sameName reports whether two profiles can't be saved beside each other.
func sameName(a, b string) bool { return strings.EqualFold(a, b) }
