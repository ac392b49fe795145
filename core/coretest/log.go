package coretest

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
)

// Log is a log in memory, which can be read while others write to it.
type Log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// String returns the text that was written.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Logger returns a logger that writes to the log.
func (l *Log) Logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

// Has reports whether a line of this level contains text.
func (l *Log) Has(level slog.Level, text string) bool {
	for line := range strings.Lines(l.String()) {
		if strings.Contains(line, "level="+level.String()) && strings.Contains(line, text) {
			return true
		}
	}
	return false
}

// Count returns how often the log contains text.
func (l *Log) Count(text string) int { return strings.Count(l.String(), text) }
