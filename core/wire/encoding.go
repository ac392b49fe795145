package wire

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/artstore/ingester/core"
)

// maxEncodings is how many nested encodings are decoded.
const maxEncodings = 2

// Decode undoes the encoding of an answer by a server or a proxy on the way, as some
// encode unasked. The body is decoded while it is read, so limits apply to the
// decoded bytes. Content-Encoding and the length are removed; resp.Uncompressed says
// that they were there.
//
// An unknown encoding or a damaged body is a *core.Error of the Read that meets it.
// An answer without a body has no such error.
func Decode(resp *http.Response) {
	var names []string
	for _, name := range strings.Split(strings.Join(resp.Header.Values("Content-Encoding"), ","), ",") {
		if name = strings.ToLower(strings.TrimSpace(name)); name != "" && name != "identity" {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return
	}
	resp.Body = &decoded{raw: resp.Body, names: names}
	resp.Header.Del("Content-Encoding")
	resp.Header.Del("Content-Length")
	resp.ContentLength, resp.Uncompressed = -1, true
}

// Raw undoes Decode before anything was read: the body is as it came.
func Raw(resp *http.Response) {
	if d, ok := resp.Body.(*decoded); ok {
		resp.Body = d.raw
	}
}

// decoded is a body that is decoded. Decoding begins with the first Read, because it
// has to wait for the server.
type decoded struct {
	raw   io.ReadCloser
	names []string // in the order in which they were applied
	plain io.Reader
	err   error
}

// Read implements io.Reader.
func (d *decoded) Read(p []byte) (int, error) {
	if d.plain == nil && d.err == nil {
		d.plain, d.err = d.open()
	}
	if d.err != nil {
		return 0, d.err
	}
	n, err := d.plain.Read(p)
	if err != nil {
		d.err = d.meaning(err)
	}
	return n, d.err
}

// Close implements io.Closer.
func (d *decoded) Close() error { return d.raw.Close() }

func (d *decoded) open() (io.Reader, error) {
	from := bufio.NewReader(d.raw)
	if _, err := from.Peek(1); err != nil {
		return nil, err // nothing came, or not enough
	}
	if len(d.names) > maxEncodings {
		return nil, unusable("The answer is compressed many times over.", nil)
	}
	for i := len(d.names) - 1; i >= 0; i-- {
		next, err := unpack(d.names[i], from)
		if err != nil {
			return nil, d.meaning(err)
		}
		from = bufio.NewReader(next)
	}
	return from, nil
}

// unpack undoes one encoding (RFC 9110 §8.4.1). A body that is called gzip but doesn't
// begin like gzip was not compressed at all. Servers write deflate with the header of
// zlib, as they should, or without it.
func unpack(name string, from *bufio.Reader) (io.Reader, error) {
	begin, err := from.Peek(2)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch name {
	case "gzip", "x-gzip":
		if string(begin) != "\x1f\x8b" {
			return from, nil
		}
		return gzip.NewReader(from)
	case "deflate":
		if len(begin) == 2 && begin[0]&0x0f == 8 && (int(begin[0])<<8|int(begin[1]))%31 == 0 {
			return zlib.NewReader(from)
		}
		return flate.NewReader(from), nil
	}
	return nil, unusable(fmt.Sprintf("The answer is compressed in a way that can't be read (%s); a proxy on the way should leave it as it is.", core.OneLine(name, 20, "")), nil)
}

// meaning distinguishes damage from a connection that was cut off.
func (d *decoded) meaning(err error) error {
	var corrupt flate.CorruptInputError
	for _, damage := range []error{gzip.ErrHeader, gzip.ErrChecksum, zlib.ErrHeader, zlib.ErrChecksum, zlib.ErrDictionary} {
		if errors.Is(err, damage) {
			return unusable("The compressed answer is damaged.", err)
		}
	}
	if errors.As(err, &corrupt) {
		return unusable("The compressed answer is damaged.", err)
	}
	return err
}

func unusable(message string, err error) *core.Error {
	return &core.Error{Kind: core.KindServer, Code: core.CodeAnswerInvalid, Op: "read the answer", Message: message, Outcome: core.OutcomeAnswered, Err: err}
}
