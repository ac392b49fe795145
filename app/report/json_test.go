package report

import (
	"io"
	"math"
	"testing"
)

// What can't be put into JSON is lost too.
func TestLineThatIsNoJSON(t *testing.T) {
	o := NewOutput(io.Discard)
	newJSONReporter(o, NewPaths(nil), nil).write(math.NaN())
	if !IsLost(o.Failure()) {
		t.Errorf("the failure is %v", o.Failure())
	}
}
