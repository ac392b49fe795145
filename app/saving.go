//go:build !headless

package main

import (
	"context"
	"errors"
	"strings"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/keychain"
	"github.com/artstore/ingester/ui/view"
)

// SaveProfile implements view.Controller. It saves the secrets, the file and the choice
// of the profile together, or nothing.
func (c *controller) SaveProfile(ctx context.Context, previous string, p core.Profile, s view.ProfileSecrets, sessionOnly bool, q view.Queued) error {
	was, wasErr := c.p.profiles.Load(previous)
	if err := c.checkFiles(ctx, previous, p, s); err != nil {
		return err
	}
	if err := c.replaceProfile(ctx, previous, p, s, sessionOnly); err != nil {
		return err
	}
	c.p.conns.Forget(p.Name)
	if previous != "" && previous != p.Name {
		c.p.conns.Forget(previous)
	}
	var settled error
	if previous != "" {
		settled = c.Rename(ctx, previous, p.Name)
	}
	if wasErr == nil {
		settled = errors.Join(settled, c.settleQueued(ctx, was.Destination(), p, q))
	}
	lifted := c.Lift(ctx) // what stopped the queue may be mended
	if err := errors.Join(settled, lifted, c.wake(ctx)); err != nil {
		return &view.NotReadyError{Err: err}
	}
	return nil
}

// Bound implements view.Controller.
func (c *controller) Bound(ctx context.Context, name string, p core.Profile) (int, error) {
	if name == "" {
		return 0, nil
	}
	was, err := c.p.profiles.Load(name)
	if err != nil || p.Destination().Takes(was.Destination()) {
		return 0, nil // a profile that can't be read is replaced; its transfers wait
	}
	ids, err := c.Engine.Bound(ctx, name, was.Destination())
	return len(ids), err
}

// settleQueued does what the user decided about the transfers that are queued for
// the server where the profile led before. If that fails, they wait.
func (c *controller) settleQueued(ctx context.Context, was core.Destination, p core.Profile, q view.Queued) error {
	if q == view.QueuedWaits || p.Destination().Takes(was) {
		return nil
	}
	ids, err := c.Engine.Bound(ctx, p.Name, was)
	if err != nil {
		return err
	}
	if q == view.QueuedCancelled {
		return c.Cancel(ctx, ids...)
	}
	return c.Redirect(ctx, p.Name, ids...)
}

// replaceProfile does what SaveProfile promises, and undoes it if a step fails.
func (c *controller) replaceProfile(ctx context.Context, previous string, p core.Profile, s view.ProfileSecrets, sessionOnly bool) error {
	c.saving.Lock()
	defer c.saving.Unlock()
	if err := c.p.profiles.CanRename(previous, p); err != nil {
		return err
	}
	var done undo
	err := c.replaceSteps(ctx, &done, previous, p, s, sessionOnly)
	if err == nil {
		return nil
	}
	if left := done.all(ctx); left != nil {
		return &core.Error{Kind: core.KindConfig, Code: core.CodeProfileUnrestored, Op: "save profile",
			Message: "The profile could not be saved, and not everything could be put back as it was: look at its settings and its secret, then save it again.",
			Err:     errors.Join(err, left)}
	}
	return err
}

func (c *controller) replaceSteps(ctx context.Context, done *undo, previous string, p core.Profile, s view.ProfileSecrets, sessionOnly bool) error {
	kept := keychain.Layered{Session: undoing{c.p.secrets.Session, done}, System: undoing{c.p.secrets.System, done}}
	renamed := previous != "" && previous != p.Name
	var moved []move
	if renamed {
		var err error
		if moved, err = secretsOf(ctx, kept, previous); err != nil {
			return err
		}
	}
	// A keychain may not tell "prod" from "Prod".
	first := renamed && strings.EqualFold(previous, p.Name)
	if first {
		if err := forgetSecrets(ctx, kept, previous); err != nil {
			return err
		}
	}
	if err := keep(ctx, kept, moved, p.Name, s, sessionOnly); err != nil {
		return err
	}
	restore, err := c.p.profiles.Remember(previous, p.Name)
	if err != nil {
		return err
	}
	done.add(func(context.Context) error { return restore() })
	if err := c.p.profiles.Rename(previous, p); err != nil {
		return err
	}
	was := c.Current()
	done.add(func(context.Context) error {
		if now, err := readCurrent(c.p.folders); err != nil || now != p.Name {
			return nil // it was not changed
		}
		return c.choose(was)
	})
	if err := c.choose(p.Name); err != nil {
		return err
	}
	if renamed && !first {
		return forgetSecrets(ctx, kept, previous)
	}
	return nil
}

// choose makes a profile the current one, "" for none, also for the next start.
func (c *controller) choose(name string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := writeCurrent(c.p.folders, name); err != nil {
		return err
	}
	c.current = name
	return nil
}

// move is a secret of a renamed profile, and where it is kept.
type move struct {
	in     keychain.Keychain
	item   keychain.Item
	secret core.Secret
}

// secretsOf finds the secrets of a profile. A keychain that is not available holds
// none.
func secretsOf(ctx context.Context, k keychain.Layered, name string) ([]move, error) {
	var found []move
	for _, in := range []keychain.Keychain{k.Session, k.System} {
		for _, item := range keychain.Items() {
			secret, err := in.Get(ctx, name, item)
			switch core.CodeOf(err) {
			case "":
				found = append(found, move{in, item, secret})
			case core.CodeSecretMissing, core.CodeKeychainUnavailable:
			default:
				return nil, err
			}
		}
	}
	return found, nil
}

// keep saves the secrets that are set. Those of a renamed profile stay where they
// were: a secret for this session only does not get into the keychain.
func keep(ctx context.Context, k keychain.Layered, moved []move, name string, s view.ProfileSecrets, sessionOnly bool) error {
	typed := map[keychain.Item]core.Secret{keychain.ItemClientSecret: s.Client, keychain.ItemPassphrase: s.Passphrase}
	for _, m := range moved {
		if !typed[m.item].IsZero() {
			continue
		}
		if err := m.in.Set(ctx, name, m.item, m.secret); err != nil {
			return err
		}
	}
	for _, item := range keychain.Items() {
		if typed[item].IsZero() {
			continue
		}
		if err := k.Keep(ctx, name, item, typed[item], sessionOnly); err != nil {
			return err
		}
	}
	return nil
}

// RemoveProfile implements view.Controller.
func (c *controller) RemoveProfile(ctx context.Context, name string) error {
	c.saving.Lock()
	defer c.saving.Unlock()
	err := removeProfile(ctx, c.p.profiles, c.p.folders, c.p.secrets, name)
	if current, readErr := readCurrent(c.p.folders); readErr == nil && current == "" {
		c.mu.Lock()
		if c.current == name {
			c.current = ""
		}
		c.mu.Unlock()
	}
	c.p.conns.Forget(name)
	return err
}
