package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/artstore/ingester/core"
)

// streams are what a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// run executes one command line and returns the exit code. The first
// interrupt stops the command cleanly, the second one at once.
func run(args []string, s streams) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	release := context.AfterFunc(ctx, stop) // the next signal has its usual effect
	defer release()
	if err := refuseDebug(os.Getenv("GODEBUG")); err != nil {
		return report(s.err, err)
	}
	cmd := newRoot(s)
	cmd.SetArgs(args)
	return report(s.err, cmd.ExecuteContext(ctx))
}

// refuseDebug refuses the one debug setting of Go that writes tokens to
// standard error.
func refuseDebug(godebug string) error {
	if !strings.Contains(godebug, "http2debug") {
		return nil
	}
	return usageError("GODEBUG=http2debug writes tokens to standard error; unset it")
}

// report says what went wrong, unless the command has said it, and returns the
// exit code.
func report(w io.Writer, err error) int {
	if err == nil {
		return exitOK
	}
	if !isReported(err) {
		_, _ = fmt.Fprintln(w, "ingester: "+sentence(err)) // nowhere left to say that this failed
	}
	return exitCode(err)
}

// sentence is what a person reads of an error.
func sentence(err error) string {
	if core.CodeOf(err) == core.CodeCancelled {
		return "interrupted; the same command goes on from here"
	}
	return err.Error()
}
