package ui

import (
	"context"
	"slices"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/settings"
	"github.com/artstore/ingester/ui/view"
)

// importProfile lets the user choose a profile file and uses it.
func (w *Window) importProfile() {
	view.PickFile(w.host, "", []string{settings.ProfileExtension}, w.takeProfile)
}

// startSandbox starts the built-in server, to try the program with.
func (w *Window) startSandbox() {
	view.Async(w.host, func(ctx context.Context) (struct{}, error) { return struct{}{}, w.ctl.StartSandbox(ctx) }, func(_ struct{}, err error) {
		if err != nil {
			w.host.Failed(err)
		}
		w.profileChanged()
	})
}

// showFirstRun shows the first run, or the transfers again. saved are profiles that exist
// already.
func (w *Window) showFirstRun(first bool, saved []string) {
	if first == (w.first != nil) && slices.Equal(saved, w.saved) {
		return
	}
	w.first, w.saved = nil, saved
	if first {
		w.first, w.remind = newFirstRun(w.host, firstChoices{
			sandbox: w.startSandbox, load: w.importProfile, connect: func() { settings.ShowConnect(w.host) },
			saved: saved, use: w.header.use,
		})
	}
	w.place()
}

// takeProfile uses a profile file. It asks for the secrets, which no profile file has.
func (w *Window) takeProfile(path string) {
	view.Async(w.host, func(ctx context.Context) (core.Profile, error) {
		p, err := w.ctl.ImportProfile(ctx, path)
		if err != nil {
			return p, err
		}
		return p, w.ctl.Use(ctx, p.Name)
	}, func(p core.Profile, err error) {
		if err != nil {
			w.host.Failed(err)
		} else {
			settings.ShowImported(w.host, p)
		}
		w.profileChanged()
	})
}

// profileChanged reads the current profile again, or if there is none those that exist.
func (w *Window) profileChanged() {
	type answer struct {
		current string
		saved   []string
	}
	view.Async(w.host, func(ctx context.Context) (answer, error) {
		if name := w.ctl.Current(); name != "" {
			return answer{current: name}, nil
		}
		saved, err := w.ctl.Profiles(ctx)
		slices.Sort(saved)
		return answer{saved: saved}, err
	}, func(a answer, err error) {
		if err != nil {
			w.host.Failed(err)
		}
		w.header.showProfile(a.current)
		w.transfers.LoadOptions(a.current)
		w.showFirstRun(a.current == "", a.saved)
		if a.current != "" {
			w.intake.offerKept()
		}
	})
}
