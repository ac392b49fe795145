// Package upload makes one attempt to send one file as multipart/form-data. The
// result is a receipt whose hash and size are the file's, or an error that names the
// cause and what the server may have done.
//
// It never repeats a request by itself; package retry decides about that.
package upload

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/transport"
	"github.com/artstore/ingester/core/wire"
)

// The operations' names in errors.
const (
	opUpload = "upload"
	opReady  = "ask whether the server is ready"
	opOpen   = "prepare uploads"
)

// defaultStreams is how many files can be in flight if the profile doesn't say.
const defaultStreams = 100

// Config says where and how to send.
type Config struct {
	BaseURL     string      // the ingester: "https://host:8020"
	AdminURL    string      // the Admin Module, which may list files; "" for none
	TLS         *tls.Config // nil: the system's roots, no client certificate
	HTTPVersion string      // core.HTTPAuto, core.HTTP2 or core.HTTP11; "" is auto
	Streams     int         // files in flight at most; 0 is 100
	Tokens      transport.Tokens
	ClientID    string            // a name by which servers may know us
	Limiter     transport.Limiter // nil: as fast as it goes
	UserAgent   string
	Proxy       func(*http.Request) (*url.URL, error) // nil: the environment's
	Log         *slog.Logger                          // nil: none
	Now         func() time.Time                      // nil: time.Now

	dial  wire.Dial                                  // nil: TCP
	sleep func(context.Context, time.Duration) error // nil: a timer
}

// Client sends files to one server. It is safe for use by many goroutines.
type Client struct {
	cfg       Config
	root      string // the beginning of all addresses
	uploadURL string
	readyURL  string
	server    *transport.Server
	meter     *transport.Meter
	life      atomic.Int64 // lifetime of the newest token in nanoseconds, 0 before the first
	patient   atomic.Bool  // the server accepts a token that expires while the body is sent

	keepsTags atomic.Bool // the server has a field for tags

	mu      sync.Mutex
	honours *bool   // what the server said about Idempotency-Key, nil if it was not asked
	lists   *lister // the address that listed files when last asked, nil for none yet

	admin     *transport.Server // nil if there is none
	adminRoot string
}

// New returns a client; it connects when it is first used. The error is a
// *core.Error for an address or HTTP version that can't work.
func New(cfg Config) (*Client, error) {
	base, ok := transport.ParseBase(cfg.BaseURL)
	if !ok {
		return nil, &core.Error{Kind: core.KindConfig, Code: core.CodeProfileInvalid, Op: opOpen,
			Message: "The ingester's address is not an http or https URL."}
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
	if cfg.sleep == nil {
		cfg.sleep = wire.Sleep
	}
	connect := transport.Config{Base: base, TLS: cfg.TLS, HTTPVersion: cfg.HTTPVersion, Connections: cfg.Streams,
		UserAgent: cfg.UserAgent, Proxy: cfg.Proxy, Dial: cfg.dial}
	server, err := transport.New(connect)
	if err != nil {
		return nil, err
	}
	root := rootOf(base)
	c := &Client{cfg: cfg, root: root, uploadURL: root + "/api/v1/files/upload", readyURL: root + "/health/ready", server: server, meter: transport.NewMeter(cfg.Now)}
	if admin, ok := transport.ParseBase(cfg.AdminURL); ok {
		connect.Base, connect.Connections, c.adminRoot = admin, 1, rootOf(admin)
		if c.admin, err = transport.New(connect); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// rootOf returns the beginning of all of a server's addresses.
func rootOf(base *url.URL) string {
	root := url.URL{Scheme: base.Scheme, Host: base.Host, Path: base.Path, RawPath: base.RawPath}
	return strings.TrimRight(root.String(), "/")
}

// Link returns the last known state of the connection.
func (c *Client) Link() core.Link { return c.server.Link() }

// RoundTrip is the round-trip time to the server, 0 while it is not known.
func (c *Client) RoundTrip() time.Duration { return c.server.RoundTrip() }

// Close ends idle connections. No call may be under way.
func (c *Client) Close() error {
	c.server.Close()
	if c.admin != nil {
		c.admin.Close()
	}
	return nil
}

// get fetches a JSON object without a token.
func (c *Client) get(ctx context.Context, address string, object any) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	resp, _, err := c.send(req, 0)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := transport.ReadAnswer(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = errors.New(resp.Status)
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(data, object)
}

// send makes one request with a JSON answer.
func (c *Client) send(req *http.Request, size int64) (*http.Response, *transport.Pool, error) {
	req.Header.Set("Accept", "application/json")
	return c.server.Send(req, size)
}
