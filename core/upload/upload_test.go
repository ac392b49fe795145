package upload

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/transport"
)

// I3: the server has what was sent, by name, size and SHA-256, in both generations and over
// every HTTP version.
func TestUploadIsStoredAndVerified(t *testing.T) {
	for _, generation := range []int{1, 2} {
		for version, wantProto := range map[string]string{core.HTTP11: "HTTP/1.1", core.HTTP2: "HTTP/2.0"} {
			for _, size := range []int{0, 1, 4096, 1 << 20, 1<<20 + 1, 5<<20 + 123} {
				t.Run(fmt.Sprintf("generation %d, HTTP %s, %d bytes", generation, version, size), func(t *testing.T) {
					t.Parallel()
					g := newIngester(t, generation)
					c := g.newClient(t, func(cfg *Config) { cfg.HTTPVersion = version })
					transfer, sum := newTransfer(t, "Ordner/Bericht «März».pdf", size)
					p := &progress{}
					r, err := c.Upload(coretest.Limited(t), transfer, p)
					if err != nil {
						t.Fatal(err)
					}
					got := g.only(t)
					if got.sum != sum || got.size != int64(size) || got.name != "Bericht «März».pdf" || got.mediaType != "application/pdf" ||
						got.key != string(transfer.ID) || got.proto != wantProto || got.expect != (size > continueLimit && version == core.HTTP11) { // net/http's HTTP/2 server keeps the header to itself
						t.Errorf("the server has %+v, want %s", got, sum)
					}
					if string(r.SHA256) != sum || r.Size != int64(size) || r.Name != got.name || r.FileID == "" || r.HTTP != wantProto {
						t.Errorf("receipt %+v", r)
					}
					checkProgress(t, p, int64(size))
				})
			}
		}
	}
}

func checkProgress(t *testing.T, p *progress, size int64) {
	t.Helper()
	if p.sent[0] != 0 || p.last() != size || !slices.IsSorted(p.sent) {
		t.Errorf("progress %v, want 0 … %d", p.sent, size)
	}
	if most := int(size/transport.ReportBytes) + 3; len(p.sent) > most+50 {
		t.Errorf("%d reports of %d bytes", len(p.sent), size)
	}
	if want := size > core.FinishThreshold; (p.finished == 1) != want || p.finished > 1 {
		t.Errorf("Finishing was called %d times for %d bytes", p.finished, size)
	}
}

// I2: without a client certificate the server refuses, and the error says so, over both HTTP
// versions and for every size.
func TestUploadWithoutClientCertificateIsRefused(t *testing.T) {
	for _, version := range []string{core.HTTP11, core.HTTP2, core.HTTPAuto} {
		for _, size := range []int{100, 300 << 10, 3 << 20} {
			t.Run(fmt.Sprintf("HTTP %s, %d bytes", version, size), func(t *testing.T) {
				t.Parallel()
				g := newIngester(t, 2)
				c := g.newClient(t, func(cfg *Config) { cfg.HTTPVersion, cfg.TLS.Certificates = version, nil })
				transfer, _ := newTransfer(t, "a.bin", size)
				_, err := c.Upload(coretest.Limited(t), transfer, &progress{})
				coretest.Want(t, err, core.KindTLS, core.CodeTLSClientRequired, core.OutcomeNotProcessed)
				if link := c.Link(); link.State != core.LinkFailed || link.Err == nil || link.Err.Code != core.CodeTLSClientRequired {
					t.Errorf("link %+v", link)
				}
			})
		}
	}
}

func TestUploadSendsWhatTheUserSays(t *testing.T) {
	g := newIngester(t, 2)
	c := g.newClient(t, nil)
	transfer, _ := newTransfer(t, "a", 10)
	transfer.Options = core.Options{Retention: core.RetentionPermanent, TTLDays: 7, Description: "eins\r\nzwei", Tags: []string{`a"b`, "é"},
		Metadata: json.RawMessage("{ \"box\" : 14 }")}
	if _, err := c.Upload(coretest.Limited(t), transfer, &progress{}); err != nil {
		t.Fatal(err)
	}
	got := g.only(t)
	wantFields := map[string]string{"description": "eins\r\nzwei", "retention_policy": "permanent", "tags": `["a\"b","é"]`,
		"metadata": `{"box":14,"tags":["a\"b","é"]}`} // for servers without a field for tags, until this one has told them
	if fmt.Sprint(got.fields) != fmt.Sprint(wantFields) || got.mediaType != "application/octet-stream" {
		t.Errorf("fields %q", got.fields)
	}
}

// Fault 35: "auto" sends small files over HTTP/2 if the server is far away, large ones over
// HTTP/1.1, and all over HTTP/1.1 if the server has nothing else.
func TestAutoChoosesTheVersion(t *testing.T) {
	for _, tt := range []struct {
		name         string
		options      []serverOption
		small, large string
	}{
		{"HTTP/2 offered", nil, "HTTP/2.0", "HTTP/1.1"},
		{"HTTP/1.1 only", []serverOption{withoutHTTP2}, "HTTP/1.1", "HTTP/1.1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := newIngester(t, 2, tt.options...)
			c := g.newClient(t, func(cfg *Config) {
				cfg.dial = func(ctx context.Context, network, address string) (net.Conn, error) {
					<-time.After(2 * core.LongRoundTrip)
					return new(net.Dialer).DialContext(ctx, network, address)
				}
			})
			for size, wantProto := range map[int]string{1000: tt.small, 1 << 20: tt.large} {
				for range 2 {
					transfer, _ := newTransfer(t, "a", size)
					r, err := c.Upload(coretest.Limited(t), transfer, &progress{})
					if err != nil || r.HTTP != wantProto {
						t.Errorf("%d bytes went over %q, want %q (%v)", size, r.HTTP, wantProto, err)
					}
				}
			}
		})
	}
}

// Fault 35: HTTP/2 is demanded, but the server doesn't have it.
func TestHTTP2ThatTheServerLacksIsSaid(t *testing.T) {
	g := newIngester(t, 2, withoutHTTP2)
	c := g.newClient(t, func(cfg *Config) { cfg.HTTPVersion = core.HTTP2 })
	transfer, _ := newTransfer(t, "a", 10)
	_, err := c.Upload(coretest.Limited(t), transfer, &progress{})
	e := coretest.WantError(t, err, core.KindTLS, core.CodeTLSPolicy, core.OutcomeNotProcessed)
	if !strings.Contains(e.Message, "http_version") {
		t.Errorf("message %q gives no advice", e.Message)
	}
}

func TestPlainHTTP(t *testing.T) {
	g := &ingester{generation: 1}
	g.Server = httptest.NewServer(g)
	defer g.Close()
	c := newTestClient(t, g.URL+"/", nil, nil)
	for _, size := range []int{10, 3 << 20} {
		transfer, sum := newTransfer(t, "a", size)
		r, err := c.Upload(coretest.Limited(t), transfer, &progress{})
		if err != nil || string(r.SHA256) != sum || r.HTTP != "HTTP/1.1" {
			t.Errorf("receipt %+v, %v", r, err)
		}
	}
	if link := c.Link(); link != (core.Link{State: core.LinkUp, HTTP: "HTTP/1.1"}) {
		t.Errorf("link %+v", link)
	}
}

// Fault 33: many uploads at once, with more streams than connections, and with servers that
// allow one HTTP/2 stream at a time.
func TestManyAtOnce(t *testing.T) {
	for name, options := range map[string][]serverOption{
		"ordinary":            nil,
		"one stream a server": {func(s *httptest.Server) { s.Config.HTTP2 = &http.HTTP2Config{MaxConcurrentStreams: 1} }},
	} {
		for _, version := range []string{core.HTTPAuto, core.HTTP2, core.HTTP11} {
			t.Run(name+", HTTP "+version, func(t *testing.T) {
				g := newIngester(t, 2, options...)
				c := g.newClient(t, func(cfg *Config) { cfg.HTTPVersion, cfg.Streams = version, 8 })
				var group errgroup.Group
				for i := range 40 {
					group.Go(func() error {
						transfer, sum := newTransfer(t, fmt.Sprint(i), 3000*i*(1+i%3*10))
						r, err := c.Upload(coretest.Limited(t), transfer, &progress{})
						for refused(err) || early(err) { // the server tells its limit only after the first requests
							r, err = c.Upload(coretest.Limited(t), transfer, &progress{})
						}
						if err == nil && string(r.SHA256) != sum {
							err = errors.New("another hash")
						}
						return err
					})
				}
				if err := group.Wait(); err != nil {
					t.Error(err)
				}
				if len(g.files) != 40 {
					t.Errorf("the server has %d files", len(g.files))
				}
			})
		}
	}
}

// Small files, one after another, share one connection. It is not lost if an answer comes
// before net/http has seen the body's end.
func TestConnectionsAreReused(t *testing.T) {
	for _, version := range []string{core.HTTP11, core.HTTP2} {
		g := newIngester(t, 2)
		dials := 0
		c := g.newClient(t, func(cfg *Config) {
			cfg.HTTPVersion, cfg.Streams = version, 1
			cfg.dial = func(ctx context.Context, network, address string) (net.Conn, error) {
				dials++
				return new(net.Dialer).DialContext(ctx, network, address)
			}
		})
		transfer, _ := newTransfer(t, "a", 4096)
		for range 300 {
			if _, err := c.Upload(coretest.Limited(t), transfer, &progress{}); err != nil {
				t.Fatal(err)
			}
		}
		if dials != 1 {
			t.Errorf("HTTP %s: %d connections for one file after the other", version, dials)
		}
	}
}

func refused(err error) bool {
	return err != nil && core.AsError(err).Outcome == core.OutcomeNotProcessed && transport.Unprocessed(err)
}

// early reports whether net/http's server received the next stream before it had noted the last
// frame of the one before as written. It allows only one stream, and reports a protocol error.
func early(err error) bool {
	var stream http2.StreamError
	return errors.As(err, &stream) && stream.Code == http2.ErrCodeProtocol
}

func TestLimiterHoldsTheRate(t *testing.T) {
	g := newIngester(t, 2)
	const size, perSecond = 300 << 10, 1 << 20
	for _, version := range []string{core.HTTP11, core.HTTP2} {
		c := g.newClient(t, func(cfg *Config) {
			cfg.HTTPVersion, cfg.Limiter = version, rate.NewLimiter(perSecond, 32<<10)
		})
		transfer, _ := newTransfer(t, "a", size)
		began := time.Now()
		if _, err := c.Upload(coretest.Limited(t), transfer, &progress{}); err != nil {
			t.Fatal(err)
		}
		if took, least := time.Since(began), time.Second*(size-32<<10)/perSecond; took < least*9/10 {
			t.Errorf("HTTP %s took %v, want at least %v", version, took, least)
		}
	}
}

func TestCancelEndsAnUploadAtOnce(t *testing.T) {
	g := newIngester(t, 2)
	for _, version := range []string{core.HTTP11, core.HTTP2} {
		c := g.newClient(t, func(cfg *Config) {
			cfg.HTTPVersion, cfg.Limiter = version, rate.NewLimiter(1<<20, 64<<10)
		})
		transfer := sparse(t, 1<<30) // 17 minutes' worth
		ctx, cancel := context.WithCancel(coretest.Limited(t))
		p := &progress{onSent: func(n int64) {
			if n > 0 {
				cancel()
			}
		}}
		_, err := c.Upload(ctx, transfer, p)
		coretest.Want(t, err, core.KindCancelled, core.CodeCancelled, core.OutcomeCutOff)
	}
	if len(g.files) != 0 {
		t.Errorf("the server has %d files", len(g.files))
	}
}

// The last bytes wait for Finishing: if it returns an error, no server has the file.
func TestFinishingHoldsTheLastBytesBack(t *testing.T) {
	g := newIngester(t, 2)
	refusal := &core.Error{Kind: core.KindConfig, Code: core.CodeStoreFailed, Op: "commit", Message: "disk full"}
	for _, version := range []string{core.HTTP11, core.HTTP2} {
		c := g.newClient(t, func(cfg *Config) { cfg.HTTPVersion = version })
		transfer, _ := newTransfer(t, "a", 2<<20)
		_, err := c.Upload(coretest.Limited(t), transfer, &progress{refuse: refusal})
		if e := coretest.WantError(t, err, core.KindConfig, core.CodeStoreFailed, core.OutcomeCutOff); e.Op != "commit" {
			t.Errorf("op %q", e.Op)
		}
		_, err = c.Upload(coretest.Limited(t), transfer, &progress{refuse: errors.New("no")})
		coretest.Want(t, err, core.KindServer, core.CodeInternal, core.OutcomeCutOff)
	}
	if len(g.files) != 0 || g.bodies == 0 {
		t.Errorf("the server has %d files of %d bodies", len(g.files), g.bodies)
	}
}

// Fault 40: that a file changes while it is read is noticed before its end is sent.
func TestFileThatChangesIsNeverStored(t *testing.T) {
	changes := map[string]func(path string) error{
		"grows":    func(path string) error { return appendTo(path, "more") },
		"shrinks":  func(path string) error { return os.Truncate(path, 3<<20) },
		"is empty": func(path string) error { return os.Truncate(path, 0) },
		"touched":  func(path string) error { return os.Chtimes(path, time.Time{}, time.Unix(1, 0)) },
		"goes":     os.Remove,
		"is another": func(path string) error {
			return errors.Join(os.WriteFile(path+"2", make([]byte, 6<<20), 0o600), os.Rename(path+"2", path))
		},
	}
	if runtime.GOOS == "windows" { // an open file can't be replaced
		delete(changes, "goes")
		delete(changes, "is another")
	}
	for name, change := range changes {
		for _, version := range []string{core.HTTP11, core.HTTP2} {
			t.Run(name+", HTTP "+version, func(t *testing.T) {
				g := newIngester(t, 2)
				c := g.newClient(t, func(cfg *Config) { cfg.HTTPVersion = version })
				transfer, _ := newTransfer(t, "a", 6<<20)
				var once sync.Once
				p := &progress{onSent: func(int64) {
					once.Do(func() {
						if err := change(transfer.Source.Path); err != nil {
							t.Error(err)
						}
					})
				}}
				_, err := c.Upload(coretest.Limited(t), transfer, p)
				e := core.AsError(err)
				if e == nil || e.Kind != core.KindFile || e.Code != core.CodeFileChanged || e.Outcome == core.OutcomeUnknown {
					t.Fatalf("got %+v", e)
				}
				if len(g.files) != 0 || p.finished != 0 {
					t.Errorf("the server has %d files", len(g.files))
				}
			})
		}
	}
}

func appendTo(path, text string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

func TestTokenErrorsPassThrough(t *testing.T) {
	g := newIngester(t, 2)
	transfer, _ := newTransfer(t, "a", 10)
	refused := &core.Error{Kind: core.KindAuth, Code: core.CodeSignInRefused, Op: "fetch token", Message: "no"}
	c := g.newClient(t, func(cfg *Config) { cfg.Tokens = &coretest.Tokens{Err: refused} })
	if _, err := c.Upload(coretest.Limited(t), transfer, &progress{}); !errors.Is(err, refused) || core.AsError(err).Op != "fetch token" {
		t.Errorf("got %v", err)
	}
	c = g.newClient(t, func(cfg *Config) { cfg.Tokens = &coretest.Tokens{Err: context.Canceled} })
	_, err := c.Upload(coretest.Limited(t), transfer, &progress{})
	coretest.Want(t, err, core.KindCancelled, core.CodeCancelled, core.OutcomeNotProcessed)
}

func TestNewRefusesWhatCannotWork(t *testing.T) {
	for _, cfg := range []Config{{BaseURL: "ftp://x"}, {BaseURL: "https://"}, {BaseURL: ":"}, {BaseURL: "http://127.0.0.1", HTTPVersion: core.HTTP2}} {
		if _, err := New(cfg); core.CodeOf(err) != core.CodeProfileInvalid {
			t.Errorf("%+v gave %v", cfg, err)
		}
	}
}

// For a file that can't be opened no token is fetched and no connection made.
func TestUploadOfAMissingFile(t *testing.T) {
	c := newTestClient(t, "http://127.0.0.1:1", nil, nil)
	_, err := c.Upload(coretest.Limited(t), core.Transfer{Source: core.Source{Path: filepath.Join(t.TempDir(), "x")}}, &progress{})
	coretest.Want(t, err, core.KindFile, core.CodeFileMissing, core.OutcomeNotProcessed)
}
