//go:build !headless

package main

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"github.com/artstore/ingester/core"
)

// TestAnotherSandbox: a profile that happens to have the embedded server's name
// is neither taken for it nor written over.
func TestAnotherSandbox(t *testing.T) {
	dir := t.TempDir()
	p, err := openProgram(t.Context(), programConfig{folders: folders{config: dir, state: dir, data: dir}, log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	err = p.run(t.Context(), func(ctx context.Context) error {
		other := core.NewProfile(sandboxName)
		other.AdminURL, other.IngesterURL, other.Auth.ClientID = "https://127.0.0.1:1", "https://127.0.0.1:1", "sa_other"
		other.TLS.CACertFile = "/elsewhere/sandbox/tls/ca.pem"
		if err := p.profiles.Save(other); err != nil {
			return err
		}
		c, err := newController(p)
		if err != nil {
			return err
		}
		if err := c.Use(ctx, other.Name); err != nil {
			t.Errorf("use: %v", err)
		}
		if err := c.wake(ctx); err != nil {
			t.Errorf("wake: %v", err)
		}
		if err := c.StartSandbox(ctx); core.CodeOf(err) != core.CodeProfileInvalid {
			t.Errorf("the sandbox started: %v", err)
		}
		got, err := p.profiles.Load(other.Name)
		if err != nil || got.IngesterURL != other.IngesterURL || got.TLS.CACertFile != other.TLS.CACertFile {
			t.Errorf("written over: %+v, %v", got, err)
		}
		return nil
	})
	if err = errors.Join(err, p.close()); err != nil {
		t.Error(err)
	}
}

// TestPauseAllIsRemembered: by the next window, until all is resumed.
func TestPauseAllIsRemembered(t *testing.T) {
	dir := t.TempDir()
	f := folders{config: dir, state: dir, data: dir}
	window := func(work func(ctx context.Context, c *controller) error) (paused bool) {
		t.Helper()
		p, err := openProgram(t.Context(), programConfig{folders: f, log: slog.New(slog.DiscardHandler), paused: isPaused(f)})
		if err != nil {
			t.Fatal(err)
		}
		err = p.run(t.Context(), func(ctx context.Context) error {
			p.services.start(p.engine.Run)
			<-p.engine.Ready()
			snapshot, feed := p.engine.Subscribe()
			feed.Close()
			paused = snapshot.Paused
			c, err := newController(p)
			return errors.Join(err, work(ctx, c))
		})
		if err = errors.Join(err, p.close()); err != nil {
			t.Fatal(err)
		}
		return paused
	}
	for i, step := range []struct {
		paused bool
		work   func(ctx context.Context, c *controller) error
	}{
		{false, func(ctx context.Context, c *controller) error { return c.PauseAll(ctx) }},
		{true, func(ctx context.Context, c *controller) error { return c.Lift(ctx) }},
		{true, func(ctx context.Context, c *controller) error { return c.ResumeAll(ctx) }},
		{false, func(ctx context.Context, c *controller) error { return c.ResumeAll(ctx) }},
	} {
		if got := window(step.work); got != step.paused {
			t.Errorf("start %d: paused %v, want %v", i+1, got, step.paused)
		}
	}
}
