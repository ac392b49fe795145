package wire

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/artstore/ingester/core"
)

func packed(t *testing.T, how string, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	var w io.WriteCloser
	switch how {
	case "gzip":
		w = gzip.NewWriter(&out)
	case "zlib":
		w = zlib.NewWriter(&out)
	case "flate":
		w, _ = flate.NewWriter(&out, flate.BestSpeed)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// Encoded answers of a real server are decoded, and those that can't be give an error.
func TestDecode(t *testing.T) {
	text := []byte(`{"status":"ok"}`)
	zipped := packed(t, "gzip", text)
	long := packed(t, "gzip", bytes.Repeat([]byte("0123456789"), 50_000))
	damaged := bytes.Clone(zipped)
	damaged[len(damaged)-6]++ // the checksum
	for _, tt := range []struct {
		name, encoding string
		body           []byte
		want           string // what is read
		code           core.Code
		says           string
	}{
		{"as it is", "", text, string(text), "", ""},
		{"identity", "identity", text, string(text), "", ""},
		{"gzip", "gzip", zipped, string(text), "", ""},
		{"gzip in capitals", "GZIP", zipped, string(text), "", ""},
		{"x-gzip", "x-gzip", zipped, string(text), "", ""},
		{"two gzips in a row", "gzip", append(bytes.Clone(zipped), zipped...), string(text) + string(text), "", ""},
		{"deflate", "deflate", packed(t, "zlib", text), string(text), "", ""},
		{"deflate without zlib", "deflate", packed(t, "flate", text), string(text), "", ""},
		{"gzip twice", "gzip, gzip", packed(t, "gzip", zipped), string(text), "", ""},
		{"deflate, then gzip", "identity, deflate,gzip", packed(t, "gzip", packed(t, "zlib", text)), string(text), "", ""},
		{"not packed after all", "gzip", text, string(text), "", ""},
		{"nothing packed", "gzip", packed(t, "gzip", nil), "", "", ""},
		{"nothing", "gzip", nil, "", "", ""},
		{"nothing, in another way", "br", nil, "", "", ""},
		{"br", "br", []byte("\x0b\x02\x80ab\x03"), "", core.CodeAnswerInvalid, "(br)"},
		{"zstd", "zstd", []byte("x"), "", core.CodeAnswerInvalid, "(zstd)"},
		{"br within gzip", "br, gzip", zipped, "", core.CodeAnswerInvalid, "(br)"},
		{"three times", "gzip, gzip, gzip", zipped, "", core.CodeAnswerInvalid, "many times"},
		{"damaged", "gzip", damaged, string(text), core.CodeAnswerInvalid, "damaged"},
		{"damaged deflate", "deflate", []byte("\x78\x9c\xff\xff\xff\xff"), "", core.CodeAnswerInvalid, "damaged"},
		{"junk behind", "gzip", append(bytes.Clone(zipped), "junk and more junk"...), string(text), core.CodeAnswerInvalid, "damaged"},
		{"cut off", "gzip", long[:len(long)-20], "0123456789", core.CodeConnectionLost, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Encoding", tt.encoding)
				w.Header().Set("Content-Length", strconv.Itoa(len(tt.body)))
				_, _ = w.Write(tt.body)
			}))
			t.Cleanup(s.Close)
			resp := get(t, s.URL)
			Decode(resp)
			data, err := io.ReadAll(resp.Body)
			if !strings.HasPrefix(string(data), tt.want) || (tt.code == "" && string(data) != tt.want) {
				t.Errorf("read %.40q, want %q", data, tt.want)
			}
			if tt.code == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			e := NetworkError("test", err)
			if e == nil || e.Code != tt.code || !strings.Contains(e.Message, tt.says) {
				t.Errorf("%+v, want %s: %s", e, tt.code, tt.says)
			}
		})
	}
}

// A decompression bomb is unpacked only as far as it is read.
func TestDecodeBomb(t *testing.T) {
	bomb := packed(t, "gzip", packed(t, "gzip", make([]byte, 64<<20)))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip, gzip")
		_, _ = w.Write(bomb)
	}))
	t.Cleanup(s.Close)
	resp := get(t, s.URL)
	Decode(resp)
	data, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil || len(data) != 1<<20 || resp.ContentLength != -1 || resp.Header.Get("Content-Encoding") != "" || !resp.Uncompressed {
		t.Errorf("%d bytes, %v, %d announced", len(data), err, resp.ContentLength)
	}
}

// An answer to HEAD tells how the body would be encoded, but has no body.
func TestDecodeHead(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "br")
		w.Header().Set("Upload-Offset", "7")
	}))
	t.Cleanup(s.Close)
	resp, err := http.Head(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	Decode(resp)
	if data, err := io.ReadAll(resp.Body); err != nil || len(data) != 0 || resp.Header.Get("Upload-Offset") != "7" {
		t.Errorf("%q, %v", data, err)
	}
}

// get makes a request like the adapters, without net/http's own decoding.
func get(t *testing.T, url string) *http.Response {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: true}}
	resp, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

// Any data that is declared compressed: decoding never panics, and ends.
func FuzzDecode(f *testing.F) {
	f.Add("gzip", []byte("\x1f\x8b\x08"))
	f.Add("deflate", []byte("\x78\x9c"))
	f.Add("deflate, gzip", []byte("x"))
	f.Fuzz(func(t *testing.T, encoding string, body []byte) {
		resp := &http.Response{Header: http.Header{"Content-Encoding": {encoding}}, Body: io.NopCloser(bytes.NewReader(body))}
		Decode(resp)
		_, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
		if e := NetworkError("test", err); err != nil && (e.Message == "" || e.Code == "") {
			t.Errorf("%+v", e)
		}
	})
}
