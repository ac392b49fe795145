package core

import (
	"slices"
	"testing"
)

// Lists that were changed by editors, Windows or mail programs have the same entries.
func TestItems(t *testing.T) {
	for list, want := range map[string][]string{
		"": nil, " \ufeff\r\n ;": nil, "a": {"a"}, "\ufeffa,b\r\n": {"a", "b"}, "a;\u00a0b ,\tc\u200b": {"a", "b", "c"}, "\u202aa b": {"a", "b"}, "a\rb\rc": {"a", "b", "c"},
	} {
		if got := Items(list, ",;"); !slices.Equal(got, want) {
			t.Errorf("%q is %q, want %q", list, got, want)
		}
	}
	if got := Trimmed("\ufeff \u202aC:\\a b\u00a0\r\n"); got != `C:\a b` {
		t.Errorf("%q", got)
	}
}
