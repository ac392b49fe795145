package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/artstore/ingester/app/report"
	"github.com/artstore/ingester/core"
)

// The exit codes, on which scripts depend: by what went wrong, whether the command
// has reported it already or not.
func TestExitCode(t *testing.T) {
	of := func(kind core.Kind) error { return &core.Error{Kind: kind, Message: "x"} }
	lost := report.NewOutput(nothing{})
	_, lostErr := lost.Write([]byte("x"))
	for _, tt := range []struct {
		name string
		err  error
		code int // of the error
		told int // of one that was told
	}{
		{"usage", of(core.KindUsage), exitUsage, exitUsage},
		{"profile", of(core.KindConfig), exitUsage, exitUsage},
		{"file", of(core.KindFile), exitUsage, exitUsage},
		{"sign-in", of(core.KindAuth), exitAuth, exitAuth},
		{"TLS", of(core.KindTLS), exitUnreachable, exitUnreachable},
		{"network", fmt.Errorf("upload: %w", of(core.KindNetwork)), exitUnreachable, exitUnreachable},
		{"server", of(core.KindServer), exitIncomplete, exitIncomplete},
		{"cancelled", of(core.KindCancelled), exitInterrupted, exitInterrupted},
		{"context", context.Canceled, exitInterrupted, exitInterrupted},
		{"output", lostErr, exitIncomplete, exitIncomplete},
		{"another", errors.New("unknown flag"), exitUsage, exitIncomplete},
	} {
		if code := exitCode(tt.err); code != tt.code {
			t.Errorf("%s: %d, want %d", tt.name, code, tt.code)
		}
		if code := exitCode(errors.Join(&report.Told{Err: tt.err}, of(core.KindAuth))); code != tt.told {
			t.Errorf("%s, told: %d, want %d", tt.name, code, tt.told)
		}
	}
	if code := exitCode(nil); code != exitOK {
		t.Errorf("no error: %d", code)
	}
}

// nothing takes nothing.
type nothing struct{}

func (nothing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }
