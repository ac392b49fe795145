package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/artstore/ingester/app/report"
	"github.com/artstore/ingester/core"
)

// run executes one command line and returns the exit code. The first
// interrupt stops the command cleanly, the second one at once. When it returns
// standard output is closed.
func run(args []string, s streams) int {
	ctx, stop := signal.NotifyContext(context.Background(), stopSignals()...)
	defer stop()
	release := context.AfterFunc(ctx, stop) // the next signal ends the process at once
	defer release()
	defer outliveReader()()
	s.redactor = core.NewRedactor()
	s.logTo(slog.NewTextHandler(s.err, &slog.HandlerOptions{Level: slog.LevelWarn})) // until a command has its own
	err := refuseDebug(os.Getenv("GODEBUG"))
	if err == nil {
		cmd := newRoot(s)
		cmd.SetArgs(args)
		err = explainForeign(os.Getenv, cmd.ExecuteContext(ctx))
	}
	return settle(s, printError(s.err, err))
}

// stopSignals are the signals that end a command cleanly: Ctrl+C, that of a service
// manager, and that of a closed terminal unless nohup has set it to be ignored.
func stopSignals() []os.Signal {
	list := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		list = append(list, syscall.SIGHUP)
	}
	return list
}

// outliveReader keeps the process alive when the reader of its output is gone: only
// the write fails. The signal is caught, not ignored, because programs that this one
// starts would inherit that it is ignored.
func outliveReader() (stop func()) {
	gone := make(chan os.Signal, 1)
	signal.Notify(gone, syscall.SIGPIPE)
	return func() { signal.Stop(gone) }
}

// refuseDebug refuses the one debug setting of Go that writes tokens to
// standard error.
func refuseDebug(godebug string) error {
	if !strings.Contains(godebug, "http2debug") {
		return nil
	}
	return usageError("GODEBUG=http2debug writes tokens to standard error; unset it")
}

// printError prints what went wrong, unless the command has reported it, and returns
// the exit code.
func printError(w io.Writer, err error) int {
	if err == nil {
		return exitOK
	}
	if !report.IsTold(err) && !report.IsLost(err) {
		_, _ = fmt.Fprintln(w, "ingester: "+sentence(err)) // settle sees a failed write
	}
	return exitCode(err)
}

// settle says on standard error, if that still works, that output was lost, and
// returns the exit code: a result that could not be reported is no success.
func settle(s streams, code int) int {
	s.out.Close()
	lost := s.out.Failure()
	if lost != nil {
		_, _ = fmt.Fprintln(s.err, "ingester: "+lost.Error())
	}
	if lost == nil {
		lost = s.err.Failure()
	}
	if code == exitOK && lost != nil {
		return exitIncomplete
	}
	return code
}

// sentence is what a person reads of an error.
func sentence(err error) string {
	if core.CodeOf(err) == core.CodeCancelled {
		return "interrupted; the same command goes on from here"
	}
	return err.Error()
}
