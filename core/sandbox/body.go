package sandbox

import (
	"fmt"
	"io"
	"net/http"
	"strings"
)

// unended makes the end of body an error, and the line break that may be missing
// there harmless: mime/multipart gives io.EOF for the final boundary, but also
// for a body that ends after another one.
func unended(body io.ReadCloser) io.ReadCloser {
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(body, strings.NewReader("\r\n"), cutOff{}), body}
}

// cutOff is what comes where a body ends too early.
type cutOff struct{}

func (cutOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// capped refuses a file as soon as it is longer than limit.
type capped struct {
	part        io.Reader
	left, limit int64
}

func (c *capped) Read(p []byte) (int, error) {
	n, err := c.part.Read(p)
	if c.left -= int64(n); c.left < 0 {
		return 0, tooLarge(c.limit)
	}
	return n, err
}

func tooLarge(limit int64) *refusal {
	return &refusal{status: http.StatusRequestEntityTooLarge, code: codeTooLarge,
		message: fmt.Sprintf("the file is larger than %d bytes, the limit of this server", limit)}
}
