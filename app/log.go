package main

import (
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"regexp"
	"strings"
)

// maxLogFile is the size in bytes from which the log is renamed at the next start.
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

// unquoting removes what net/http quotes of a response without a request: it may
// hold a token that the redactor does not know.
type unquoting struct{ io.Writer }

// quotation matches it as net/http writes it.
var quotation = regexp.MustCompile(`(Unsolicited response .* starting with )"(?:[^"\\]|\\.)*"`)

// Write implements io.Writer.
func (w unquoting) Write(line []byte) (int, error) {
	if _, err := w.Writer.Write(quotation.ReplaceAll(line, []byte("${1}what is not shown here"))); err != nil {
		return 0, err
	}
	return len(line), nil
}

// openLogFile opens the window's log for appending, mode 0600. A large one is
// renamed to ".old" first.
func openLogFile(path string) (*os.File, error) {
	if info, err := os.Stat(path); err == nil && info.Size() > maxLogFile {
		if err := os.Rename(path, path+".old"); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	return os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
}
