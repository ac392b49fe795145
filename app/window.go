//go:build !headless

package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"time"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"
	"golang.org/x/term"

	"github.com/artstore/ingester/app/desktop"
	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/control"
	"github.com/artstore/ingester/ui"
	"github.com/artstore/ingester/ui/logs"
	"github.com/artstore/ingester/ui/view"
)

// undoMargin is how much later than the window offers it Undo still brings back all.
const undoMargin = 2 * time.Second

// runWindow opens the window, or passes the files on to the one that is open. If
// neither is possible and standard error is no terminal, a small window says why.
func runWindow(ctx context.Context, s streams, o windowOptions) error {
	var app fyne.App // created only once, and only when needed
	desktop.PreferX11(os.Getenv, os.Setenv)
	start := func() fyne.App {
		app = fyneapp.NewWithID(desktop.AppID)
		return app
	}
	err := explainForeign(os.Getenv, openWindow(ctx, s, o, start))
	if err == nil || ctx.Err() != nil || app != nil || term.IsTerminal(int(os.Stderr.Fd())) || desktop.OpenDisplay(os.Getenv) != nil {
		return err
	}
	return errors.Join(err, ui.ShowFailure(ctx, start(), err))
}

func openWindow(ctx context.Context, s streams, o windowOptions, app func() fyne.App) error {
	f, err := findFolders(os.Getenv)
	if err != nil {
		return err
	}
	if err := f.make(); err != nil {
		return err
	}
	level, err := logLevel(os.Getenv, slog.LevelInfo)
	if err != nil {
		return err
	}
	file, err := openLogFile(f.log())
	if err != nil {
		return &core.Error{Kind: core.KindConfig, Code: core.CodeStoreFailed, Op: "open log", Message: "The log can't be written.", Err: err}
	}
	defer func() { _ = file.Close() }() // no line is buffered
	buffer := logs.NewBuffer(level)
	log := s.logTo(slog.NewMultiHandler(slog.NewTextHandler(file, &slog.HandlerOptions{Level: level}), buffer))
	c := takeover{paths: o.paths, raise: !o.background || len(o.paths) > 0, ready: func() error { return desktop.OpenDisplay(os.Getenv) }}
	p, err := c.take(ctx, programConfig{folders: f, kind: control.Window, log: log, redact: s.redactor, grace: view.UndoTime + undoMargin})
	if err != nil || p == nil {
		return err
	}
	err = p.run(ctx, func(ctx context.Context) error { return p.showWindow(ctx, o, app, log, buffer) })
	if ctx.Err() != nil {
		err = nil // ended by a signal, as it was told to
	}
	return errors.Join(err, p.close())
}

// showWindow blocks until the window is closed. It runs on the main goroutine.
func (p *program) showWindow(ctx context.Context, o windowOptions, app func() fyne.App, log *slog.Logger, buffer *logs.Buffer) error {
	if err := desktop.OpenDisplay(os.Getenv); err != nil {
		return err
	}
	c, err := newController(p)
	if err != nil {
		return err
	}
	switch {
	case o.sandbox:
		c.current = sandboxName
	case o.profile != "":
		if err := c.Use(ctx, o.profile); err != nil {
			return err
		}
	}
	if o.sandbox || c.isEmbedded(c.Current()) {
		if err := c.StartSandbox(ctx); err != nil && o.sandbox {
			return err
		} else if err != nil { // the window shows that the server can't be reached
			log.Error("the embedded server does not start", "error", err)
		}
	}
	p.services.start(p.engine.Run)
	w := ui.New(app(), c, log, buffer)
	p.shared.onOpen(func(paths []string) {
		w.Open(paths...)
		w.Raise()
	})
	p.services.start(func(ctx context.Context) error {
		if err := c.wake(ctx); err != nil {
			log.Error("the current profile is not ready", "error", err)
		}
		return nil
	})
	p.services.start(func(ctx context.Context) error {
		tick := time.NewTicker(linkEvery)
		defer tick.Stop()
		c.watchLink(ctx, tick.C)
		return nil
	})
	w.UseDropListener(dropListener(log))
	w.UseScale(desktop.ScaleBy(os.Getenv, os.Setenv))
	w.UseRescue(func() {
		if err := p.abandon(); err != nil {
			log.Error("the program ends without its window", "error", err)
			os.Exit(exitCode(err))
		}
		os.Exit(exitOK)
	})
	w.Open(o.paths...)
	return p.present(ctx, w, o.background)
}

// present shows the window or, with --background, only its tray icon. If the desktop
// shows no tray icons it shows the window: nothing else would open it.
func (p *program) present(ctx context.Context, w *ui.Window, background bool) error {
	tray := desktop.TrayPossible(ctx)
	if tray {
		w.UseTray()
	}
	if !background || !tray {
		return w.ShowAndRun(ctx)
	}
	p.services.start(func(ctx context.Context) error {
		if !desktop.AwaitTray(ctx) && ctx.Err() == nil {
			w.Raise()
		}
		return nil
	})
	return w.RunInTray(ctx)
}
