package content

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/artstore/ingester/core"
)

// fieldUserMetadata is the first generation's name for the metadata.
const fieldUserMetadata = "user_metadata"

// Told compares how a server says that it keeps a file with what it was asked, and notes
// the result in the receipt, which has its times already. told has the fields of the
// server's answer; name is the name that was sent. What the server doesn't say is no
// difference.
func Told(r *core.Receipt, told map[string]any, name string, asked core.Options) {
	kept := asked
	r.Retention = core.Retention(clip(strings.ToLower(text(told, core.FieldRetention))))
	if r.Retention == "" && !r.ExpiresAt.IsZero() {
		r.Retention = core.RetentionTemporary
	}
	if r.Retention != "" {
		kept.Retention = r.Retention
	}
	if kept.Retention == core.RetentionTemporary {
		r.TTLDays = days(r, told, asked.TTLDays)
		kept.TTLDays = r.TTLDays
	}
	tags, said := list(told[core.FieldTags])
	if !said {
		tags, said = carriedTags(told, asked)
	}
	if said {
		kept.Tags = asAsked(tags, asked.Tags)
	}
	if said, ok := told[core.FieldDescription].(string); ok && !alike(said, asked.Description) {
		kept.Description = said
	}
	object, ok := told[core.FieldMetadata].(map[string]any)
	if !ok {
		object, ok = told[fieldUserMetadata].(map[string]any)
	}
	if ok {
		kept.Metadata, _ = json.Marshal(object) // was read from JSON
	}
	r.Differs = asked.Differences(kept)
	if said := text(told, core.FieldName); said != "" && !SameName(said, name) {
		r.Differs = append(r.Differs, core.Difference{Field: core.FieldName, Asked: name, Got: said})
	}
	if asked.Retention == core.RetentionPermanent && kept.Retention == core.RetentionPermanent && !r.ExpiresAt.IsZero() {
		r.Differs = append(r.Differs, core.Difference{Field: core.FieldExpires, Got: r.ExpiresAt.Format(time.RFC3339)})
	}
	for i := range r.Differs {
		r.Differs[i].Got = clip(r.Differs[i].Got)
	}
}

// clip cuts a server's text to the longest length that is kept.
func clip(s string) string {
	if said := []rune(s); len(said) > core.MaxDescriptionLength {
		return string(said[:core.MaxDescriptionLength])
	}
	return s
}

// SameName reports whether two names are equal, whether their characters are composed or
// not.
func SameName(a, b string) bool { return norm.NFC.String(a) == norm.NFC.String(b) }

// alike reports whether two texts have no visible difference. Composed and decomposed
// characters, line ends, and space around the text don't count.
func alike(a, b string) bool {
	plain := func(s string) string {
		return norm.NFC.String(strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")))
	}
	return plain(a) == plain(b)
}

// asAsked returns tags, with those that were asked for in their original spelling.
func asAsked(tags, asked []string) []string {
	for i, tag := range tags {
		if at := slices.IndexFunc(asked, func(a string) bool { return alike(a, tag) }); at >= 0 {
			tags[i] = asked[at]
		}
	}
	return tags
}

// days returns for how many days the server keeps the file, 0 if it doesn't say. If it
// only says when the file expires, that may have been rounded up to the end of a day.
func days(r *core.Receipt, told map[string]any, asked int) int {
	if n, err := strconv.Atoi(text(told, core.FieldTTLDays)); err == nil && n > 0 {
		return n
	}
	if r.ExpiresAt.IsZero() || r.UploadedAt.IsZero() {
		return 0
	}
	exact := r.ExpiresAt.Sub(r.UploadedAt).Hours() / 24
	if float64(asked) == math.Floor(exact) || float64(asked) == math.Ceil(exact) {
		return asked
	}
	return int(math.Round(exact))
}

// text returns a field that is a text or a number.
func text(told map[string]any, field string) string {
	switch v := told[field].(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

// list returns a list of texts, which may itself be written as a JSON text.
func list(v any) (items []string, said bool) {
	if s, ok := v.(string); ok && json.Unmarshal([]byte(s), &items) == nil {
		return items, items != nil
	}
	all, said := v.([]any)
	for _, item := range all {
		if s, ok := item.(string); ok {
			items = append(items, s)
		}
	}
	return items, said
}
