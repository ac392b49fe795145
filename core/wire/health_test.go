package wire

import (
	"reflect"
	"testing"
)

// The health checks of servers of either generation, and of others: whether they take
// requests, whether all is well, and what is not.
func TestReadHealth(t *testing.T) {
	for name, tt := range map[string]struct {
		status             int
		body               string
		known, ready, well bool
		failing            []string
	}{
		"own":                {200, `{"status":"ok","checks":{"storage":"ok"}}`, true, true, true, nil},
		"an element":         {200, `{"status":"ready","checks":{"disk":"12 GB free","mode":"edit","wal":{"status":"ok"}}}`, true, true, true, nil},
		"second generation":  {200, `{"status":"ok","checks":{"filesystem":{"status":"ok"},"wal":{"status":"ok"}}}`, true, true, true, nil},
		"an element is down": {200, `{"status":"degraded","checks":{"redis":"ok","storage_elements":"degraded","wal":{"status":"up"}}}`, true, true, false, []string{"storage_elements: degraded"}},
		"disk is full":       {503, `{"status":"fail","checks":{"filesystem":{"status":"fail","message":"no room"},"db":{"status":"down","error":"refused"},"x":{"y":1}}}`, true, false, false, []string{"db: down (refused)", "filesystem: fail (no room)", `x: {"y":1}`}},
		"ok, but 503":        {503, `{"status":"ok","checks":{"a":"bad"}}`, true, false, false, []string{"a: bad"}},
		"fail, but 200":      {200, `{"status":"fail"}`, true, false, false, nil},
		"another server":     {200, `{"hello":"world"}`, false, false, false, nil},
		"another status":     {500, `{"status":"ok"}`, false, false, false, nil},
	} {
		h, known := ReadHealth(tt.status, []byte(tt.body))
		if known != tt.known || h.Ready != tt.ready || h.Well() != tt.well || !reflect.DeepEqual(h.Failing(), tt.failing) {
			t.Errorf("%s: %t, %+v, %q", name, known, h, h.Failing())
		}
	}
}
