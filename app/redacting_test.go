package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"github.com/artstore/ingester/core"
)

// A secret in any part of a log line, and in any form, is redacted.
func TestTheLogIsRedacted(t *testing.T) {
	var out bytes.Buffer
	s := streams{redactor: core.NewRedactor()}
	l := s.logTo(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	defer log.SetOutput(io.Discard)
	for _, text := range planted {
		s.redactor.Learn(core.NewSecret(text))
		said := []string{text, text[:12], url.QueryEscape(text), url.PathEscape(text)}
		for _, around := range []string{"", "x", "id"} {
			for _, part := range []string{text + around, text[:12]} {
				b := []byte(around + part)
				said = append(said, hex.EncodeToString(b), fmt.Sprintf("%X", b), base64.StdEncoding.EncodeToString(b), base64.RawURLEncoding.EncodeToString(b))
			}
		}
		for _, form := range said {
			l.Info("said "+form, "text", form, "error", fmt.Errorf("it said %w", errors.New(form)), "bytes", strings.NewReplacer(), slog.Group("group", "a", form))
			l.With("with", form).WithGroup("in").Debug("x", "list", []string{form}, "number", 42)
			log.Printf("a library says %q", form)
		}
	}
	keepsBack(t, "the log", out.Bytes())
	for _, want := range []string{"[redacted]", "a library says", "in.number=42", "level=WARN"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in the log", want)
		}
	}
}
