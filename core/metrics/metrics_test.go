package metrics

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	dto "github.com/prometheus/client_model/go"

	"github.com/artstore/ingester/core"
)

// M1, M2, M3, M4, M7: names, types, labels and buckets, as a scrape sees them.
func TestNamesLabelsAndBuckets(t *testing.T) {
	m := newMetrics()
	m.UploadStarted()
	m.UploadFinished(core.RetentionTemporary, time.Second, 1<<20, &core.Error{Code: core.CodeTimeout})
	families := scrape(t, serve(t, m, "127.0.0.1:0").URL())
	tests := []struct {
		name   string
		kind   dto.MetricType
		labels map[string][]string // label → values
		bounds []float64           // nil: not checked
	}{
		{"ingester_jwt_validation_total", dto.MetricType_COUNTER, map[string][]string{"result": {"expired", "failure", "success"}}, nil},
		{"ingester_jwt_validation_duration_seconds", dto.MetricType_HISTOGRAM, nil,
			[]float64{.001, .005, .01, .025, .05, .1, .25, .5, 1}},
		{"ingester_oauth_token_requests_total", dto.MetricType_COUNTER, map[string][]string{"result": {"cache_hit", "failure", "success"}}, nil},
		{"ingester_oauth_token_duration_seconds", dto.MetricType_HISTOGRAM, nil,
			[]float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5}},
		{"ingester_files_total", dto.MetricType_COUNTER, map[string][]string{"outcome": {"cancelled", "failed", "stored", "taken", "unknown"}}, nil},
		{"ingester_uploads_total", dto.MetricType_COUNTER, map[string][]string{
			"retention_policy": {"permanent", "permanent", "temporary", "temporary"},
			"status":           {"error", "success", "error", "success"}}, nil},
		{"ingester_upload_duration_seconds", dto.MetricType_HISTOGRAM, nil, nil},
		{"ingester_upload_size_bytes", dto.MetricType_HISTOGRAM, nil, nil},
		{"ingester_active_uploads", dto.MetricType_GAUGE, nil, nil},
		{"ingester_errors_total", dto.MetricType_COUNTER, map[string][]string{"error_code": {"timeout"}}, nil},
		{"ingester_sent_bytes_total", dto.MetricType_COUNTER, nil, nil},
		{"ingester_token_expiry_timestamp_seconds", dto.MetricType_GAUGE, nil, nil},
		{"ingester_client_certificate_expiry_timestamp_seconds", dto.MetricType_GAUGE, nil, nil},
		{"ingester_build_info", dto.MetricType_GAUGE, map[string][]string{
			"version": {"1.2.3"}, "commit": {"abc"}, "goversion": {"go1.26"}}, nil},
		{"go_goroutines", dto.MetricType_GAUGE, nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := families[tt.name]
			if f == nil {
				t.Fatal("not on /metrics")
			}
			if f.GetType() != tt.kind || f.GetHelp() == "" {
				t.Errorf("type %v, help %q; want %v and a help text", f.GetType(), f.GetHelp(), tt.kind)
			}
			if diff := cmp.Diff(tt.labels, labels(f)); diff != "" {
				t.Errorf("labels (-want +got):\n%s", diff)
			}
			if tt.bounds != nil {
				if diff := cmp.Diff(append(tt.bounds, math.Inf(+1)), bounds(f)); diff != "" {
					t.Errorf("buckets (-want +got):\n%s", diff)
				}
			}
		})
	}
}

func labels(f *dto.MetricFamily) map[string][]string {
	var found map[string][]string
	for _, metric := range f.GetMetric() {
		for _, pair := range metric.GetLabel() {
			if found == nil {
				found = map[string][]string{}
			}
			found[pair.GetName()] = append(found[pair.GetName()], pair.GetValue())
		}
	}
	return found
}

func bounds(f *dto.MetricFamily) []float64 {
	var found []float64
	for _, bucket := range f.GetMetric()[0].GetHistogram().GetBucket() {
		found = append(found, bucket.GetUpperBound())
	}
	return found
}

// M6: a hundred uploads, and /metrics shows them.
func TestHundredUploads(t *testing.T) {
	m := newMetrics()
	l := serve(t, m, "127.0.0.1:0")
	for i := range 100 {
		m.UploadStarted()
		m.BytesSent(1000)
		var err error
		if i%10 == 0 {
			err = &core.Error{Code: core.CodeServerBusy}
		}
		m.UploadFinished(core.RetentionPermanent, 20*time.Millisecond, 1000, err)
	}
	m.UploadStarted()
	families := scrape(t, l.URL())
	got := map[string]float64{
		"attempts": float64(families["ingester_upload_duration_seconds"].GetMetric()[0].GetHistogram().GetSampleCount()),
		"sizes":    float64(families["ingester_upload_size_bytes"].GetMetric()[0].GetHistogram().GetSampleCount()),
		"bytes":    families["ingester_sent_bytes_total"].GetMetric()[0].GetCounter().GetValue(),
		"active":   families["ingester_active_uploads"].GetMetric()[0].GetGauge().GetValue(),
		"busy":     families["ingester_errors_total"].GetMetric()[0].GetCounter().GetValue(),
	}
	for _, metric := range families["ingester_uploads_total"].GetMetric() {
		got[metric.GetLabel()[0].GetValue()+" "+metric.GetLabel()[1].GetValue()] = metric.GetCounter().GetValue()
	}
	want := map[string]float64{
		"attempts": 100, "sizes": 90, "bytes": 100_000, "active": 1, "busy": 10,
		"permanent success": 90, "permanent error": 10, "temporary success": 0, "temporary error": 0,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// No value from outside becomes a label value.
func TestLabelsAreBounded(t *testing.T) {
	m := newMetrics()
	before := series(t, m)
	for _, foreign := range []string{"", "/home/me/secret.pdf", "evil.example", "eyJhbGciOi", "4cf0\n"} {
		m.UploadStarted()
		m.UploadFinished(core.Retention(foreign), 0, 0, &core.Error{Code: core.Code(foreign + "x")})
		m.UploadStarted()
		m.UploadFinished(core.Retention(foreign), 0, 0, nil)
		m.TokenRequest(foreign, 0)
		m.Validation(foreign, 0)
	}
	// other: two statuses of uploads, and one each of errors, tokens and
	// verifications.
	if after := series(t, m); after != before+5 {
		t.Errorf("%d series became %d, want %d", before, after, before+5)
	}
	got, err := m.Measurements(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if got.Errors["other"] != 5 || got.TokenRequests["other"] != 5 || got.Validations["other"] != 5 {
		t.Errorf("foreign values were counted as %v, %v, %v; want 5 of other each", got.Errors, got.TokenRequests, got.Validations)
	}
}

// series returns the number of the program's own series.
func series(t *testing.T, m *Metrics) int {
	t.Helper()
	families, err := m.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, f := range families {
		if strings.HasPrefix(f.GetName(), "ingester_") {
			n += len(f.GetMetric())
		}
	}
	return n
}

// Every code of package core is a separate label value.
func TestEveryCodeIsKnown(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../error.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); !ok || kind.Name != "Code" {
			return true
		}
		code, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		n++
		if got := errorCode(&core.Error{Code: core.Code(code)}); got != code {
			t.Errorf("%s is counted as %q: add it to known", code, got)
		}
		return true
	})
	if n < 50 {
		t.Errorf("found only %d codes in package core", n)
	}
	if got := errorCode(errors.New("plain")); got != string(core.CodeInternal) {
		t.Errorf("an error without a code is counted as %q", got)
	}
}

func TestBytesNeverFall(t *testing.T) {
	m := newMetrics()
	m.BytesSent(10)
	m.BytesSent(-3)
	got, err := m.Measurements(time.Now())
	if err != nil || got.BytesSent != 10 {
		t.Errorf("BytesSent = %v, %v; want 10", got.BytesSent, err)
	}
}

// M6: far below a millisecond each.
func BenchmarkObserve(b *testing.B) {
	m := newMetrics()
	failed := &core.Error{Code: core.CodeTimeout}
	for name, observe := range map[string]func(){
		"stored":     func() { m.UploadStarted(); m.UploadFinished(core.RetentionTemporary, time.Second, 1<<20, nil) },
		"failed":     func() { m.UploadStarted(); m.UploadFinished(core.RetentionTemporary, time.Second, 1<<20, failed) },
		"bytes":      func() { m.BytesSent(1 << 16) },
		"token":      func() { m.TokenRequest("cache_hit", 0) },
		"validation": func() { m.Validation("success", time.Millisecond) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				observe()
			}
		})
	}
}

func BenchmarkMeasurements(b *testing.B) {
	m := newMetrics()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.Measurements(time.Time{}); err != nil {
			b.Fatal(err)
		}
	}
}
