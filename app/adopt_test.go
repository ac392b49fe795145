//go:build !headless

package main

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
)

// The window finds a profile that a command or a script has saved. The only one is
// used, at the start and while the first-run page is shown. If there are several, or
// only the embedded server's, the user decides.
func TestWindowFindsSavedProfiles(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before, meanwhile []string
		chosen, want      string
	}{
		"none":                {want: ""},
		"one":                 {before: []string{"A"}, want: "A"},
		"two":                 {before: []string{"A", "B"}, want: ""},
		"the chosen of two":   {before: []string{"A", "B"}, chosen: "B", want: "B"},
		"the chosen is gone":  {before: []string{"A"}, chosen: "B", want: "A"},
		"the sandbox":         {before: []string{sandboxName}, want: ""},
		"the sandbox and one": {before: []string{sandboxName, "A"}, want: "A"},
		"one meanwhile":       {meanwhile: []string{"A"}, want: "A"},
		"two meanwhile":       {meanwhile: []string{"A", "B"}, want: ""},
		"one besides":         {before: []string{"A", "B"}, meanwhile: []string{"C"}, want: ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			f := folders{config: dir, state: dir, data: dir}
			p, err := openProgram(t.Context(), programConfig{folders: f, log: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			save := func(names []string) {
				for _, name := range names {
					saved := core.NewProfile(name)
					saved.AdminURL, saved.IngesterURL, saved.Auth.ClientID = "https://127.0.0.1:1", "https://127.0.0.1:1", "sa"
					if name == sandboxName {
						saved.TLS.CACertFile = f.sandbox() + "/tls/ca.pem"
					}
					if err := p.profiles.Save(saved); err != nil {
						t.Fatal(err)
					}
				}
			}
			err = p.run(t.Context(), func(ctx context.Context) error {
				save(c.before)
				c0, err := newController(p)
				if err != nil {
					return err
				}
				if c.chosen != "" {
					if err := writeCurrent(f, c.chosen); err != nil {
						return err
					}
					if c0, err = newController(p); err != nil {
						return err
					}
				}
				ctx, stop := context.WithCancel(ctx)
				tick, ended := make(chan time.Time), make(chan struct{})
				go func() { defer close(ended); c0.watchLink(ctx, tick) }()
				tick <- time.Time{}
				save(c.meanwhile)
				for range 2 { // the second is received once the first has been handled
					tick <- time.Time{}
				}
				stop()
				<-ended
				if got := c0.Current(); got != c.want {
					t.Errorf("the window uses %q, want %q", got, c.want)
				}
				return nil
			})
			if err = errors.Join(err, p.close()); err != nil {
				t.Error(err)
			}
		})
	}
}
