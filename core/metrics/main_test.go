package metrics

import (
	"context"
	"log/slog"
	"net/http"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"go.uber.org/goleak"

	"github.com/artstore/ingester/core/auth"
	"github.com/artstore/ingester/core/engine"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Metrics is an observer of the engine and of the token source.
var (
	_ engine.Observer = (*Metrics)(nil)
	_ auth.Observer   = (*Metrics)(nil)
)

func newMetrics() *Metrics {
	return New(Build{Version: "1.2.3", Commit: "abc", GoVersion: "go1.26"})
}

// serve starts a real listener and returns its URL. It ends with the test.
func serve(t *testing.T, m *Metrics, addr string) *Listener {
	t.Helper()
	l, err := m.Listen(t.Context(), addr, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- l.Serve(ctx) }()
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Serve = %v, want nil after its context ended", err)
		}
	})
	return l
}

// scrape reads a listener as Prometheus does.
func scrape(t *testing.T, url string) map[string]*dto.MetricFamily {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s", url, resp.Status)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return families
}
