package core

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"time"
)

// The fields of a Difference, as the upload call and its answer name them.
const (
	FieldName        = "original_filename"
	FieldRetention   = "retention_policy"
	FieldTTLDays     = "ttl_days"
	FieldExpires     = "expires_at"
	FieldTags        = "tags"
	FieldDescription = "description"
	FieldMetadata    = "metadata"
)

// Differences compares how a server keeps a file with what o asks for. What o
// doesn't ask for is no difference: a server may add tags of its own.
func (o Options) Differences(kept Options) []Difference {
	var found []Difference
	differs := func(field, asked, got string) { found = append(found, Difference{field, asked, got}) }
	switch {
	case o.Retention != "" && o.Retention != kept.Retention:
		differs(FieldRetention, string(o.Retention), string(kept.Retention))
	case o.Retention == RetentionTemporary && o.TTLDays > 0 && kept.TTLDays > 0 && o.TTLDays != kept.TTLDays:
		differs(FieldTTLDays, strconv.Itoa(o.TTLDays), strconv.Itoa(kept.TTLDays))
	}
	if slices.ContainsFunc(o.Tags, func(tag string) bool { return !slices.Contains(kept.Tags, tag) }) {
		differs(FieldTags, jsonText(o.Tags), jsonText(append([]string{}, kept.Tags...)))
	}
	if o.Description != "" && o.Description != kept.Description {
		differs(FieldDescription, o.Description, kept.Description)
	}
	if !within(o.Metadata, kept.Metadata) {
		differs(FieldMetadata, jsonText(o.Metadata), jsonText(kept.Metadata))
	}
	return found
}

// within reports whether the JSON object kept has everything that asked has.
func within(asked, kept json.RawMessage) bool {
	if len(asked) == 0 {
		return true
	}
	var want, have map[string]any
	if json.Unmarshal(asked, &want) != nil || len(want) > 0 && json.Unmarshal(kept, &have) != nil {
		return false
	}
	for key, value := range want {
		if got, there := have[key]; !there || !reflect.DeepEqual(value, got) {
			return false
		}
	}
	return true
}

// jsonText returns v as compact JSON, "" for nothing.
func jsonText(v any) string {
	if raw, ok := v.(json.RawMessage); ok && len(raw) == 0 {
		return ""
	}
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		return ""
	}
	return string(bytes.TrimSuffix(text.Bytes(), []byte("\n")))
}

// Kept returns how the server keeps a stored file: as t asked, except for the
// differences in its receipt.
func (t Transfer) Kept() Options {
	kept, r := t.Options, t.Receipt
	if r == nil {
		return kept
	}
	if told := r.retention(); told != "" {
		kept.Retention = told
	}
	if r.TTLDays > 0 {
		kept.TTLDays = r.TTLDays
	}
	if kept.Retention != RetentionTemporary {
		kept.TTLDays = 0
	}
	for _, d := range r.Differs {
		switch d.Field {
		case FieldTags:
			kept.Tags = nil
			_ = json.Unmarshal([]byte(d.Got), &kept.Tags) // as Differences wrote it
		case FieldDescription:
			kept.Description = d.Got
		case FieldMetadata:
			kept.Metadata = json.RawMessage(d.Got)
		}
	}
	return kept
}

// retention is the retention by the server's answer. Older receipts have it among
// the details.
func (r *Receipt) retention() Retention {
	switch told := Retention(r.Details[FieldRetention]); {
	case r.Retention != "":
		return r.Retention
	case told == RetentionTemporary, told == RetentionPermanent:
		return told
	case !r.ExpiresAt.IsZero():
		return RetentionTemporary
	}
	return ""
}

// DiffersFrom compares how the server keeps a stored file with what o asks for. It
// may be called long after the file was stored, with other options than it was
// stored with.
func (t Transfer) DiffersFrom(o Options) []Difference {
	if t.Receipt == nil {
		return nil
	}
	found := o.Differences(t.Kept())
	for _, d := range t.Receipt.Differs {
		if d.Field == FieldName || d.Field == FieldExpires && o.Retention == RetentionPermanent {
			found = append(found, d)
		}
	}
	return found
}

// Temporary reports whether the server keeps a stored file only for a time, so
// that it could be made permanent.
func (t Transfer) Temporary() bool {
	return t.State == StateStored && t.Receipt != nil && t.Kept().Retention != RetentionPermanent
}

// MadePermanent returns a stored transfer as it is once its file was made
// permanent with o.
func (t Transfer) MadePermanent(o FinaliseOptions) Transfer {
	receipt := *t.Receipt
	receipt.Retention, receipt.TTLDays = RetentionPermanent, 0
	receipt.ExpiresAt = time.Time{}
	receipt.Differs = nil
	for _, d := range t.Receipt.Differs {
		switch {
		case d.Field == FieldRetention, d.Field == FieldTTLDays, d.Field == FieldExpires,
			d.Field == FieldDescription && o.Description != "", d.Field == FieldMetadata && len(o.Metadata) > 0:
		default:
			receipt.Differs = append(receipt.Differs, d)
		}
	}
	t.Receipt = &receipt
	t.Options.Retention, t.Options.TTLDays = RetentionPermanent, 0
	if o.Description != "" {
		t.Options.Description = o.Description
	}
	if len(o.Metadata) > 0 {
		t.Options.Metadata = o.Metadata
	}
	return t
}
