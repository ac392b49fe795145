package sandbox

import (
	"fmt"
	"io"
	"net/http"
	"strings"
)

// unended makes a body that ends without a final boundary an error. mime/multipart
// returns io.EOF for the final boundary, but also for a body that ends after any
// other. A missing line break after the final boundary is allowed.
func unended(body io.ReadCloser) io.ReadCloser {
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(body, strings.NewReader("\r\n"), cutOff{}), body}
}

// cutOff follows the body: reading it means that the body has ended too early.
type cutOff struct{}

func (cutOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// capped refuses a file once it is longer than limit.
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
