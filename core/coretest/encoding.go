package coretest

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"io"
	"net/http"
	"net/http/httptest"
)

// Encoded answers like h, but compresses every body unasked, as some proxies do: with "gzip" or
// "deflate", or, for another encoding, with data that only claims to be encoded.
func Encoded(h http.Handler, encoding string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, r)
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.Header().Del("Content-Length")
		w.Header().Set("Content-Encoding", encoding)
		w.WriteHeader(answer.Code)
		if r.Method != http.MethodHead && answer.Body.Len() > 0 {
			_, _ = w.Write(pack(encoding, answer.Body.Bytes()))
		}
	})
}

func pack(encoding string, data []byte) []byte {
	var out bytes.Buffer
	var to io.WriteCloser
	switch encoding {
	case "gzip":
		to = gzip.NewWriter(&out)
	case "deflate":
		to = zlib.NewWriter(&out)
	default:
		return append([]byte{0x0b}, bytes.Repeat([]byte{0x80}, len(data))...)
	}
	_, _ = to.Write(data) // to memory
	_ = to.Close()
	return out.Bytes()
}
