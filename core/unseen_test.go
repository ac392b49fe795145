package core

import "testing"

func TestUnseen(t *testing.T) {
	for r, want := range map[rune]bool{
		'a': false, ' ': false, 'я': false, '\u00a0': false, '\u200d': false, '\u200c': false, '\U0001f469': false, '�': false,
		'\n': true, '\t': true, 0x1b: true, 0x7f: true, 0x85: true,
		'\u200e': true, '\u200f': true, '\u061c': true, '\u202a': true, '\u202e': true, '\u2066': true, '\u2069': true,
		'\u2028': true, '\u2029': true, '\ufeff': true,
	} {
		if got := Unseen(r); got != want {
			t.Errorf("%U: got %v", r, got)
		}
	}
}
