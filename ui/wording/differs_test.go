package wording

import (
	"testing"
	"time"

	"github.com/artstore/ingester/core"
)

// Each difference is said in words of its own, in both languages.
func TestDifferencesAreSaid(t *testing.T) {
	for _, tt := range []struct {
		d      core.Difference
		days   int
		en, ru string
	}{
		{core.Difference{Field: core.FieldRetention, Asked: "permanent", Got: "temporary"}, 30, "kept for 30 days only, not permanently", "хранится только 30 дней, а не постоянно"},
		{core.Difference{Field: core.FieldRetention, Asked: "permanent", Got: "temporary"}, 0, "kept for a time only, not permanently", "хранится только временно, а не постоянно"},
		{core.Difference{Field: core.FieldRetention, Asked: "temporary", Got: "permanent"}, 0, "kept permanently, not for a time", "хранится постоянно, а не временно"},
		{core.Difference{Field: core.FieldRetention, Asked: "temporary", Got: "archive"}, 0, "kept as “archive”", "хранится как «archive»"},
		{core.Difference{Field: core.FieldTTLDays, Asked: "7", Got: "1"}, 1, "kept for 1 day, not 7 days", "хранится 1 день вместо 7 дней"},
		{core.Difference{Field: core.FieldName, Asked: "ä", Got: "a\u202ex"}, 0, "named “a␣x” there", "там он называется «a␣x»"},
		{core.Difference{Field: core.FieldTags}, 0, "without some of the tags", "без части меток"},
		{core.Difference{Field: core.FieldDescription}, 0, "with another description", "с другим описанием"},
		{core.Difference{Field: core.FieldMetadata}, 0, "with other metadata", "с другими метаданными"},
	} {
		for language, want := range map[string]string{"en": tt.en, "ru": tt.ru} {
			if got := spaced(speaking(t, language).difference(tt.d, tt.days)); got != want {
				t.Errorf("%+v: %q, want %q", tt.d, got, want)
			}
		}
	}
	at := time.Date(2026, 12, 24, 12, 0, 0, 0, time.UTC)
	end := core.Difference{Field: core.FieldExpires, Got: at.Format(time.RFC3339)}
	if got := english(t).difference(end, 0); got != "kept until "+at.Local().Format("2006-01-02 15:04:05")+" only, not permanently" {
		t.Errorf("%q", got)
	}
}
