package desktop

import (
	"slices"
	"testing"
)

// TestScaleBy: a chosen scale replaces that of the environment, and "" restores it.
func TestScaleBy(t *testing.T) {
	var set []string
	scale := ScaleBy(func(string) string { return "1.2" }, func(key, value string) error {
		set = append(set, key+"="+value)
		return nil
	})
	scale("2")
	scale("")
	if want := []string{"FYNE_SCALE=2", "FYNE_SCALE=1.2"}; !slices.Equal(set, want) {
		t.Errorf("the environment is told %q, want %q", set, want)
	}
}
