package main

import (
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"strings"
)

// maxLogFile is the size in bytes from which a start keeps the old log aside.
const maxLogFile = 5 << 20

// logLevel reads INGESTER_LOG.
func logLevel(getenv func(string) string, otherwise slog.Level) (slog.Level, error) {
	text := strings.TrimSpace(getenv("INGESTER_LOG"))
	if text == "" {
		return otherwise, nil
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(text)); err != nil {
		return 0, usageError("INGESTER_LOG must be debug, info, warn or error, not %q", text)
	}
	return level, nil
}

// newLog logs to w as text, without the time on a terminal's behalf: whoever
// runs a command sees when.
func newLog(w io.Writer, level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}

// openLogFile opens the window's log for appending, mode 0600; a large one is
// kept as ".old" first.
func openLogFile(path string) (*os.File, error) {
	if info, err := os.Stat(path); err == nil && info.Size() > maxLogFile {
		if err := os.Rename(path, path+".old"); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	return os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
}
