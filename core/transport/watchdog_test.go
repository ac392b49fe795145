package transport

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestWatchdogStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var barked error
		w := NewWatchdog(func(err error) { barked = err })
		w.Rest()              // before the first Touch
		time.Sleep(time.Hour) //nolint:forbidigo // virtual time
		w.Touch()
		w.Rest()
		time.Sleep(time.Hour) //nolint:forbidigo // virtual time
		w.Await()
		w.Stop()
		w.Touch()
		time.Sleep(time.Hour) //nolint:forbidigo // virtual time
		if barked != nil {
			t.Errorf("it barked: %v", barked)
		}
	})
}
