// Package filedialog opens the desktop's own file dialogs: by the XDG desktop
// portal on Linux, by the system's calls on Windows and macOS, and by a helper
// program such as zenity where a Linux desktop has no portal.
package filedialog

import (
	"context"
	"errors"
	"log/slog"

	"github.com/artstore/ingester/core"
)

// op is the operation that errors name.
const op = "open file dialog"

// Question is what a dialog asks for.
type Question struct {
	Title      string
	Accept     string   // words on the button, "" for the desktop's own
	Folders    bool     // folders, not files
	Save       bool     // a place to write to, not something that exists
	Many       bool     // any number of them
	Near       string   // folder to start in, "" for the desktop's choice
	Name       string   // proposed, for Save
	Extensions []string // offered first, with their dots; none for all files
	All        string   // words for "all files"
	Window     uintptr  // X11 window or Windows HWND that the dialog belongs to, 0 if unknown
}

// dialog is one way to ask. Its errors are CodeCancelled if the user or ctx cancelled,
// and errors.ErrUnsupported if this desktop does not have that way.
type dialog func(ctx context.Context, q Question) ([]string, error)

// Dialogs asks one question at a time.
type Dialogs struct {
	ways []dialog // the best first
	log  *slog.Logger
	turn chan struct{} // holds one value while nobody asks
}

// New returns the dialogs of this desktop. It opens nothing.
func New(log *slog.Logger) *Dialogs { return newDialogs(log, ways()...) }

func newDialogs(log *slog.Logger, ways ...dialog) *Dialogs {
	d := &Dialogs{ways: ways, log: log, turn: make(chan struct{}, 1)}
	d.turn <- struct{}{}
	return d
}

// Ask shows a dialog and returns the absolute paths that were chosen, without those
// that are not on this computer. It waits while another dialog is open. Errors are
// *core.Error: CodeCancelled if nothing was chosen or ctx has ended (the dialog is then
// closed), and one that wraps errors.ErrUnsupported if this desktop has no dialog.
func (d *Dialogs) Ask(ctx context.Context, q Question) ([]string, error) {
	select {
	case <-d.turn:
		defer func() { d.turn <- struct{}{} }()
	case <-ctx.Done():
		return nil, cancelled()
	}
	for _, ask := range d.ways {
		paths, err := ask(ctx, q)
		switch {
		case ctx.Err() != nil || core.CodeOf(err) == core.CodeCancelled:
			return nil, cancelled()
		case err == nil:
			return paths, nil
		case !errors.Is(err, errors.ErrUnsupported):
			d.log.Warn("a way to a file dialog does not work", "error", err)
		}
	}
	return nil, failure("This desktop has no file dialog.", errors.ErrUnsupported)
}

func cancelled() error {
	return &core.Error{Kind: core.KindCancelled, Code: core.CodeCancelled, Op: op, Message: "Nothing was chosen."}
}

func failure(message string, err error) error {
	return &core.Error{Kind: core.KindConfig, Code: core.CodeInternal, Op: op, Message: message, Err: err}
}
