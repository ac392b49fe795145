// Package tus makes one attempt to send one file by the resumable upload protocol
// tus 1.0 (https://tus.io/protocols/resumable-upload). The result is a receipt whose
// hash and size are the file's, or an error that names the cause and what the
// server may have done.
//
// An attempt leaves a note for the next one to resume from: the server is asked for
// the upload's offset, the part that it has is hashed here without being sent, and
// the rest is sent. The last bytes are sent with the hash of the whole file, so that
// the server can refuse a damaged file. A finished upload can be asked for, so that
// its outcome is known even after a crash.
//
// It never repeats a request that failed; package retry decides about that.
package tus

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/transport"
	"github.com/artstore/ingester/core/wire"
)

// The operations' names in errors.
const (
	opUpload    = "upload"
	opOffer     = "ask for resumable uploads"
	opTerminate = "take the upload back"
	opOpen      = "prepare resumable uploads"
)

// version is the protocol version that every request and answer carries.
const version = "1.0.0"

// defaultStreams is how many files are in flight if the profile doesn't say.
const defaultStreams = 8

// Config says where and how to send.
type Config struct {
	URL         string      // where uploads are created: "https://host:8020/files/"
	TLS         *tls.Config // nil: the system's roots, no client certificate
	HTTPVersion string      // core.HTTPAuto, core.HTTP2 or core.HTTP11; "" is auto
	Streams     int         // files in flight at most; 0 is 8
	Parts       int         // parallel parts of a large file; 0: chosen by the round-trip time, 1: never
	// Checksums makes every piece carry its checksum, if the server takes them,
	// even if the server is near. There they cost more than they are worth: both
	// sides hash everything twice, TLS protects the pieces, and the last request
	// carries the checksum of the whole file anyway.
	Checksums bool
	// CompleteIsStored says that no hook on the server can refuse complete
	// uploads: a complete upload is stored, even if the answer was lost.
	CompleteIsStored bool

	Tokens    transport.Tokens
	Limiter   transport.Limiter // nil: as fast as it goes
	UserAgent string
	Proxy     func(*http.Request) (*url.URL, error) // nil: the environment's
	Log       *slog.Logger                          // nil: none
	Now       func() time.Time                      // nil: time.Now

	dial          wire.Dial     // nil: TCP
	pause         time.Duration // wait before an attempt asks again; 0: disputePause
	piece         int64         // bytes sent with one checksum; 0: checkedPiece
	partsFrom     int64         // size from which files may go in parts; 0: partsLimit
	longRoundTrip time.Duration // round-trip time above which pieces carry checksums; 0: core.LongRoundTrip
}

// Client sends files to one server. It is safe for use by many goroutines.
type Client struct {
	cfg    Config
	base   *url.URL
	server *transport.Server
	active atomic.Int32 // uploads under way
	most   atomic.Int64 // bytes that a request may hold, as learned so far; 0: any number

	asking chan struct{} // held while the offer is being asked for
	offer  atomic.Pointer[Offer]
}

// New returns a client; it connects when it is first used. The error is a
// *core.Error for an address or HTTP version that can't work.
func New(cfg Config) (*Client, error) {
	base, ok := transport.ParseBase(cfg.URL)
	if !ok || base.User != nil {
		return nil, &core.Error{Kind: core.KindConfig, Code: core.CodeProfileInvalid, Op: opOpen,
			Message: "The address of resumable uploads (tus_url) is not an http or https URL."}
	}
	if cfg.Streams <= 0 {
		cfg.Streams = defaultStreams
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.piece == 0 {
		cfg.piece = checkedPiece
	}
	if cfg.pause == 0 {
		cfg.pause = disputePause
	}
	if cfg.partsFrom == 0 {
		cfg.partsFrom = partsLimit
	}
	if cfg.longRoundTrip == 0 {
		cfg.longRoundTrip = core.LongRoundTrip
	}
	server, err := transport.New(transport.Config{Base: base, TLS: cfg.TLS, HTTPVersion: cfg.HTTPVersion,
		Connections: max(cfg.Streams, cfg.Parts, defaultParts) + defaultParts, // parts share the connections with other files
		UserAgent:   cfg.UserAgent, Proxy: cfg.Proxy, Dial: cfg.dial})
	if err != nil {
		return nil, err
	}
	return &Client{cfg: cfg, base: base, server: server, asking: make(chan struct{}, 1)}, nil
}

// Link returns the last known state of the connection.
func (c *Client) Link() core.Link { return c.server.Link() }

// RoundTrip is the round-trip time to the server, 0 while it is not known.
func (c *Client) RoundTrip() time.Duration { return c.server.RoundTrip() }

// Close ends idle connections. No call may be under way.
func (c *Client) Close() error {
	c.server.Close()
	return nil
}

// terminateTimeout is the time limit for deleting an upload.
const terminateTimeout = 30 * time.Second

// Terminate deletes from the server what it has of a transfer that is not wanted any
// more. It is no error if that is gone already or if the server can't delete
// uploads. Errors are *core.Error.
func (c *Client) Terminate(ctx context.Context, t core.Transfer) error {
	ctx, cancel := context.WithTimeout(ctx, terminateTimeout)
	defer cancel()
	var failure *core.Error
	for _, target := range parseNote(t.Resume, c.base).urls() {
		if e := c.remove(ctx, target); e != nil {
			failure = e
		}
	}
	if failure != nil {
		return failure
	}
	return nil
}

// remove deletes one upload.
func (c *Client) remove(ctx context.Context, target string) *core.Error {
	a, e := c.call(ctx, opTerminate, request{method: http.MethodDelete, url: target})
	if e != nil {
		return e
	}
	switch a.StatusCode {
	case http.StatusNotFound, http.StatusGone, http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return nil
	}
	if a.StatusCode/100 != 2 {
		return c.refused(opTerminate, a, false)
	}
	return nil
}
