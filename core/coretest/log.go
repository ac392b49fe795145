package coretest

import (
	"log/slog"
	"strings"
	"sync"
)

// Log is a log that a test reads. Several goroutines may write it.
type Log struct {
	mu   sync.Mutex
	text strings.Builder
}

// Logger writes to the log, whatever the level.
func (l *Log) Logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// Write implements io.Writer.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// String is all of it.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Count is how often words are in it.
func (l *Log) Count(words string) int { return strings.Count(l.String(), words) }
