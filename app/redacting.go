package main

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/artstore/ingester/core"
)

// redacting is a log handler that replaces secrets.
type redacting struct {
	slog.Handler
	redactor *core.Redactor
}

// Handle implements slog.Handler.
func (h redacting) Handle(ctx context.Context, r slog.Record) error {
	out := slog.NewRecord(r.Time, r.Level, h.redactor.Redact(r.Message), r.PC)
	r.Attrs(func(a slog.Attr) bool {
		out.AddAttrs(h.attr(a))
		return true
	})
	return h.Handler.Handle(ctx, out)
}

// WithAttrs implements slog.Handler.
func (h redacting) WithAttrs(attrs []slog.Attr) slog.Handler {
	return redacting{h.Handler.WithAttrs(h.attrs(attrs)), h.redactor}
}

// WithGroup implements slog.Handler.
func (h redacting) WithGroup(name string) slog.Handler {
	return redacting{h.Handler.WithGroup(name), h.redactor}
}

func (h redacting) attrs(in []slog.Attr) []slog.Attr {
	out := make([]slog.Attr, 0, len(in))
	for _, a := range in {
		out = append(out, h.attr(a))
	}
	return out
}

func (h redacting) attr(a slog.Attr) slog.Attr {
	a.Value = a.Value.Resolve()
	switch a.Value.Kind() {
	case slog.KindGroup:
		a.Value = slog.GroupValue(h.attrs(a.Value.Group())...)
	case slog.KindString, slog.KindAny:
		text := fmt.Sprintf("%+v", a.Value.Any())
		if clean := h.redactor.Redact(text); clean != text {
			a.Value = slog.StringValue(clean)
		}
	}
	return a
}
