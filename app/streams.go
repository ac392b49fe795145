package main

import (
	"io"
	"log"
	"log/slog"

	"github.com/artstore/ingester/app/report"
	"github.com/artstore/ingester/core"
)

// streams are what a command reads and writes.
type streams struct {
	in       io.Reader
	out, err *report.Output
	redactor *core.Redactor // knows the secrets that a log must not show
}

// newLog logs to w as text.
func (s streams) newLog(w io.Writer, level slog.Level) *slog.Logger {
	return s.logTo(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}

// logTo makes h the log of this process, without secrets. Libraries that use the
// standard logger write to it as well.
func (s streams) logTo(h slog.Handler) *slog.Logger {
	h = redacting{h, s.redactor}
	log.SetFlags(0)
	log.SetOutput(unquoting{slog.NewLogLogger(h, slog.LevelWarn).Writer()})
	return slog.New(h)
}
