package core_test

import (
	"testing"

	"github.com/artstore/ingester/core"
)

func TestOneLine(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		limit      int
		want       string
	}{
		{"plain", "files:write", 11, "files:write"},
		{"lines", " one\r\ntwo\tthree ", 20, "one  two three"},
		{"escape sequence", "a\x1b[2Jb\x00c", 20, "a[2Jbc"},
		{"direction", "a\u202eb\u200fc", 20, "abc"},
		{"not UTF-8", "a\xffb", 20, "ab"},
		{"too long, counted in characters", "отказано в доступе", 10, "отказано в…"},
		{"nothing", "\n\x07", 20, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := core.OneLine(tt.text, tt.limit, "…"); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
