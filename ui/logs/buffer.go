package logs

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"
)

// logLines is how many records a Buffer keeps.
const logLines = 2000

// Buffer is a slog.Handler that keeps the newest records for the window's
// log page. It is safe for any goroutine, and so is what WithAttrs and
// WithGroup return, which write to the same buffer.
type Buffer struct {
	level slog.Leveler
	ring  *logRing
	form  slog.Handler // writes attributes to ring.text
}

// logRing is what all handlers of one buffer share.
type logRing struct {
	mu      sync.Mutex
	text    bytes.Buffer // of the record that is being handled
	entries []logEntry   // a ring when it is full
	next    int          // where the next entry goes
	version int          // how many entries were ever added
}

// logEntry is one record as the page shows it.
type logEntry struct {
	at      time.Time
	level   slog.Level
	message string
	attrs   string // key=value, quoted where needed
}

// NewBuffer returns an empty buffer for records from level up.
func NewBuffer(level slog.Leveler) *Buffer {
	ring := &logRing{}
	form := slog.NewTextHandler(&ring.text, &slog.HandlerOptions{
		Level: slog.LevelDebug - 100, // Enabled has decided already
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && (a.Key == slog.LevelKey || a.Key == slog.MessageKey) {
				return slog.Attr{}
			}
			return a
		},
	})
	return &Buffer{level: level, ring: ring, form: form}
}

// Enabled implements slog.Handler.
func (b *Buffer) Enabled(_ context.Context, level slog.Level) bool {
	return level >= b.level.Level()
}

// Handle implements slog.Handler.
func (b *Buffer) Handle(ctx context.Context, r slog.Record) error {
	e := logEntry{at: r.Time, level: r.Level, message: r.Message}
	attrs := slog.NewRecord(time.Time{}, r.Level, "", 0) // the page shows the time apart, and no source
	r.Attrs(func(a slog.Attr) bool { attrs.AddAttrs(a); return true })
	b.ring.mu.Lock()
	defer b.ring.mu.Unlock()
	b.ring.text.Reset()
	if err := b.form.Handle(ctx, attrs); err != nil {
		return err
	}
	e.attrs = strings.TrimSpace(b.ring.text.String())
	b.ring.add(e)
	return nil
}

// WithAttrs implements slog.Handler.
func (b *Buffer) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &Buffer{level: b.level, ring: b.ring, form: b.form.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (b *Buffer) WithGroup(name string) slog.Handler {
	return &Buffer{level: b.level, ring: b.ring, form: b.form.WithGroup(name)}
}

func (r *logRing) add(e logEntry) {
	if len(r.entries) < logLines {
		r.entries = append(r.entries, e)
	} else {
		r.entries[r.next] = e
	}
	r.next = (r.next + 1) % logLines
	r.version++
}

// since returns all entries, newest first, and their version. It reports false if
// there is none newer than version.
func (b *Buffer) since(version int) ([]logEntry, int, bool) {
	r := b.ring
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.version == version {
		return nil, version, false
	}
	n := len(r.entries)
	out := make([]logEntry, n)
	for i := range n {
		out[i] = r.entries[(r.next-1-i+2*n)%n]
	}
	return out, r.version, true
}
