package viewtest

import (
	"context"
	"errors"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
)

// Dialogs answers file dialogs, and says what became of files that are to
// be made permanent.
type Dialogs struct {
	// Pick answers; nil is a desktop without a dialog.
	Pick func(ctx context.Context, q view.FileQuestion) ([]string, error)
	// Scan is told how far a scan is; nil scans at once.
	Scan chan core.ScanProgress
	// Finalise makes a file permanent; nil does at once.
	Finalise func(ctx context.Context, t core.Transfer, step func(core.Finalisation)) error
}

// Pick implements view.Controller.
func (f *Fake) Pick(ctx context.Context, q view.FileQuestion) ([]string, error) {
	_ = f.ask("pick %q save=%v folders=%v many=%v", q.Title, q.Save, q.Folders, q.Many)
	if f.Dialogs.Pick == nil {
		return nil, errors.ErrUnsupported
	}
	return f.Dialogs.Pick(ctx, q)
}

// First implements view.Controller.
func (f *Fake) First(_ context.Context, ids ...core.TransferID) error {
	return f.ask("first %v", ids)
}

// Last implements view.Controller.
func (f *Fake) Last(_ context.Context, ids ...core.TransferID) error {
	return f.ask("last %v", ids)
}

// Finalise implements view.Controller.
func (f *Fake) Finalise(ctx context.Context, t core.Transfer, _ core.FinaliseOptions, step func(core.Finalisation)) error {
	_ = f.ask("finalise %s %s", t.ID, t.Receipt.FileID)
	if f.Dialogs.Finalise == nil {
		return f.VerbErr
	}
	return f.Dialogs.Finalise(ctx, t, step)
}

// heldScan goes on until it is stopped.
func (f *Fake) heldScan(ctx context.Context, progress func(core.ScanProgress)) (core.Scan, error) {
	for {
		select {
		case p := <-f.Dialogs.Scan:
			progress(p)
		case <-ctx.Done():
			_ = f.ask("scan stopped")
			return core.Scan{}, ctx.Err()
		}
	}
}
