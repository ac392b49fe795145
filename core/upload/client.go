// Package upload makes one attempt to send one file as multipart/form-data and
// says exactly what became of it: a receipt whose hash and size are ours, or
// an error that names the cause and what the server may have done.
//
// It never repeats a request by itself; package retry decides that.
package upload

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/artstore/ingester/core"
)

// The operations that errors name.
const (
	opUpload = "upload"
	opReady  = "ask whether the server is ready"
	opOpen   = "prepare uploads"
)

// defaultStreams is how many files are in flight where the profile leaves it
// to the program.
const defaultStreams = 8

// Tokens hands out access tokens. Errors are *core.Error.
type Tokens interface {
	Token(ctx context.Context) (core.Token, error)
	// Invalidate drops t, so that the next Token call fetches a new one.
	Invalidate(t core.Token)
}

// Limiter holds the bandwidth down; *rate.Limiter of golang.org/x/time is one.
type Limiter interface {
	WaitN(ctx context.Context, n int) error // n ≤ Burst
	Burst() int                             // bytes
}

// Config says where and how to send.
type Config struct {
	BaseURL     string      // the ingester: "https://host:8020"
	TLS         *tls.Config // nil: the system's roots, no client certificate
	HTTPVersion string      // core.HTTPAuto, core.HTTP2 or core.HTTP11; "" is auto
	Streams     int         // files in flight at most; 0 is 8
	Tokens      Tokens
	Limiter     Limiter // nil: as fast as it goes
	UserAgent   string
	Log         *slog.Logger     // nil: none
	Now         func() time.Time // nil: time.Now
}

// Client sends files to one server. It is safe for use by many goroutines.
type Client struct {
	cfg       Config
	uploadURL string
	readyURL  string
	routes    *routes
	link      *link

	mu      sync.Mutex
	honours *bool // what the server said about Idempotency-Key, nil before
}

// New returns a client; it connects when it is first used. The error is a
// *core.Error for an address or HTTP version that can't work.
func New(cfg Config) (*Client, error) {
	base, err := url.Parse(cfg.BaseURL)
	if err != nil || base.Host == "" || (base.Scheme != "https" && base.Scheme != "http") {
		return nil, &core.Error{Kind: core.KindConfig, Code: core.CodeProfileInvalid, Op: opOpen,
			Message: "The ingester's address is not an http or https URL."}
	}
	if cfg.Streams <= 0 {
		cfg.Streams = defaultStreams
	}
	if cfg.HTTPVersion == "" {
		cfg.HTTPVersion = core.HTTPAuto
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	root := strings.TrimRight(base.Scheme+"://"+base.Host+base.EscapedPath(), "/")
	c := &Client{cfg: cfg, uploadURL: root + "/api/v1/files/upload", readyURL: root + "/health/ready", link: &link{}}
	if c.routes, err = newRoutes(base, cfg, c.link); err != nil {
		return nil, err
	}
	return c, nil
}

// Link is the connection as it last was.
func (c *Client) Link() core.Link { return c.link.state() }

// Close ends idle connections. No call may be under way.
func (c *Client) Close() error {
	c.routes.close()
	return nil
}

// send makes one request. The transport is used without an http.Client:
// nothing follows a redirect or sends anything twice.
func (c *Client) send(req *http.Request, size int64) (*http.Response, *route, error) {
	if c.cfg.UserAgent != "" {
		req.Header.Set("User-Agent", c.cfg.UserAgent)
	}
	req.Header.Set("Accept", "application/json")
	r := c.routes.pick(size)
	defer r.active.Add(-1)
	resp, err := r.RoundTrip(req)
	if err == nil {
		c.routes.learn(r, resp)
		c.link.up(resp)
	}
	return resp, r, err
}
