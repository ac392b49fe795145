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
	exitInterrupted = 130 // 128 + SIGINT, as shells do
)

// exitCode maps an error to the process's exit code.
func exitCode(err error) int {
	var told *report.Told
	if errors.As(err, &told) {
		return codeOf(told.Err, exitIncomplete)
	}
	return codeOf(err, exitUsage) // cobra's errors about flags and arguments
}

// codeOf is the exit code for err, and other if it is not an error of core.
func codeOf(err error, other int) int {
	var known *core.Error
	switch {
	case err == nil:
		return exitOK
	case report.IsLost(err):
		return exitIncomplete
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case !errors.As(err, &known):
		return other
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
