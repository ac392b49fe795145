package wording

import (
	"strconv"
	"strings"
	"time"

	"github.com/artstore/ingester/core"
)

// Differs says how the stored file differs from what was asked for, "" if it
// doesn't.
func (t *Text) Differs(r *core.Receipt) string {
	if r == nil {
		return ""
	}
	return t.Differences(r.Differs, r.TTLDays)
}

// Differences says several at once; days is as for difference.
func (t *Text) Differences(found []core.Difference, days int) string {
	words := make([]string, len(found))
	for i, d := range found {
		words[i] = t.difference(d, days)
	}
	return strings.Join(words, ", ")
}

// difference says one. days is the number of days for which the server keeps the
// file, 0 if unknown.
func (t *Text) difference(d core.Difference, days int) string {
	got := Args{"Got": Plain(d.Got), "Asked": Plain(d.Asked)}
	switch d.Field {
	case core.FieldRetention:
		switch {
		case d.Got == string(core.RetentionTemporary) && days > 0:
			return t.S("differs.for_days", Args{"Days": t.N("keep.days", days)})
		case d.Got == string(core.RetentionTemporary):
			return t.S("differs.temporary")
		case d.Got == string(core.RetentionPermanent):
			return t.S("differs.permanent")
		}
		return t.S("differs.kept_as", got)
	case core.FieldTTLDays:
		return t.S("differs.days", Args{"Got": t.days(d.Got), "Asked": t.days(d.Asked)})
	case core.FieldExpires:
		if end, err := time.Parse(time.RFC3339, d.Got); err == nil {
			got["Got"] = t.Moment(end)
		}
		return t.S("differs.until", got)
	case core.FieldName:
		return t.S("differs.name", got)
	case core.FieldTags:
		return t.S("differs.tags")
	case core.FieldDescription:
		return t.S("differs.description")
	}
	return t.S("differs.metadata")
}

// days is a number of days in words.
func (t *Text) days(number string) string {
	n, err := strconv.Atoi(number)
	if err != nil {
		return Plain(number)
	}
	return t.N("keep.days", n)
}

// DifferenceFacts are lines for a details dialog: each difference, with what was asked
// for and what the server has.
func (t *Text) DifferenceFacts(r *core.Receipt) []Fact {
	var out []Fact
	for _, d := range r.Differs {
		words := Capital(t.difference(d, r.TTLDays))
		switch d.Field {
		case core.FieldTags, core.FieldDescription, core.FieldMetadata:
			words += "\n" + t.S("differs.both", Args{"Asked": orDash(Plain(d.Asked)), "Got": orDash(Plain(d.Got))})
		}
		out = append(out, Fact{t.S("fact.differs"), words})
	}
	return out
}

func orDash(text string) string {
	if text == "" {
		return "—"
	}
	return text
}
