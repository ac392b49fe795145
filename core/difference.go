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

// Differences are what kept, how a server keeps a file, has otherwise than o
// asks. What o doesn't ask for is none of them: a server may add tags of its
// own.
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

// within reports whether a JSON object has all that asked has.
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

// jsonText is v as compact JSON, "" for nothing.
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

// Kept is how the server keeps a stored file: as t asked, except for what the
// receipt says.
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

// retention is what the server says of it. Receipts from before it was kept by
// itself have it among the details.
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

// DiffersFrom is what the server has of a stored file otherwise than o asks.
// That may be asked long after the file was stored, and for other options than
// those that it was stored with.
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

// Temporary reports whether the server keeps a stored file for a time only,
// so that it could be made permanent.
func (t Transfer) Temporary() bool {
	return t.State == StateStored && t.Receipt != nil && t.Kept().Retention != RetentionPermanent
}

// MadePermanent is a stored transfer once the server keeps its file for good,
// as o says.
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
