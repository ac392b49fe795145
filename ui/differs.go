package ui

import (
	"strconv"
	"strings"
	"time"

	"github.com/artstore/ingester/core"
)

// differs says what a server keeps otherwise than it was asked, "" for nothing.
func (t *text) differs(r *core.Receipt) string {
	if r == nil {
		return ""
	}
	return t.differences(r.Differs, r.TTLDays)
}

// differences says several; days is as for difference.
func (t *text) differences(found []core.Difference, days int) string {
	words := make([]string, len(found))
	for i, d := range found {
		words[i] = t.difference(d, days)
	}
	return strings.Join(words, ", ")
}

// difference says one thing; days is for how many the server keeps the file, 0
// where that is not known.
func (t *text) difference(d core.Difference, days int) string {
	got := args{"Got": plain(d.Got), "Asked": plain(d.Asked)}
	switch d.Field {
	case core.FieldRetention:
		switch {
		case d.Got == string(core.RetentionTemporary) && days > 0:
			return t.s("differs.for_days", args{"Days": t.n("keep.days", days)})
		case d.Got == string(core.RetentionTemporary):
			return t.s("differs.temporary")
		case d.Got == string(core.RetentionPermanent):
			return t.s("differs.permanent")
		}
		return t.s("differs.kept_as", got)
	case core.FieldTTLDays:
		return t.s("differs.days", args{"Got": t.days(d.Got), "Asked": t.days(d.Asked)})
	case core.FieldExpires:
		if end, err := time.Parse(time.RFC3339, d.Got); err == nil {
			got["Got"] = t.moment(end)
		}
		return t.s("differs.until", got)
	case core.FieldName:
		return t.s("differs.name", got)
	case core.FieldTags:
		return t.s("differs.tags")
	case core.FieldDescription:
		return t.s("differs.description")
	}
	return t.s("differs.metadata")
}

// days is a number of days in words.
func (t *text) days(number string) string {
	n, err := strconv.Atoi(number)
	if err != nil {
		return plain(number)
	}
	return t.n("keep.days", n)
}

// differing are the lines of a details dialog that say what differs, with what
// was asked and what the server has.
func (t *text) differing(r *core.Receipt) []fact {
	var out []fact
	for _, d := range r.Differs {
		words := capital(t.difference(d, r.TTLDays))
		switch d.Field {
		case core.FieldTags, core.FieldDescription, core.FieldMetadata:
			words += "\n" + t.s("differs.both", args{"Asked": orDash(plain(d.Asked)), "Got": orDash(plain(d.Got))})
		}
		out = append(out, fact{t.s("fact.differs"), words})
	}
	return out
}

func orDash(text string) string {
	if text == "" {
		return "—"
	}
	return text
}
