package content

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"github.com/artstore/ingester/core"
)

// A server's answer is compared with what was asked, field by field, in every form that servers use. Fields
// that it doesn't return, or that are only written differently, are no difference.
func TestTold(t *testing.T) {
	const name = "Отчёт й.pdf"
	up := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	permanent := core.Options{Retention: core.RetentionPermanent, Tags: []string{"läuft", "b"}, Description: "one\ntwo"}
	week := core.Options{Retention: core.RetentionTemporary, TTLDays: 7}
	month := core.Options{Retention: core.RetentionTemporary, TTLDays: 30}
	type told = map[string]any
	differ := func(field, asked, got string) []core.Difference {
		return []core.Difference{{Field: field, Asked: asked, Got: got}}
	}
	kept := differ(core.FieldRetention, "permanent", "temporary")
	long := strings.Repeat("я", 5000)
	for _, tt := range []struct {
		name    string
		asked   core.Options
		told    told
		expires time.Duration // how long after the upload
		want    []core.Difference
		policy  core.Retention
		days    int
	}{
		{"nothing", permanent, nil, 0, nil, "", 0},
		{"nulls", permanent, told{"tags": nil, "description": nil, "retention_policy": nil, "ttl_days": nil, "original_filename": nil}, 0, nil, "", 0},
		{"all as asked", permanent, told{"retention_policy": "permanent", "original_filename": name, "tags": []any{"läuft", "b"}, "description": "one\ntwo"}, 0, nil, core.RetentionPermanent, 0},
		{"in capitals", permanent, told{"retention_policy": "PERMANENT"}, 0, nil, core.RetentionPermanent, 0},
		{"temporary", permanent, told{"retention_policy": "temporary", "ttl_days": json.Number("30")}, 30 * 24 * time.Hour, kept, core.RetentionTemporary, 30},
		{"an end only", permanent, nil, 30 * 24 * time.Hour, kept, core.RetentionTemporary, 30},
		{"permanent with an end", permanent, told{"retention_policy": "permanent"}, time.Hour, differ(core.FieldExpires, "", "2026-03-04T06:06:07Z"), core.RetentionPermanent, 0},
		{"something else", permanent, told{"retention_policy": "archive"}, 0, differ(core.FieldRetention, "permanent", "archive"), "archive", 0},
		{"for good", week, told{"retention_policy": "permanent"}, 0, differ(core.FieldRetention, "temporary", "permanent"), core.RetentionPermanent, 0},
		{"other days", week, told{"ttl_days": json.Number("30")}, 0, differ(core.FieldTTLDays, "7", "30"), "", 30},
		{"days in quotes", month, told{"ttl_days": "30"}, 0, nil, "", 30},
		{"other days by the end", week, told{"retention_policy": "temporary"}, 30 * 24 * time.Hour, differ(core.FieldTTLDays, "7", "30"), core.RetentionTemporary, 30},
		{"days by the end", month, nil, 30 * 24 * time.Hour, nil, core.RetentionTemporary, 30},
		{"to the end of the day", month, nil, 30*24*time.Hour + 19*time.Hour, nil, core.RetentionTemporary, 30},
		{"since it was begun to be sent", month, nil, 29*24*time.Hour + 5*time.Hour, nil, core.RetentionTemporary, 30},
		{"a day too many", month, nil, 31*24*time.Hour + time.Hour, differ(core.FieldTTLDays, "30", "31"), core.RetentionTemporary, 31},
		{"a day too few", month, nil, 29 * 24 * time.Hour, differ(core.FieldTTLDays, "30", "29"), core.RetentionTemporary, 29},
		{"days as told, not by the end", week, told{"ttl_days": json.Number("7")}, 30 * 24 * time.Hour, nil, core.RetentionTemporary, 7},
		{"decomposed", permanent, told{"original_filename": norm.NFD.String(name), "tags": []any{norm.NFD.String("läuft"), "b"}, "description": "one\r\ntwo\n"}, 0, nil, "", 0},
		{"a name with a space more", permanent, told{"original_filename": name + " "}, 0, differ(core.FieldName, name, name+" "), "", 0},
		{"another name", permanent, told{"original_filename": "Otchet.pdf"}, 0, differ(core.FieldName, name, "Otchet.pdf"), "", 0},
		{"tags in another order, with one more", permanent, told{"tags": []any{"new", "b", "läuft"}}, 0, nil, "", 0},
		{"tags as text", permanent, told{"tags": `["b","läuft"]`}, 0, nil, "", 0},
		{"a tag lost", permanent, told{"tags": []any{"b"}}, 0, differ(core.FieldTags, `["läuft","b"]`, `["b"]`), "", 0},
		{"all tags lost", permanent, told{"tags": []any{}}, 0, differ(core.FieldTags, `["läuft","b"]`, `[]`), "", 0},
		{"tags nobody asked for", week, told{"tags": []any{"x"}}, 0, nil, "", 0},
		{"other words", permanent, told{"description": "one"}, 0, differ(core.FieldDescription, "one\ntwo", "one"), "", 0},
		{"very many words", permanent, told{"description": long}, 0, differ(core.FieldDescription, "one\ntwo", long[:2*core.MaxDescriptionLength]), "", 0},
		{"other metadata", core.Options{Metadata: json.RawMessage(`{"box":"14"}`)}, told{"metadata": map[string]any{"box": "15"}}, 0, differ(core.FieldMetadata, `{"box":"14"}`, `{"box":"15"}`), "", 0},
	} {
		r := core.Receipt{UploadedAt: up}
		if tt.expires > 0 {
			r.ExpiresAt = up.Add(tt.expires)
		}
		Told(&r, tt.told, name, tt.asked)
		if diff := cmp.Diff(tt.want, r.Differs); diff != "" || r.Retention != tt.policy || r.TTLDays != tt.days {
			t.Errorf("%s: %q for %d days\n%s", tt.name, r.Retention, r.TTLDays, diff)
		}
	}
}
