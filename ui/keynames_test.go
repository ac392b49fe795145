package ui

import (
	"strings"
	"testing"

	"github.com/artstore/ingester/ui/view/viewtest"
)

// TestKeysAreNamedAsOnTheDesktop in the language of the user, and on macOS by the
// symbols of the keys.
func TestKeysAreNamedAsOnTheDesktop(t *testing.T) {
	names := func(language string, mac bool) string {
		var all []string
		for _, f := range keys(viewtest.Speaking(t, language), mac) {
			if f.Name == "" || f.Value == "" {
				t.Errorf("%s: %+v", language, f)
			}
			all = append(all, f.Name)
		}
		return strings.Join(all, " ")
	}
	for _, c := range []struct {
		language string
		mac      bool
		want     string
	}{
		{"en", false, "Ctrl+O Ctrl+Shift+O Ctrl+V Ctrl+, Ctrl+F Space Delete Ctrl+Z Ctrl+R Ctrl+1…4 Ctrl+PgUp, PgDn Ctrl+A Ctrl+Shift+↑↓ Ctrl+P Return F10 F1"},
		{"ru", false, "Ctrl+O Ctrl+Shift+O Ctrl+V Ctrl+, Ctrl+F Пробел Delete Ctrl+Z Ctrl+R Ctrl+1…4 Ctrl+PgUp, PgDn Ctrl+A Ctrl+Shift+↑↓ Ctrl+P Enter F10 F1"},
		{"en", true, "⌘O ⇧⌘O ⌘V ⌘, ⌘F Space ⌫ ⌘Z ⌘R ⌘1…4 ⌘PgUp, PgDn ⌘A ⇧⌘↑↓ ⌘P Return F10 F1"},
		{"ru", true, "⌘O ⇧⌘O ⌘V ⌘, ⌘F Пробел ⌫ ⌘Z ⌘R ⌘1…4 ⌘PgUp, PgDn ⌘A ⇧⌘↑↓ ⌘P Enter F10 F1"},
	} {
		if got := names(c.language, c.mac); got != c.want {
			t.Errorf("%s, macOS %v: %q, want %q", c.language, c.mac, got, c.want)
		}
	}
}
