//go:build bench && !linux

package peers

import "testing"

func wideField(t *testing.T, _ bool) (field, *server, starter) {
	t.Helper()
	t.Skip("a wide area network needs Linux's network namespaces")
	return field{}, nil, nil
}
