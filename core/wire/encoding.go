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

// maxEncodings is how many encodings one on top of the other are undone.
const maxEncodings = 2

// Decode makes resp what it was before a server or a proxy on the way encoded
// it, which some do though nobody asked them to: its body is decoded as it is
// read, so limits on what is read hold for what was packed. Content-Encoding
// and the length go; resp.Uncompressed says that they were there.
//
// An encoding that is not known, and a body that is damaged, are a *core.Error
// of the first Read that meets them; an answer without a body has none.
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

// Raw takes Decode back, before anything is read: the body is as it came.
func Raw(resp *http.Response) {
	if d, ok := resp.Body.(*decoded); ok {
		resp.Body = d.raw
	}
}

// decoded is an encoded body. It is looked at when it is first read, because
// that waits for the server.
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
		return nil, err // nothing, or no more of it
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

// unpack undoes one encoding (RFC 9110 §8.4.1). What is called gzip and begins
// as no gzip does was not packed at all; deflate has been written with the
// header of zlib, as it should be, and without.
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

// meaning tells damage from a connection that was cut off.
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
