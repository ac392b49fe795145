package transport

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/artstore/ingester/core"
)

// tooLongWords lists the messages of servers that answer 400 instead of 431 if a
// request's headers are too long: nginx, Apache httpd, Tomcat, Windows' http.sys.
var tooLongWords = [...]string{"request header or cookie too large", "header field exceeds server limit", "request header is too large", "request headers is too long"} //nolint:gochecknoglobals // a table

// headersTooLong makes e, if it is about the length of the request's headers, name
// the longest one. If that is the token, which is the same for every file, the file
// is not at fault.
func headersTooLong(e *core.Error, resp *http.Response) {
	if resp.StatusCode != http.StatusRequestHeaderFieldsTooLarge && (resp.StatusCode != http.StatusBadRequest || !saysTooLong(e.ServerText)) {
		return
	}
	e.Kind, e.Code, e.Message = core.KindServer, core.CodeHeadersTooLong, "The server takes no headers as long as those of this request."
	if resp.Request == nil {
		return
	}
	name, length := longestHeader(resp.Request.Header)
	what := "its header " + name
	switch name {
	case "Authorization":
		e.Kind, what = core.KindAuth, "the access token"
	case "Upload-Metadata":
		what = "what is said about the file (name, description, metadata, tags)"
	}
	e.Message = fmt.Sprintf("The server takes no headers as long as those of this request: %s has %d bytes.", what, length)
}

func saysTooLong(text string) bool {
	text = strings.ToLower(text)
	for _, words := range tooLongWords {
		if strings.Contains(text, words) {
			return true
		}
	}
	return false
}

// longestHeader returns the header with the most bytes.
func longestHeader(h http.Header) (name string, length int) {
	for key, values := range h {
		n := 0
		for _, value := range values {
			n += len(value)
		}
		if n > length || n == length && key < name {
			name, length = key, n
		}
	}
	return name, length
}
