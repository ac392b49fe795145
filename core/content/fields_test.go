package content

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/artstore/ingester/core"
)

func TestFields(t *testing.T) {
	for _, tt := range []struct {
		options core.Options
		want    []Field
	}{
		{core.Options{Retention: core.RetentionTemporary, TTLDays: 30}, []Field{{"retention_policy", "temporary"}, {"ttl_days", "30"}}},
		{core.Options{Retention: core.RetentionPermanent, TTLDays: 30}, []Field{{"retention_policy", "permanent"}}},
		{core.Options{Retention: core.RetentionPermanent, Description: "a\nb", Tags: []string{`"`, "é"}, Metadata: json.RawMessage(`{ "a" : 1 }`)},
			[]Field{{"description", "a\nb"}, {"retention_policy", "permanent"}, {"tags", `["\"","é"]`}, {"metadata", `{"a":1}`}}},
	} {
		if got, err := Fields(tt.options); err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%+v gave %q, %v", tt.options, got, err)
		}
	}
	if _, err := Fields(core.Options{Metadata: json.RawMessage("{")}); err == nil {
		t.Error("broken metadata was taken")
	}
}

func TestMediaType(t *testing.T) {
	for name, want := range map[string]string{"a.png": "image/png", "a": "application/octet-stream", "a.nobodyknows": "application/octet-stream"} {
		if got := MediaType(name); got != want {
			t.Errorf("%s is %s", name, got)
		}
	}
}
