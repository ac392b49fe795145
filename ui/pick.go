package ui

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"os"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/driver"
	"fyne.io/fyne/v2/storage"

	"github.com/artstore/ingester/core"
)

// FileQuestion is what a file dialog asks for.
type FileQuestion struct {
	Title      string
	Accept     string   // words on the button
	Folders    bool     // folders, not files
	Save       bool     // a place to write to, not something that exists
	Many       bool     // any number of them
	Near       string   // folder to begin in, "" for the desktop's choice
	Name       string   // proposed, for Save
	Extensions []string // offered first, with their dots; none for all files
	All        string   // words for "all files"
	Window     uintptr  // X11 window or Windows HWND that the dialog belongs to, 0 where unknown
}

// Picker opens the desktop's own file dialogs.
type Picker interface {
	// Pick returns the absolute paths that were chosen. CodeCancelled: nothing
	// was chosen, or ctx has ended. Any other error, such as one that is
	// errors.ErrUnsupported: the desktop can't show the dialog.
	Pick(ctx context.Context, q FileQuestion) ([]string, error)
}

// pick asks for paths and calls then with them. One dialog is open at a time:
// asking again closes the one before, which may lie out of sight.
func pick(s *shell, q FileQuestion, then func(paths []string)) {
	if s.unpick != nil {
		s.unpick()
	}
	ctx, cancel := context.WithCancel(s.tasks.ctx)
	s.unpick = cancel
	q.Window, q.All = nativeHandle(s.win), s.text.s("pick.all")
	s.tasks.run(func(context.Context) func() {
		defer cancel()
		paths, err := s.ctl.Pick(ctx, q)
		return func() {
			switch {
			case err == nil:
				then(paths)
			case core.CodeOf(err) != core.CodeCancelled:
				s.log.Info("the program's own file dialog is shown", "reason", err)
				pickInside(s, q, then)
			}
		}
	})
}

// nativeHandle names the window to the desktop, 0 where it can't be named.
func nativeHandle(w fyne.Window) (handle uintptr) {
	if n, ok := w.(driver.NativeWindow); ok {
		n.RunNative(func(context any) {
			switch c := context.(type) {
			case driver.X11WindowContext:
				handle = c.WindowHandle
			case driver.WindowsWindowContext:
				handle = c.HWND
			}
		})
	}
	return handle
}

// pickInside asks by Fyne's own dialog, which takes one file or folder.
func pickInside(s *shell, q FileQuestion, then func(paths []string)) {
	took := func(file fyne.URI, err error) {
		switch {
		case err != nil:
			s.failed(err)
		case file != nil: // nil: cancelled
			paths, _ := localPaths([]fyne.URI{file})
			then(paths)
		}
	}
	var d *dialog.FileDialog
	switch {
	case q.Folders:
		d = dialog.NewFolderOpen(func(dir fyne.ListableURI, err error) {
			if dir == nil {
				took(nil, err)
				return
			}
			took(dir, err)
		}, s.win)
	case q.Save:
		d = dialog.NewFileSave(func(file fyne.URIWriteCloser, err error) {
			if file == nil {
				took(nil, err)
				return
			}
			took(file.URI(), errors.Join(err, file.Close()))
		}, s.win)
		d.SetFileName(q.Name)
	default:
		d = dialog.NewFileOpen(func(file fyne.URIReadCloser, err error) {
			if file == nil {
				took(nil, err)
				return
			}
			took(file.URI(), errors.Join(err, file.Close()))
		}, s.win)
	}
	if len(q.Extensions) > 0 {
		d.SetFilter(storage.NewExtensionFileFilter(q.Extensions))
	}
	if q.Near != "" {
		if folder, err := storage.ListerForURI(storage.NewFileURI(q.Near)); err == nil {
			d.SetLocation(folder)
		}
	}
	d.SetTitleText(q.Title)
	d.SetConfirmText(q.Accept)
	d.SetDismissText(s.text.s("settings.cancel"))
	present(s, d)
	d.Resize(within(s, 1000, 700)) // Fyne 2.8 can resize one only once it is shown
}

// pickFile lets the person choose one file, beginning where near lies.
func pickFile(s *shell, near string, extensions []string, chosen func(path string)) {
	q := FileQuestion{Title: s.text.s("settings.choose.title"), Accept: s.text.s("button.open"), Extensions: extensions}
	if near != "" {
		q.Near = filepath.Dir(near)
	}
	pick(s, q, func(paths []string) {
		if len(paths) > 0 {
			chosen(paths[0])
		}
	})
}

// saveFile lets the person choose where to write. write runs off the UI
// goroutine; written is called once it has succeeded.
func saveFile(s *shell, name string, extensions []string, write func(ctx context.Context, path string) error, written func(path string)) {
	pick(s, FileQuestion{
		Title: s.text.s("button.save_as"), Accept: s.text.s("settings.save"), Save: true, Name: name, Extensions: extensions,
	}, func(paths []string) {
		if len(paths) == 0 {
			return
		}
		async(s, func(ctx context.Context) (string, error) { return paths[0], write(ctx, paths[0]) }, func(path string, err error) {
			switch {
			case err == nil:
				written(path)
			case core.CodeOf(err) != core.CodeCancelled:
				s.failed(err)
			}
		})
	})
}

// writeFile writes a file as a whole: where write fails, what was there before
// stays. Until then it has a name that no other file has.
func writeFile(path string, write func(io.Writer) error) error {
	part := filepath.Join(filepath.Dir(path), ".ingester-"+rand.Text()+".part")
	file, err := os.OpenFile(part, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666) // as the user's umask has it
	if err != nil {
		return notWritten(path, err)
	}
	if err := write(file); err != nil {
		return errors.Join(err, file.Close(), os.Remove(part))
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return errors.Join(notWritten(path, err), os.Remove(part))
	}
	if err := os.Rename(part, path); err != nil {
		return errors.Join(notWritten(path, err), os.Remove(part))
	}
	return nil
}

func notWritten(path string, err error) error {
	return &core.Error{Kind: core.KindFile, Code: core.CodeFileUnwritable, Op: "write " + path, Message: "The file can't be written.", Err: err}
}
