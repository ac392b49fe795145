package ui

import (
	"context"
	"errors"

	"github.com/artstore/ingester/core"
)

// fakeDialogs answers file dialogs, and says what became of files that are to
// be made permanent.
type fakeDialogs struct {
	// pick answers; nil is a desktop without a dialog.
	pick func(ctx context.Context, q FileQuestion) ([]string, error)
	// scan is told how far a scan is; nil scans at once.
	scan chan core.ScanProgress
	// finalise makes a file permanent; nil does at once.
	finalise func(ctx context.Context, t core.Transfer, step func(core.Finalisation)) error
}

func (f *fakeController) Pick(ctx context.Context, q FileQuestion) ([]string, error) {
	_ = f.ask("pick %q save=%v folders=%v many=%v", q.Title, q.Save, q.Folders, q.Many)
	if f.dialogs.pick == nil {
		return nil, errors.ErrUnsupported
	}
	return f.dialogs.pick(ctx, q)
}

func (f *fakeController) First(_ context.Context, ids ...core.TransferID) error {
	return f.ask("first %v", ids)
}

func (f *fakeController) Last(_ context.Context, ids ...core.TransferID) error {
	return f.ask("last %v", ids)
}

func (f *fakeController) Finalise(ctx context.Context, t core.Transfer, _ core.FinaliseOptions, step func(core.Finalisation)) error {
	_ = f.ask("finalise %s %s", t.ID, t.Receipt.FileID)
	if f.dialogs.finalise == nil {
		return f.verbErr
	}
	return f.dialogs.finalise(ctx, t, step)
}

// heldScan goes on until it is stopped.
func (f *fakeController) heldScan(ctx context.Context, progress func(core.ScanProgress)) (core.Scan, error) {
	for {
		select {
		case p := <-f.dialogs.scan:
			progress(p)
		case <-ctx.Done():
			_ = f.ask("scan stopped")
			return core.Scan{}, ctx.Err()
		}
	}
}
