package logs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view/viewtest"
)

func TestLogByKeys(t *testing.T) {
	h := open(t, viewtest.NewFake(), "en", "light")
	viewtest.FillLog(slog.New(h.buffer))
	v := h.v
	v.Tick(h.Clock)
	v.list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	v.list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	h.Says("retry_in=8s")
	if h.Win.Canvas().Overlays().Top() == nil {
		t.Error("Return does not open the entry")
	}
}

func TestLogIsFilteredSearchedAndCopied(t *testing.T) {
	h := open(t, viewtest.NewFake(), "en", "light")
	v := h.v
	h.Says("Nothing logged yet")
	log := slog.New(h.buffer)
	log.Debug("looking", "path", "/a b")
	log.Info("file stored", "secret", core.NewSecret("hunter2"))
	log.With("transfer", 7).WithGroup("http").Warn("slow", "status", 503, "msg", "x")
	log.Error("failed\x1b[2J", "error", errors.New("no\nroute"))
	v.Tick(h.Clock)
	for _, want := range []string{"looking", `path="/a b"`, "secret=[redacted]", "transfer=7 http.status=503 http.msg=x", "failed␣[2J", `error="no\nroute"`, "WARN"} {
		h.Says(want)
	}
	if strings.Contains(h.Words(), "hunter2") {
		t.Error("a secret is in the log")
	}
	v.setLevel(slog.LevelWarn)
	h.Says("Show: warnings and errors")
	if len(v.visible) != 2 {
		t.Errorf("%d entries", len(v.visible))
	}
	v.search.SetText("SLOW")
	h.Tap("Copy as text")
	if got := h.App.Clipboard().Content(); !strings.HasSuffix(got, "WARN slow transfer=7 http.status=503 http.msg=x\n") || strings.Count(got, "\n") != 1 {
		t.Errorf("copied %q", got)
	}
	v.list.Select(0)
	h.Says("Message")
	h.Tap("Close")
	v.search.SetText("nothing like it")
	h.Says("Nothing matches the filter")
	v.showLevels()
	h.Says("no debugging")
}

func TestLogBufferIsBounded(t *testing.T) {
	b := NewBuffer(slog.LevelInfo)
	if b.Enabled(context.Background(), slog.LevelDebug) || !b.Enabled(context.Background(), slog.LevelInfo) {
		t.Error("the level is not kept")
	}
	log := slog.New(b)
	if _, _, changed := b.since(0); changed {
		t.Error("an empty buffer changed")
	}
	for i := range logLines + 10 {
		log.Info(fmt.Sprint(i))
	}
	entries, version, changed := b.since(0)
	if !changed || version != logLines+10 || len(entries) != logLines {
		t.Fatalf("%d entries, version %d", len(entries), version)
	}
	if first, last := entries[0].message, entries[logLines-1].message; first != fmt.Sprint(logLines+9) || last != "10" {
		t.Errorf("from %s to %s", first, last)
	}
	if _, _, changed := b.since(version); changed {
		t.Error("changed without a record")
	}
}

// TestLogInTheWindowsLanguage: the page says our sentences in the window's language and finds
// them in both; what is copied is what the log file has.
func TestLogInTheWindowsLanguage(t *testing.T) {
	h := open(t, viewtest.NewFake(), "ru", "light")
	log := slog.New(h.buffer)
	log.Info("the queue is loaded", "transfers", 3)
	log.Warn("http: TLS handshake error")
	v := h.v
	v.Tick(h.Clock)
	h.Says("очередь загружена")
	h.Says("http: TLS handshake error")
	for _, words := range []string{"ОЧЕРЕДЬ загр", "queue is", "transfers=3"} {
		if v.search.SetText(words); len(v.visible) != 1 {
			t.Errorf("%q: %d entries", words, len(v.visible))
		}
	}
	if got := v.asText(); !strings.HasSuffix(got, "INFO the queue is loaded transfers=3\n") {
		t.Errorf("copied %q", got)
	}
	v.list.Select(0)
	h.Says("the queue is loaded")
}
