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
	ctx, stop := signal.NotifyContext(context.Background(), endings()...)
	defer stop()
	release := context.AfterFunc(ctx, stop) // the next signal has its usual effect
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
	return settle(s, complain(s.err, err))
}

// endings are the signals that end a command cleanly: Ctrl+C, a service
// manager's, and that of a terminal that is closed, unless nohup has it ignored.
func endings() []os.Signal {
	list := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		list = append(list, syscall.SIGHUP)
	}
	return list
}

// outliveReader keeps the process alive when the reader of its output goes
// away: the write fails, nothing else. The signal is caught rather than
// ignored, because programs that are started here would inherit that.
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

// complain says what went wrong, unless the command has said it, and returns the
// exit code.
func complain(w io.Writer, err error) int {
	if err == nil {
		return exitOK
	}
	if !report.IsTold(err) && !report.IsLost(err) {
		_, _ = fmt.Fprintln(w, "ingester: "+sentence(err)) // settle looks at what failed
	}
	return exitCode(err)
}

// settle says on standard error, if that still works, what could not be
// written, and returns the exit code: nothing is well that nobody was told.
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
