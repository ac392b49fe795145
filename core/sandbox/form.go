package sandbox

import (
	"errors"
	"fmt"
	"io"
	"math"
	"mime/multipart"
	"net/http"
)

// maxField is how long one form field may be, in bytes: Starlette's
// max_part_size.
const maxField = 1 << 20

// errForm means that a body is not a form.
var errForm = errors.New("the form can't be read")

// readForm reads a form to its end, as the servers of both generations do before
// they check anything. It writes the file to disk and returns the fields. A body
// that is not a form has no fields. A form that was cut off has fields, but no
// file.
func (u *receiving) readForm(r *http.Request) (map[string]string, error) {
	body := r.Body
	values := map[string]string{}
	r.Body = unended(body)
	form, err := r.MultipartReader()
	if errors.Is(err, http.ErrNotMultipart) {
		_, err = io.Copy(io.Discard, body)
		return values, err
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errForm, err)
	}
	broken := u.readParts(form, values)
	// The rest of the body has to arrive too: otherwise the connection has broken.
	if _, err := io.Copy(io.Discard, body); err != nil {
		return nil, err
	}
	if errors.Is(broken, io.ErrUnexpectedEOF) {
		u.file.discard()
		u.file = nil
		return values, nil
	}
	return values, broken
}

// readParts reads the parts of a form.
func (u *receiving) readParts(form *multipart.Reader, values map[string]string) error {
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) { // the final boundary, see unended
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: %w", errForm, err)
		}
		if part.FormName() == "file" && part.FileName() != "" {
			u.file.discard() // of several files the last one counts
			if err := u.keepFile(part, math.MaxInt64); err != nil {
				return err
			}
			continue
		}
		value, err := io.ReadAll(io.LimitReader(part, maxField+1))
		if err != nil {
			return fmt.Errorf("%w: %w", errForm, err)
		}
		if len(value) > maxField {
			return fmt.Errorf("%w: a field is longer than %d bytes", errForm, maxField)
		}
		values[part.FormName()] = string(value)
	}
}
