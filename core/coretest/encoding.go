package coretest

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"io"
	"net/http"
	"net/http/httptest"
)

// Encoded answers as h does, with every body packed though nobody asked for it,
// as some proxies do: as "gzip" or "deflate", or, for another encoding, into
// something that looks like it.
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
	_, _ = to.Write(data) // into memory
	_ = to.Close()
	return out.Bytes()
}
