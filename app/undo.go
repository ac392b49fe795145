//go:build !headless

package main

import (
	"context"
	"errors"
	"slices"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/keychain"
)

// undo collects the steps that undo what has been done so far.
type undo struct {
	steps []func(ctx context.Context) error
}

func (u *undo) add(step func(ctx context.Context) error) { u.steps = append(u.steps, step) }

// all undoes everything, the newest first, also if ctx has ended.
func (u *undo) all(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	var errs []error
	for _, step := range slices.Backward(u.steps) {
		errs = append(errs, step(ctx))
	}
	return errors.Join(errs...)
}

// undoing is a keychain whose changes can be undone.
type undoing struct {
	keychain.Keychain
	undo *undo
}

// Set implements keychain.Keychain.
func (k undoing) Set(ctx context.Context, profile string, i keychain.Item, s core.Secret) error {
	if err := k.note(ctx, profile, i); err != nil {
		return err
	}
	return k.Keychain.Set(ctx, profile, i, s)
}

// Delete implements keychain.Keychain.
func (k undoing) Delete(ctx context.Context, profile string, i keychain.Item) error {
	if err := k.note(ctx, profile, i); err != nil {
		return err
	}
	return k.Keychain.Delete(ctx, profile, i)
}

// note adds the step that restores a secret. A secret that can't be read can't be
// restored, so it is not changed.
func (k undoing) note(ctx context.Context, profile string, i keychain.Item) error {
	was, err := k.look(ctx, profile, i)
	if err != nil {
		return err
	}
	k.undo.add(func(ctx context.Context) error {
		now, err := k.look(ctx, profile, i)
		switch {
		case err != nil:
			return err
		case now.Reveal() == was.Reveal():
			return nil
		case was.IsZero():
			return k.Keychain.Delete(ctx, profile, i)
		}
		return k.Keychain.Set(ctx, profile, i, was)
	})
	return nil
}

// look is Get, with the zero secret if there is none.
func (k undoing) look(ctx context.Context, profile string, i keychain.Item) (core.Secret, error) {
	s, err := k.Get(ctx, profile, i)
	if core.CodeOf(err) == core.CodeSecretMissing {
		return core.Secret{}, nil
	}
	return s, err
}
