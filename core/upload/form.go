package upload

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/textproto"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
)

// form is a multipart/form-data body (RFC 7578) without the file's content, so that
// the total length is known before the file is read.
type form struct {
	contentType string // with the boundary
	head, tail  []byte // before and after the content
}

// newForm writes the fields of the upload call. The file comes last, so that the
// server knows what to do with the content before it comes. carry is the parameter
// of content.Fields. The boundary is random (mime/multipart uses crypto/rand).
func newForm(name string, o core.Options, carry bool) (form, error) {
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	fields, err := content.Fields(o, carry)
	if err != nil {
		return form{}, err
	}
	for _, f := range fields {
		if err := w.WriteField(f.Name, f.Value); err != nil {
			return form{}, fmt.Errorf("writing the field %s: %w", f.Name, err)
		}
	}
	safe := content.SafeName(name)
	header := textproto.MIMEHeader{
		"Content-Disposition": {multipart.FileContentDisposition("file", safe)},
		"Content-Type":        {content.MediaType(safe)},
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
