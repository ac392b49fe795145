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
		if got, err := Fields(tt.options, false); err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%+v gave %q, %v", tt.options, got, err)
		}
	}
	if _, err := Fields(core.Options{Metadata: json.RawMessage("{")}, false); err == nil {
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

// Tags are added to the metadata, which keeps its own fields.
func TestFieldsCarryTags(t *testing.T) {
	for _, tt := range []struct{ metadata, want string }{
		{"", `{"tags":["a","b"]}`},
		{`{"n":1.50,"m":{"tags":1}}`, `{"m":{"tags":1},"n":1.50,"tags":["a","b"]}`},
		{`{"tags":"mine"}`, `{"tags":"mine"}`},
	} {
		got, err := Fields(core.Options{Retention: core.RetentionPermanent, Tags: []string{"a", "b"}, Metadata: json.RawMessage(tt.metadata)}, true)
		want := []Field{{"retention_policy", "permanent"}, {"tags", `["a","b"]`}, {"metadata", tt.want}}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s gave %q, %v", tt.metadata, got, err)
		}
	}
	if got, err := Fields(core.Options{Retention: core.RetentionPermanent}, true); err != nil || len(got) != 1 {
		t.Errorf("without tags: %q, %v", got, err)
	}
}
