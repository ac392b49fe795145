package view

import (
	"context"
	"errors"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/driver"
	"fyne.io/fyne/v2/storage"

	"github.com/artstore/ingester/core"
)

// Pick asks for paths and calls then with them. It closes the file dialog that is
// still open, which may be out of sight.
func Pick(host *Host, q FileQuestion, then func(paths []string)) {
	if host.closePicker != nil {
		host.closePicker()
	}
	ctx, cancel := context.WithCancel(host.Tasks.Context)
	host.closePicker = cancel
	q.Window, q.All = NativeHandle(host.Win), host.Text.S("pick.all")
	host.Tasks.Run(func(context.Context) func() {
		defer cancel()
		paths, err := host.Controller.Pick(ctx, q)
		return func() {
			switch {
			case err == nil:
				then(paths)
			case core.CodeOf(err) != core.CodeCancelled:
				host.Log.Info("the program's own file dialog is shown", "reason", err)
				PickInside(host, q, then)
			}
		}
	})
}

// NativeHandle is the desktop's number for the window, 0 if it has none.
func NativeHandle(w fyne.Window) (handle uintptr) {
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

// PickInside asks with Fyne's own dialog, which takes one file or folder.
func PickInside(host *Host, q FileQuestion, then func(paths []string)) {
	took := func(file fyne.URI, err error) {
		switch {
		case err != nil:
			host.Failed(err)
		case file != nil: // nil: cancelled
			paths, _ := LocalPaths([]fyne.URI{file})
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
		}, host.Win)
	case q.Save:
		d = dialog.NewFileSave(func(file fyne.URIWriteCloser, err error) {
			if file == nil {
				took(nil, err)
				return
			}
			took(file.URI(), errors.Join(err, file.Close()))
		}, host.Win)
		d.SetFileName(q.Name)
	default:
		d = dialog.NewFileOpen(func(file fyne.URIReadCloser, err error) {
			if file == nil {
				took(nil, err)
				return
			}
			took(file.URI(), errors.Join(err, file.Close()))
		}, host.Win)
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
	d.SetDismissText(host.Text.S("settings.cancel"))
	Present(host, d)
	d.Resize(Within(host, 1000, 700)) // Fyne 2.8 can resize one only once it is shown
}

// PickFile lets the user choose one file, in the folder of near first.
func PickFile(host *Host, near string, extensions []string, chosen func(path string)) {
	q := FileQuestion{Title: host.Text.S("settings.choose.title"), Accept: host.Text.S("button.open"), Extensions: extensions}
	if near != "" {
		q.Near = filepath.Dir(near)
	}
	Pick(host, q, func(paths []string) {
		if len(paths) > 0 {
			chosen(paths[0])
		}
	})
}

// SaveFile lets the user choose where to write. write runs on another goroutine;
// written is called when it has succeeded.
func SaveFile(host *Host, name string, extensions []string, write func(ctx context.Context, path string) error, written func(path string)) {
	Pick(host, FileQuestion{
		Title: host.Text.S("button.save_as"), Accept: host.Text.S("settings.save"), Save: true, Name: name, Extensions: extensions,
	}, func(paths []string) {
		if len(paths) == 0 {
			return
		}
		Async(host, func(ctx context.Context) (string, error) { return paths[0], write(ctx, paths[0]) }, func(path string, err error) {
			switch {
			case err == nil:
				written(path)
			case core.CodeOf(err) != core.CodeCancelled:
				host.Failed(err)
			}
		})
	})
}
