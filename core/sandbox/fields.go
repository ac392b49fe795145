package sandbox

import (
	"encoding/json"
	"mime"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/artstore/ingester/core"
)

// Limits of the texts of an upload.
const (
	maxName = 255 // bytes, as in file systems
	maxKey  = 255
)

// fields are the checked form fields of an upload.
type fields struct {
	retention   core.Retention
	ttlDays     int
	description string
	tags        []string
	metadata    json.RawMessage
	compress    string // the requested algorithm, first generation only
}

func defaultFields() fields {
	return fields{retention: core.RetentionTemporary, ttlDays: core.DefaultTTLDays}
}

// set checks one form field and keeps it. Like the real servers it ignores empty
// and unknown fields.
func (f *fields) set(name, value string) error {
	if value == "" {
		return nil
	}
	if !utf8.ValidString(value) {
		return badField(clip(strings.ToValidUTF8(name, "?")), "value_error", "the field is not UTF-8")
	}
	switch name {
	case "retention_policy":
		f.retention = core.Retention(value)
		if f.retention != core.RetentionTemporary && f.retention != core.RetentionPermanent {
			return badField(name, "value_error", "retention_policy must be temporary or permanent, not %q", clip(value))
		}
	case "ttl_days":
		days, err := strconv.Atoi(value)
		if err != nil || days < 1 || days > core.MaxTTLDays {
			return badField(name, "value_error", "ttl_days must be a number from 1 to %d, not %q", core.MaxTTLDays, clip(value))
		}
		f.ttlDays = days
	case "description":
		if n := utf8.RuneCountInString(value); n > core.MaxDescriptionLength {
			return badField(name, "string_too_long", "description must have at most %d characters, not %d", core.MaxDescriptionLength, n)
		}
		f.description = value
	case "tags":
		// null is not an array, though it decodes into one.
		if err := json.Unmarshal([]byte(value), &f.tags); err != nil || f.tags == nil {
			return badField(name, "value_error", `tags must be a JSON array of strings such as ["box 14","letters"]`)
		}
	case "metadata":
		var object map[string]json.RawMessage
		if err := json.Unmarshal([]byte(value), &object); err != nil || object == nil {
			return badField(name, "value_error", `metadata must be a JSON object such as {"box":"14"}`)
		}
		f.metadata = json.RawMessage(value)
	}
	return nil
}

// describe copies the fields to a file that is uploaded at now.
func (f *fields) describe(file *File, now time.Time) {
	file.UploadedAt = now.UTC().Truncate(time.Microsecond)
	file.Retention, file.Description, file.Tags, file.Metadata, file.Compress = f.retention, f.description, f.tags, f.metadata, f.compress
	if f.retention == core.RetentionTemporary {
		file.TTLDays = f.ttlDays
		file.ExpiresAt = file.UploadedAt.AddDate(0, 0, f.ttlDays)
	}
}

// checkName refuses invalid file names. A name is kept as a label only: it never
// becomes part of a path.
func checkName(name string) error {
	switch {
	case name == "":
		return badField("file", "missing", "the file has no file name")
	case len(name) > maxName:
		return badField("file", "value_error", "the file name is longer than %d bytes", maxName)
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		return badField("file", "value_error", "the file name has characters that can't be shown")
	}
	return nil
}

// mediaType returns a part's content type, or application/octet-stream if it is
// missing or invalid.
func mediaType(header string) string {
	if _, _, err := mime.ParseMediaType(header); err != nil || !strings.Contains(header, "/") {
		return "application/octet-stream"
	}
	return header
}

// checkKey refuses an invalid Idempotency-Key. "" is allowed.
func checkKey(key string) error {
	if len(key) > maxKey {
		return badField("Idempotency-Key", "value_error", "the Idempotency-Key is longer than %d characters", maxKey)
	}
	for i := range len(key) {
		if key[i] < ' ' || key[i] > '~' {
			return badField("Idempotency-Key", "value_error", "the Idempotency-Key has other characters than printable ASCII")
		}
	}
	return nil
}
