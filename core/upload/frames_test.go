package upload

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/http2"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// The possible outcomes of an attempt.
const (
	notProcessed = core.OutcomeNotProcessed
	answered     = core.OutcomeAnswered
	cutOff       = core.OutcomeCutOff
	unknown      = core.OutcomeUnknown
)

// script is a misbehaving HTTP/2 server and the results that an attempt may have.
type script struct {
	name string
	size int // of the file
	play func(*network, *h2)
	code core.Code // "" for stored
	may  []core.Outcome
	took time.Duration // at most
}

func scripts() []script {
	const (
		small = 100 << 10
		large = 3 << 20
	)
	soon, stall, answer := 20*time.Second, 126*time.Second, 301*time.Second
	after := func(act func(*h2, uint32)) func(*network, *h2) {
		return func(_ *network, h *h2) {
			if stream, ok := h.request(); ok {
				act(h, stream)
				h.rest()
			}
		}
	}
	during := func(act func(*h2, uint32)) func(*network, *h2) {
		return func(_ *network, h *h2) {
			_ = h.WriteSettings()
			if stream, ok := h.headers(); ok && h.open(stream, 500<<10) {
				act(h, stream)
				h.rest()
			}
		}
	}
	before := func(act func(*h2)) func(*network, *h2) {
		return func(_ *network, h *h2) {
			_ = h.WriteSettings()
			act(h)
			h.rest()
		}
	}
	lost := core.CodeConnectionLost
	one := func(o ...core.Outcome) []core.Outcome { return o }
	return []script{
		// RST_STREAM and GOAWAY: faults 30, 31 and 32.
		{"CANCEL in the middle", large, during(func(h *h2, s uint32) { _ = h.WriteRSTStream(s, http2.ErrCodeCancel) }), lost, one(cutOff), soon},
		{"INTERNAL_ERROR in the middle", large, during(func(h *h2, s uint32) { _ = h.WriteRSTStream(s, http2.ErrCodeInternal) }), lost, one(cutOff), soon},
		{"NO_ERROR in the middle, no answer", large, during(func(h *h2, s uint32) { _ = h.WriteRSTStream(s, http2.ErrCodeNo) }), lost, one(cutOff), soon},
		{"REFUSED_STREAM in the middle", large, during(func(h *h2, s uint32) { _ = h.WriteRSTStream(s, http2.ErrCodeRefusedStream) }), lost, one(notProcessed), soon},
		{"a code of the future after all", small, after(func(h *h2, s uint32) { _ = h.WriteRSTStream(s, 0x1234) }), lost, one(unknown), soon},
		{"GOAWAY that counts it, then yes", small, after(func(h *h2, s uint32) { _ = h.WriteGoAway(s, http2.ErrCodeNo, nil); h.yes(s) }), "", nil, soon},
		{"yes, then GOAWAY", small, after(func(h *h2, s uint32) { h.yes(s); _ = h.WriteGoAway(s, http2.ErrCodeNo, nil) }), "", nil, soon},
		{"two GOAWAYs, the second leaves it out", small, after(func(h *h2, _ uint32) {
			_ = h.WriteGoAway(1<<31-1, http2.ErrCodeNo, nil)
			_ = h.WriteGoAway(0, http2.ErrCodeNo, nil)
		}), lost, one(notProcessed), soon},
		{"GOAWAY before anything", small, before(func(h *h2) { _ = h.WriteGoAway(0, http2.ErrCodeNo, nil) }), lost, one(notProcessed, cutOff), answer},
		{"ENHANCE_YOUR_CALM before anything", small, before(func(h *h2) { _ = h.WriteGoAway(0, http2.ErrCodeEnhanceYourCalm, nil) }), lost, one(notProcessed), answer},
		{"ENHANCE_YOUR_CALM on stream 1", large, during(func(h *h2, _ uint32) { _ = h.WriteGoAway(1, http2.ErrCodeEnhanceYourCalm, nil); _ = h.conn.Close() }), lost, one(notProcessed, cutOff), soon},
		{"hangs up after SETTINGS", small, func(_ *network, h *h2) { _ = h.WriteSettings() }, lost, one(notProcessed, cutOff), soon},
		{"hangs up in the middle", large, during(func(h *h2, _ uint32) { _ = h.conn.Close() }), lost, one(cutOff), soon},

		// Windows and limits: fault 33.
		{"no window for ever", large, before(func(h *h2) { _ = h.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize}) }), core.CodeStalled, one(cutOff, notProcessed), stall},
		{"windows of one byte", small, before(func(h *h2) {
			_ = h.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize})
			stream, _ := h.headers()
			for n := 1; n <= 2000; n++ {
				_ = h.WriteWindowUpdate(stream, 1)
			}
			if h.take(1000) && h.open(stream, -1) {
				h.yes(stream)
			}
		}), "", nil, soon},
		{"no stream allowed", small, before(func(h *h2) { _ = h.WriteSettings(http2.Setting{ID: http2.SettingMaxConcurrentStreams}) }), core.CodeStalled, one(notProcessed, cutOff), answer},
		{"a window too large", small, after(func(h *h2, s uint32) { _ = h.WriteWindowUpdate(s, 1<<31-1); _ = h.WriteWindowUpdate(s, 1<<31-1) }), lost, one(unknown), soon},
		{"a window update of nothing", small, after(func(h *h2, s uint32) { _ = h.WriteRawFrame(http2.FrameWindowUpdate, 0, s, []byte{0, 0, 0, 0}) }), lost, one(unknown), soon},
		{"10,000 SETTINGS, then yes", small, after(func(h *h2, s uint32) {
			h.drain()
			for range 10_000 {
				_ = h.WriteSettings(http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: 100})
			}
			h.yes(s)
		}), "", nil, soon},
		{"10,000 pings, then yes", small, after(func(h *h2, s uint32) {
			h.drain()
			for range 10_000 {
				_ = h.WritePing(false, [8]byte{1})
			}
			h.yes(s)
		}), "", nil, soon},
		{"CONTINUATION without end", small, after(func(h *h2, s uint32) {
			h.drain()
			_ = h.WriteHeaders(http2.HeadersFrameParam{StreamID: s, BlockFragment: h.fields(":status", "200")})
			for range 2000 {
				if h.WriteContinuation(s, false, h.fields("x", strings.Repeat("a", 8000))) != nil {
					return
				}
			}
		}), lost, one(unknown), soon},
		{"10 MB of headers", small, after(func(h *h2, s uint32) {
			h.drain()
			_ = h.WriteHeaders(http2.HeadersFrameParam{StreamID: s, BlockFragment: h.fields(":status", "201")})
			for range 1000 {
				_ = h.WriteContinuation(s, false, h.fields("x", strings.Repeat("z", 10_000)))
			}
			_ = h.WriteContinuation(s, true, h.fields("y", "z"))
		}), lost, one(unknown), soon},
		{"100,000 informational answers", small, after(func(h *h2, s uint32) {
			h.drain()
			for range 100_000 {
				if h.WriteHeaders(http2.HeadersFrameParam{StreamID: s, BlockFragment: h.fields(":status", "103", "link", "</x>"), EndHeaders: true}) != nil {
					return
				}
			}
		}), lost, one(unknown), answer},
		{"a few informational answers, then yes", small, after(func(h *h2, s uint32) { h.head(s, 103, false); h.head(s, 102, false); h.yes(s) }), "", nil, soon},

		// Answers too early: fault 34.
		{"413 in the middle", large, during(func(h *h2, s uint32) { h.head(s, 413, true); _ = h.WriteRSTStream(s, http2.ErrCodeNo) }), core.CodeTooLarge, one(answered), soon},
		{"401 in the middle", large, during(func(h *h2, s uint32) { h.head(s, 401, true) }), core.CodeTokenRejected, one(answered), soon},
		{"yes in the middle", large, during(func(h *h2, s uint32) {
			h.head(s, 201, false)
			_ = h.WriteData(s, true, []byte(receiptJSON(2, "a", large, strings.Repeat("0", 64))))
		}), core.CodeAnswerInvalid, one(cutOff), soon},

		// Invalid answers.
		{"yes with trailers", small, after(func(h *h2, s uint32) {
			data := h.receipt()
			h.head(s, 201, false)
			_ = h.WriteData(s, false, data)
			_ = h.WriteHeaders(http2.HeadersFrameParam{StreamID: s, BlockFragment: h.fields("x-checksum", "none"), EndHeaders: true, EndStream: true})
		}), "", nil, soon},
		{"yes in padded pieces", small, after(func(h *h2, s uint32) {
			data := h.receipt()
			h.head(s, 201, false)
			for i := range data {
				_ = h.WriteDataPadded(s, i == len(data)-1, data[i:i+1], make([]byte, 200))
			}
		}), "", nil, soon},
		{"frames nobody knows, then yes", small, after(func(h *h2, s uint32) { _ = h.WriteRawFrame(0xee, 0xff, s, make([]byte, 100)); h.yes(s) }), "", nil, soon},
		{"201 without a word", small, after(func(h *h2, s uint32) { h.head(s, 201, true) }), core.CodeAnswerInvalid, one(unknown), soon},
		{"status abc", small, after(func(h *h2, s uint32) {
			_ = h.WriteHeaders(http2.HeadersFrameParam{StreamID: s, BlockFragment: h.fields(":status", "abc"), EndHeaders: true, EndStream: true})
		}), lost, one(unknown), soon},
		{"no status", small, after(func(h *h2, s uint32) {
			_ = h.WriteHeaders(http2.HeadersFrameParam{StreamID: s, BlockFragment: h.fields("a", "b"), EndHeaders: true, EndStream: true})
		}), lost, one(unknown), soon},
		{"upper-case header", small, after(func(h *h2, s uint32) { h.head(s, 201, true, "Server", "x") }), lost, one(unknown), soon},
		{"data before headers", small, after(func(h *h2, s uint32) { _ = h.WriteData(s, true, []byte("{}")) }), lost, one(unknown), soon},
		{"more than it promised", small, after(func(h *h2, s uint32) {
			h.head(s, 201, false, "content-length", "2")
			_ = h.WriteData(s, true, []byte("{}{}"))
		}), "*", one(unknown), soon},
		{"less than it promised", small, after(func(h *h2, s uint32) {
			h.head(s, 201, false, "content-length", "9")
			_ = h.WriteData(s, true, []byte("{}"))
		}), "*", one(unknown), soon},
		{"half an answer, then CANCEL", small, after(func(h *h2, s uint32) {
			h.head(s, 201, false)
			_ = h.WriteData(s, false, []byte("{"))
			_ = h.WriteRSTStream(s, http2.ErrCodeCancel)
		}), lost, one(unknown), soon},
		{"half an answer, then nothing", small, after(func(h *h2, s uint32) { h.head(s, 201, false); _ = h.WriteData(s, false, []byte("{")) }), core.CodeTimeout, one(unknown), answer},
		{"an answer without end", small, after(func(h *h2, s uint32) {
			h.drain()
			h.head(s, 201, false)
			for range 2000 {
				if h.WriteData(s, false, make([]byte, 16<<10)) != nil {
					return
				}
			}
		}), core.CodeAnswerInvalid, one(unknown), soon},
		{"a push", small, after(func(h *h2, s uint32) {
			_ = h.WritePushPromise(http2.PushPromiseParam{StreamID: s, PromiseID: 2, BlockFragment: h.fields(":method", "GET", ":path", "/", ":scheme", "https", ":authority", "x"), EndHeaders: true})
		}), lost, one(unknown), soon},
		{"a frame too large", small, after(func(h *h2, s uint32) { _ = h.WriteRawFrame(http2.FrameData, 0, s, make([]byte, 1<<20)) }), lost, one(unknown), soon},
		{"a stream nobody opened", small, after(func(h *h2, _ uint32) { _ = h.WriteData(99, true, []byte("x")) }), "*", one(unknown), answer},
		{"HTTP/1.1 text", small, after(func(h *h2, _ uint32) {
			_, _ = io.WriteString(h.conn, "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}")
		}), lost, one(unknown), soon},

		// Silence: fault 24.
		{"silence from the start", small, func(n *network, _ *h2) { n.stay() }, "*", one(notProcessed, cutOff), 50 * time.Second},
		{"silence after all", small, func(n *network, h *h2) { h.request(); n.stay() }, lost, one(unknown), 50 * time.Second},
		{"pings, but no answer", small, after(func(*h2, uint32) {}), core.CodeTimeout, one(unknown), answer},
	}
}

// Faults 24 and 30 to 34: HTTP/2 servers that misbehave frame by frame. Each attempt ends in
// time, sends one body at most, and reports an outcome that may be true. Time is virtual.
func TestHTTP2Scripts(t *testing.T) {
	s := newSweep(t)
	files := map[int]core.Transfer{}
	for _, sc := range scripts() {
		if _, ok := files[sc.size]; !ok {
			files[sc.size], _ = newTransfer(t, "a", sc.size)
		}
		t.Run(sc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { s.playScript(t, sc, files[sc.size]) })
		})
	}
}

func (s *sweep) playScript(t *testing.T, sc script, transfer core.Transfer) {
	n := newNetwork(core.HTTP2, cut{at: -1})
	bodies, stop := n.speak(s.server, func(h *h2) { sc.play(n, h) })
	c, err := New(Config{BaseURL: "https://127.0.0.1:1", Tokens: &coretest.Tokens{}, Streams: 1, HTTPVersion: core.HTTP2, dial: n.dial, TLS: s.client})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	began := time.Now()
	receipt, err := c.Upload(ctx, transfer, &progress{})
	took := time.Since(began)
	_ = c.Close()
	stop()
	<-time.After(time.Minute)

	if got := bodies.Load(); got > 1 {
		t.Errorf("one attempt, %d bodies", got)
	}
	if took > sc.took {
		t.Errorf("took %v, want %v at most (%v)", took, sc.took, err)
	}
	switch e := core.AsError(err); {
	case sc.code == "":
		if err != nil || receipt.Status != 0 && receipt.Status != http.StatusCreated || bodies.Load() != 1 {
			t.Errorf("got %+v, %v with %d bodies", receipt, err, bodies.Load())
		}
	case e == nil:
		t.Error("reported as stored")
	case sc.code != "*" && e.Code != sc.code, !slices.Contains(sc.may, e.Outcome):
		t.Errorf("got %s/%s outcome %d (%v), want %s, %v", e.Kind, e.Code, e.Outcome, e, sc.code, sc.may)
	case bodies.Load() == 1 && (e.Outcome == notProcessed && !strings.Contains(sc.name, "GOAWAY") || e.Outcome == cutOff):
		t.Errorf("the server has a whole body, the attempt says outcome %d", e.Outcome)
	}
}
