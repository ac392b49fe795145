package core

import "testing"

// Every state fits into a byte and comes back from it.
func TestSmallState(t *testing.T) {
	seen := map[SmallState]bool{}
	for s := range transitions {
		small := s.Small()
		if small.State() != s || seen[small] {
			t.Errorf("%q comes back as %q, or is another's", s, small.State())
		}
		seen[small] = true
	}
	for _, s := range []State{"", "no state"} {
		if got := s.Small().State(); got != "" {
			t.Errorf("%q comes back as %q", s, got)
		}
	}
}
