package ui

import (
	"strings"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
)

// TestAttemptsAreSaidInWords: when, how long, how far, what became of it.
func TestAttemptsAreSaidInWords(t *testing.T) {
	failed := core.Attempt{Number: 1, Start: start, End: start.Add(2 * time.Second), Sent: 1 << 20, Status: 503, Code: core.CodeServerBusy, Detail: "POST: 503\x1b[2J"}
	stored := core.Attempt{Number: 2, Start: start, End: start.Add(time.Second), Sent: 2 << 20, Status: 201}
	for language, want := range map[string][]string{
		"en": {"Attempt 1", "1.0 MiB · the server is busy (503)", "Attempt 2", "2.0 MiB · stored · verified"},
		"ru": {"Попытка 1", "1,0 МиБ · сервер занят (503)", "Попытка 2", "2,0 МиБ · сохранено · проверено"},
	} {
		text := speaking(t, language)
		a, b := text.attempt(failed), text.attempt(stored)
		got := spaced(strings.Join([]string{a.name, a.value, b.name, b.value}, "\n"))
		for _, words := range append(want, start.Local().Format("2006-01-02 15:04:05"), "POST: 503␣[2J") {
			if !strings.Contains(got, words) {
				t.Errorf("%s: no %q in\n%s", language, words, got)
			}
		}
	}
}
