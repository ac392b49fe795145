package filedialog

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/artstore/ingester/core"
)

func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }

func TestTheNextWayIsTakenWhereOneDoesNotWork(t *testing.T) {
	answer := func(paths []string, err error) dialog {
		return func(context.Context, Question) ([]string, error) { return paths, err }
	}
	absent, broken := answer(nil, errors.ErrUnsupported), answer(nil, failure("broken", errors.New("broken")))
	dropped, good := answer(nil, cancelled()), answer([]string{"/a", "/b"}, nil)
	for name, c := range map[string]struct {
		ways        []dialog
		want        []string
		code        core.Code
		unsupported bool
	}{
		"first":          {[]dialog{good, broken}, []string{"/a", "/b"}, "", false},
		"absent":         {[]dialog{absent, good}, []string{"/a", "/b"}, "", false},
		"broken":         {[]dialog{broken, good}, []string{"/a", "/b"}, "", false},
		"cancelled":      {[]dialog{dropped, good}, nil, core.CodeCancelled, false},
		"none":           {nil, nil, core.CodeInternal, true},
		"none that does": {[]dialog{absent, broken}, nil, core.CodeInternal, true},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := newDialogs(silent(), c.ways...).Ask(t.Context(), Question{})
			if !slices.Equal(got, c.want) || core.CodeOf(err) != c.code || errors.Is(err, errors.ErrUnsupported) != c.unsupported {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

// TestOneDialogAtATime: a second question waits for the first, and gives up when its
// context ends.
func TestOneDialogAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		open, most := 0, 0
		release := make(chan struct{})
		d := newDialogs(silent(), func(ctx context.Context, _ Question) ([]string, error) {
			open++
			most = max(most, open)
			defer func() { open-- }()
			select {
			case <-release:
				return []string{"/a"}, nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		})
		first, second := make(chan error, 1), make(chan error, 1)
		ask := func(ctx context.Context, done chan error) {
			go func() {
				_, err := d.Ask(ctx, Question{})
				done <- err
			}()
			synctest.Wait()
		}
		ctx, cancel := context.WithCancel(t.Context())
		ask(ctx, first)
		ask(t.Context(), second)

		waiting, stop := context.WithCancel(t.Context())
		third := make(chan error, 1)
		ask(waiting, third)
		stop()
		if err := <-third; core.CodeOf(err) != core.CodeCancelled {
			t.Errorf("a question that is not wanted any more: %v", err)
		}
		cancel()
		if err := <-first; core.CodeOf(err) != core.CodeCancelled {
			t.Errorf("a cancelled dialog: %v", err)
		}
		close(release)
		if err := <-second; err != nil {
			t.Errorf("the next dialog: %v", err)
		}
		if most != 1 {
			t.Errorf("%d dialogs were open at once", most)
		}
	})
}

func TestWhereAHelperBegins(t *testing.T) {
	for _, c := range []struct{ near, name, want string }{
		{"", "", ""}, {"", "a.csv", "a.csv"}, {"/home/a", "", "/home/a/"}, {"/home/a/", "b c.csv", "/home/a/b c.csv"}, {"/", "x", "/x"},
	} {
		if got := startOf(Question{Near: c.near, Name: c.name}); got != c.want {
			t.Errorf("near %q, name %q: %q, want %q", c.near, c.name, got, c.want)
		}
	}
}
