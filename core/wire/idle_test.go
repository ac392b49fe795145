package wire

import (
	"net/http"
	"testing"
	"time"
)

func TestKeepAlive(t *testing.T) {
	for value, want := range map[string]time.Duration{
		"timeout=5": 4 * time.Second, "timeout=5, max=100": 4 * time.Second, "max=100, Timeout = 75": 74 * time.Second, `timeout="20"`: 19 * time.Second,
		"timeout=2": time.Second, "timeout=1": leastIdle, "timeout=0": leastIdle, "timeout=600": mostIdle, "timeout=2147483647": mostIdle,
	} {
		server, ok := KeepAlive(http.Header{"Keep-Alive": {value}})
		if !ok || KeptIdle(server) != want {
			t.Errorf("%s: %v, idle for %v, want %v", value, ok, KeptIdle(server), want)
		}
	}
	for _, value := range []string{"", "300", "max=100", "timeout", "timeout=", "timeout=-5", "timeout=soon", "timeout=99999999999"} {
		if server, ok := KeepAlive(http.Header{"Keep-Alive": {value}}); ok {
			t.Errorf("%s was read as %v", value, server)
		}
	}
}
