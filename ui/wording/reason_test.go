package wording

import "testing"

// TestReasonsAndCodesAreToldApart, since a field's reason may be either.
func TestReasonsAndCodesAreToldApart(t *testing.T) {
	for code := range messages {
		if english(t).Has("settings.reason." + string(code)) {
			t.Errorf("%s is both", code)
		}
	}
}
