package upload

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"mime/multipart"
	"net/textproto"
	"path"
	"strconv"

	"github.com/artstore/ingester/core"
)

// form is everything of a multipart/form-data body (RFC 7578) but the file's
// content, so that the length of the whole is known before it is read.
type form struct {
	contentType string // with the boundary
	head, tail  []byte // before and after the content
}

// newForm writes the fields of the upload call, the file last: a server knows
// what to do with the content before it comes. The boundary is random
// (mime/multipart takes it from crypto/rand).
func newForm(name string, o core.Options) (form, error) {
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	fields, err := fieldsOf(o)
	if err != nil {
		return form{}, err
	}
	for _, f := range fields {
		if err := w.WriteField(f.name, f.value); err != nil {
			return form{}, fmt.Errorf("writing the field %s: %w", f.name, err)
		}
	}
	safe := safeName(name)
	header := textproto.MIMEHeader{
		"Content-Disposition": {multipart.FileContentDisposition("file", safe)},
		"Content-Type":        {mediaType(safe)},
	}
	if _, err := w.CreatePart(header); err != nil {
		return form{}, fmt.Errorf("writing the file's header: %w", err)
	}
	head := buf.Len()
	if err := w.Close(); err != nil {
		return form{}, fmt.Errorf("writing the end: %w", err)
	}
	all := buf.Bytes()
	return form{contentType: w.FormDataContentType(), head: all[:head:head], tail: all[head:]}, nil
}

type field struct{ name, value string }

// fieldsOf are the fields that both generations know, and for each generation
// the one that only it knows.
func fieldsOf(o core.Options) ([]field, error) {
	var fields []field
	if o.Description != "" {
		fields = append(fields, field{"description", o.Description})
	}
	fields = append(fields, field{"retention_policy", string(o.Retention)})
	if o.Retention == core.RetentionTemporary && o.TTLDays > 0 {
		fields = append(fields, field{"ttl_days", strconv.Itoa(o.TTLDays)})
	}
	if len(o.Tags) > 0 {
		tags, err := json.Marshal(o.Tags)
		if err != nil {
			return nil, fmt.Errorf("writing the tags: %w", err)
		}
		fields = append(fields, field{"tags", string(tags)})
	}
	if len(o.Metadata) > 0 {
		var compact bytes.Buffer
		if err := json.Compact(&compact, o.Metadata); err != nil {
			return nil, fmt.Errorf("writing the metadata: %w", err)
		}
		fields = append(fields, field{"metadata", compact.String()})
	}
	return fields, nil
}

// mediaType guesses from the extension.
func mediaType(name string) string {
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}
