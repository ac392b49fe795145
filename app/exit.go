package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/artstore/ingester/app/report"
	"github.com/artstore/ingester/core"
)

// The exit codes, on which scripts depend.
const (
	exitOK          = 0   // everything stored and verified
	exitIncomplete  = 1   // at least one file was not, or the report of it was lost
	exitUsage       = 2   // wrong usage, invalid profile, unreadable path
	exitAuth        = 3   // sign-in refused
	exitUnreachable = 4   // server unreachable, or TLS failed
	exitInterrupted = 130 // as shells say it of SIGINT
)

// reported is an error about which the command has said everything; its exit
// code remains.
type reported struct {
	code int
	err  error
}

func (r *reported) Error() string { return r.err.Error() }
func (r *reported) Unwrap() error { return r.err }

func isReported(err error) bool {
	var r *reported
	return errors.As(err, &r)
}

// exitCode maps an error to the process's exit code.
func exitCode(err error) int {
	var r *reported
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &r):
		return r.code
	case report.IsLost(err):
		return exitIncomplete
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	}
	var known *core.Error
	if !errors.As(err, &known) {
		return exitUsage // what cobra says of flags and arguments
	}
	switch known.Kind {
	case core.KindUsage, core.KindConfig, core.KindFile:
		return exitUsage
	case core.KindAuth:
		return exitAuth
	case core.KindTLS, core.KindNetwork:
		return exitUnreachable
	case core.KindCancelled:
		return exitInterrupted
	}
	return exitIncomplete
}

// usageError is a command line that can't work.
func usageError(format string, args ...any) error {
	return &core.Error{Kind: core.KindUsage, Code: core.CodeUsage, Message: fmt.Sprintf(format, args...)}
}
