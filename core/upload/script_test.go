package upload

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// h2 is the server's side of one HTTP/2 connection, frame by frame.
type h2 struct {
	*http2.Framer
	conn   net.Conn
	encode *hpack.Encoder
	block  bytes.Buffer

	got    bytes.Buffer // the body so far
	form   string       // its Content-Type
	bodies *atomic.Int64

	drained chan struct{} // nil unless drain was called
}

// speak accepts connections and passes each to script, until stop is called. bodies counts
// the complete bodies.
func (n *network) speak(config *tls.Config, script func(*h2)) (bodies *atomic.Int64, stop func()) {
	config = config.Clone()
	config.NextProtos = []string{"h2"}
	bodies = new(atomic.Int64)
	n.all.Go(func() {
		for {
			conn, err := n.Accept()
			if err != nil {
				return
			}
			n.all.Go(func() {
				secure := tls.Server(conn, config)
				defer func() { _ = secure.Close() }()
				if _, err := io.ReadFull(secure, make([]byte, len(http2.ClientPreface))); err != nil {
					return
				}
				h := &h2{Framer: http2.NewFramer(secure, secure), conn: secure, bodies: bodies}
				h.AllowIllegalWrites = true
				h.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
				h.encode = hpack.NewEncoder(&h.block)
				script(h)
			})
		}
	})
	return bodies, func() { close(n.done); n.all.Wait() }
}

// next reads frames until ok accepts one, and answers pings and settings.
func (h *h2) next(ok func(http2.Frame) bool) bool {
	for {
		frame, err := h.ReadFrame()
		if err != nil {
			return false
		}
		switch f := frame.(type) {
		case *http2.SettingsFrame:
			if !f.IsAck() {
				_ = h.WriteSettingsAck()
			}
		case *http2.PingFrame:
			if !f.IsAck() {
				_ = h.WritePing(true, f.Data)
			}
		case *http2.DataFrame:
			h.got.Write(f.Data())
			if f.StreamEnded() {
				h.bodies.Add(1)
			}
		}
		if ok(frame) {
			return true
		}
	}
}

// headers waits for a request.
func (h *h2) headers() (stream uint32, ok bool) {
	ok = h.next(func(frame http2.Frame) bool {
		meta, is := frame.(*http2.MetaHeadersFrame)
		if is {
			stream = meta.StreamID
			for _, field := range meta.Fields {
				if field.Name == "content-type" {
					h.form = field.Value
				}
			}
		}
		return is
	})
	return stream, ok
}

// open lets the client send, and waits for n bytes, or for all if n is negative.
func (h *h2) open(stream uint32, n int) bool {
	room := uint32(1 << 30)
	if n >= 0 { // limit the window, or the whole file could be sent before the client reads the answer
		room = uint32(2 * n)
	}
	_ = h.WriteWindowUpdate(0, room)
	_ = h.WriteWindowUpdate(stream, room)
	return h.take(n)
}

func (h *h2) take(n int) bool {
	return h.next(func(frame http2.Frame) bool {
		data, is := frame.(*http2.DataFrame)
		return is && (data.StreamEnded() || n >= 0 && h.got.Len() >= n)
	})
}

// request reads a whole request, with a window large enough for it.
func (h *h2) request() (stream uint32, ok bool) {
	_ = h.WriteSettings()
	if stream, ok = h.headers(); ok {
		ok = h.open(stream, -1)
	}
	return stream, ok
}

// receipt returns the correct receipt for what came.
func (h *h2) receipt() []byte {
	var s stored
	s.fields = map[string]string{}
	r := &http.Request{Header: http.Header{"Content-Type": {h.form}}, Body: io.NopCloser(&h.got)}
	if err := s.read(r); err != nil {
		return nil
	}
	return []byte(receiptJSON(2, s.name, s.size, s.sum))
}

// fields returns a header block.
func (h *h2) fields(pairs ...string) []byte {
	h.block.Reset()
	for i := 0; i+1 < len(pairs); i += 2 {
		_ = h.encode.WriteField(hpack.HeaderField{Name: pairs[i], Value: pairs[i+1]})
	}
	return bytes.Clone(h.block.Bytes())
}

// head sends the header of an answer.
func (h *h2) head(stream uint32, status int, end bool, more ...string) {
	block := h.fields(append([]string{":status", strconv.Itoa(status)}, more...)...)
	_ = h.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: block, EndHeaders: true, EndStream: end})
}

// yes sends the correct answer.
func (h *h2) yes(stream uint32) {
	data := h.receipt()
	h.head(stream, http.StatusCreated, false, "content-type", "application/json")
	_ = h.WriteData(stream, true, data)
}

// drain discards what the client sends while the server writes.
func (h *h2) drain() {
	h.drained = make(chan struct{})
	go func() {
		defer close(h.drained)
		_, _ = io.Copy(io.Discard, h.conn)
	}()
}

// rest reads until the client ends the connection.
func (h *h2) rest() {
	if h.drained != nil {
		<-h.drained
		return
	}
	h.next(func(http2.Frame) bool { return false })
}

// stay keeps the connection open without reading from it.
func (n *network) stay() { <-n.done }
