package core

import (
	"math"
	"path/filepath"
	"testing"
)

func TestDropID(t *testing.T) {
	for _, id := range []DropID{1, 1764547200123456789, math.MaxInt64} {
		if got, err := ParseDropID(id.String()); got != id || err != nil {
			t.Errorf("%d is read as %d, %v", id, got, err)
		}
	}
	for _, s := range []string{"", "0", "-1", "ä", "zzzzzzzzzzzzzzzz"} {
		if id, err := ParseDropID(s); err == nil {
			t.Errorf("%q is read as %d", s, id)
		}
	}
	if s := DropID(0).String(); s != "" {
		t.Errorf("no drop is written as %q", s)
	}
}

func TestScanName(t *testing.T) {
	box, letter, other := filepath.FromSlash("/data/box"), filepath.FromSlash("/data/letter.pdf"), filepath.FromSlash("/other/x")
	for _, tt := range []struct {
		want  string
		roots []string
	}{
		{"", nil},
		{"box", []string{box}},
		{"letter.pdf", []string{letter}},
		{"data", []string{box, letter}},
		{"", []string{box, letter, other}},
	} {
		var s Scan
		for _, r := range tt.roots {
			s.Roots = append(s.Roots, Root{Path: r})
		}
		if got := s.Name(); got != tt.want {
			t.Errorf("%v is named %q, want %q", tt.roots, got, tt.want)
		}
	}
}
