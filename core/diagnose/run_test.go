package diagnose

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
)

func TestAllIsWell(t *testing.T) {
	w := newWorld(t)
	o := w.run(t)
	o.passes(t)
	const names = "address/admin proxy/admin dns/admin tcp/admin tls/admin client_certificate/admin http/admin clock/admin " +
		"token/admin signature/admin permission/admin " +
		"address/ingester proxy/ingester dns/ingester tcp/ingester tls/ingester client_certificate/ingester http/ingester clock/ingester ready/ingester storage/ingester authorization/ingester tus/ingester"
	if o.names() != names {
		t.Errorf("steps: %s", o.names())
	}
	o.wants(t, core.TargetAdmin, Address, core.StepOK, w.admin.URL)
	o.wants(t, core.TargetAdmin, Proxy, core.StepOK, "none")
	o.wants(t, core.TargetAdmin, TCP, core.StepOK, "connected to 127.0.0.1:")
	o.wants(t, core.TargetAdmin, TLS, core.StepOK, "TLS 1.3", "TLS_AES_128_GCM_SHA256", "“CN=server.example”", "issued by “CN=Example Root CA”",
		"localhost, 127.0.0.1, ::1", "364 days left", "vouched for by that authority in the CA file")
	o.wants(t, core.TargetAdmin, ClientCertificate, core.StepOK, "asked for, sent", "“CN=scanner-07”", "364 days left", "accepted")
	o.wants(t, core.TargetAdmin, HTTP, core.StepOK, "HTTP/1.1")
	o.wants(t, core.TargetAdmin, Clock, core.StepOK, "agree")
	o.wants(t, core.TargetAdmin, Token, core.StepOK, "reports", "30m0s")
	o.wants(t, core.TargetAdmin, Signature, core.StepOK, "verified", "JWKS")
	o.wants(t, core.TargetAdmin, Permission, core.StepOK, "files:write, files:read")
	o.wants(t, core.TargetIngester, HTTP, core.StepOK, "HTTP/2; where HTTP/1.1 is quicker, it is used instead")
	o.wants(t, core.TargetIngester, Ready, core.StepOK, "ok; refuses duplicates; files up to 1073741824 bytes")
	o.wants(t, core.TargetIngester, Storage, core.StepOK, "does not tell")
	o.wants(t, core.TargetIngester, Authorization, core.StepOK, "accepts the token, and refuses to answer without it")
	o.wants(t, core.TargetIngester, Resumable, core.StepOK, "no resumable uploads here (404 page not found)")
	if want := []string{"GET /health/ready", "GET /api/v1/info", "GET /api/v1/files/ token", "GET /api/v1/files/", "OPTIONS /files/ token"}; !slices.Equal(w.ingester.was(), want) {
		t.Errorf("the ingester was asked %q", w.ingester.was())
	}
}

func TestOneAddressIsSaidOnce(t *testing.T) {
	w := newWorld(t, func(_ *testing.T, w *world) {
		w.admin.HandleFunc("GET /health/ready", answer(http.StatusOK, `{"status":"ok"}`))
		w.admin.HandleFunc("GET /api/v1/files", guarded(http.StatusOK, `{"items":[]}`))
		w.profile.IngesterURL = w.admin.URL
	})
	o := w.run(t)
	o.passes(t)
	if want := "address proxy dns tcp tls client_certificate http clock token/admin signature/admin permission/admin ready/ingester storage/ingester authorization/ingester tus/ingester"; o.names() != want {
		t.Errorf("steps: %s", o.names())
	}
	o.wants(t, "", HTTP, core.StepOK, "HTTP/2")
	o.wants(t, core.TargetIngester, Ready, core.StepOK, "does not say that it refuses duplicates")
}

func TestTheOtherServerGoesOn(t *testing.T) {
	w := newWorld(t)
	w.admin.Close()
	o := w.run(t)
	o.fails(t, core.TargetAdmin, TCP, core.CodeConnectionRefused, "Check the port")
	for _, name := range []string{TLS, ClientCertificate, HTTP, Clock, Token, Signature, Permission} {
		o.wants(t, core.TargetAdmin, name, core.StepNotReached)
	}
	o.wants(t, core.TargetIngester, Ready, core.StepOK)
	if o.err == nil || o.err.Kind != core.KindNetwork {
		t.Errorf("error %v", o.err)
	}
}

func TestHTTPVersions(t *testing.T) {
	onlyHTTP1 := func(t *testing.T, w *world) {
		config := w.serverTLS(t)
		config.NextProtos = []string{"http/1.1"}
		w.ingester = restart(t, w.ingester, config)
		w.profile.IngesterURL = w.ingester.URL
	}
	version := func(v string) func(*testing.T, *world) {
		return func(_ *testing.T, w *world) { w.profile.Upload.HTTPVersion = v }
	}
	plain := func(t *testing.T, w *world) {
		w.ingester = restart(t, w.ingester, nil)
		w.profile.IngesterURL = w.ingester.URL
	}
	for _, tt := range []struct {
		name   string
		change []func(*testing.T, *world)
		status core.StepStatus
		code   core.Code
		text   string
	}{
		{"2 of a server with both", []func(*testing.T, *world){version(core.HTTP2)}, core.StepOK, "", "HTTP/2"},
		{"1.1 of a server with both", []func(*testing.T, *world){version(core.HTTP11)}, core.StepOK, "", "HTTP/1.1"},
		{"auto of a server with 1.1", []func(*testing.T, *world){onlyHTTP1}, core.StepOK, "", "HTTP/1.1; the server does not offer HTTP/2"},
		{"2 of a server with 1.1", []func(*testing.T, *world){onlyHTTP1, version(core.HTTP2)}, core.StepFailed, core.CodeTLSPolicy, "does not offer HTTP/2"},
		{"2 without TLS", []func(*testing.T, *world){plain, version(core.HTTP2)}, core.StepFailed, core.CodeProfileInvalid, "needs an https address"},
		{"auto without TLS", []func(*testing.T, *world){plain}, core.StepOK, "", "HTTP/1.1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := newWorld(t, tt.change...).run(t)
			o.wants(t, core.TargetIngester, HTTP, tt.status, tt.text)
			if core.CodeOf(errorOrNil(o.step(t, core.TargetIngester, HTTP).Err)) != tt.code {
				t.Errorf("error %v", o.err)
			}
		})
	}
}

func TestTLS12(t *testing.T) {
	w := newWorld(t, func(t *testing.T, w *world) {
		config := w.serverTLS(t)
		config.MaxVersion = tls.VersionTLS12
		w.ingester = restart(t, w.ingester, config)
		w.profile.IngesterURL = w.ingester.URL
	})
	o := w.run(t)
	o.passes(t)
	o.wants(t, core.TargetIngester, TLS, core.StepOK, "TLS 1.2, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")
}

func TestPlainHTTP(t *testing.T) {
	w := newWorld(t, func(t *testing.T, w *world) {
		w.admin, w.ingester = restart(t, w.admin, nil), restart(t, w.ingester, nil)
		w.profile.AdminURL, w.profile.IngesterURL = w.admin.URL, w.ingester.URL
		w.profile.TLS = core.TLSSettings{}
	})
	o := w.run(t)
	o.passes(t)
	o.wants(t, core.TargetIngester, Address, core.StepOK, "plain HTTP to this computer")
	o.wants(t, core.TargetIngester, TLS, core.StepOK, "not used")
	o.wants(t, core.TargetIngester, ClientCertificate, core.StepOK, "not used")
}

// Without TLS settings the system's roots decide, and they don't have the test's CA.
func TestSystemRoots(t *testing.T) {
	w := newWorld(t, func(_ *testing.T, w *world) { w.profile.TLS = core.TLSSettings{} })
	w.run(t).fails(t, core.TargetIngester, TLS, core.CodeTLSUntrusted, "set the file of that authority as the CA file")
}

func TestAddresses(t *testing.T) {
	for _, tt := range []struct{ url, text string }{
		{"", "is not set"},
		{"ftp://files.example", "is not an http or https URL"},
		{"https://", "is not an http or https URL"},
		{"https://[::1", "is not an http or https URL"},
		{"https://joe:canary-secret-hunter2@files.example", "must not hold a user name"},
		{"http://files.example:8020", "in the clear"},
	} {
		t.Run(tt.url, func(t *testing.T) {
			w := newWorld(t, func(_ *testing.T, w *world) { w.profile.IngesterURL = tt.url })
			o := w.run(t)
			o.fails(t, core.TargetIngester, Address, core.CodeProfileInvalid, "ingester_url", tt.text)
			o.wants(t, core.TargetIngester, Ready, core.StepNotReached)
			o.wants(t, core.TargetAdmin, Permission, core.StepOK)
		})
	}
}

func TestNames(t *testing.T) {
	t.Run("found", func(t *testing.T) {
		w := newWorld(t)
		w.profile.IngesterURL = "https://localhost:" + port(w.ingester.URL)
		o := w.run(t)
		o.wants(t, core.TargetIngester, DNS, core.StepOK, "localhost is ", "127.0.0.1")
		o.wants(t, core.TargetIngester, Ready, core.StepOK)
	})
	t.Run("not found", func(t *testing.T) {
		w := newWorld(t)
		w.profile.IngesterURL = "https://ingester.invalid:8020"
		o := w.run(t)
		s := o.step(t, core.TargetIngester, DNS)
		// The answer of this computer's resolver depends on its network.
		if code := core.CodeOf(errorOrNil(s.Err)); s.Status != core.StepFailed || (code != core.CodeNameNotFound && code != core.CodeTimeout) {
			t.Errorf("%s %v", s.Status, s.Err)
		}
		o.wants(t, core.TargetIngester, TCP, core.StepNotReached)
	})
}

func TestClock(t *testing.T) {
	for _, tt := range []struct {
		name   string
		skew   time.Duration
		status core.StepStatus
		text   string
	}{
		{"ten minutes ahead", 10 * time.Minute, core.StepWarning, "10m0s ahead of the server's"},
		{"ten minutes behind", -10 * time.Minute, core.StepWarning, "10m0s behind the server's"},
		{"half a minute", 30 * time.Second, core.StepOK, "30s ahead"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.cfg.Now = func() time.Time { return time.Now().Add(tt.skew) }
			o := w.run(t)
			o.wants(t, core.TargetAdmin, Clock, tt.status, tt.text)
			o.wants(t, core.TargetIngester, Clock, tt.status, tt.text)
			o.wants(t, core.TargetIngester, Ready, core.StepOK)
		})
	}
	t.Run("not told", func(t *testing.T) {
		w := newWorld(t, func(_ *testing.T, w *world) {
			w.ingester = serve(t, w.serverTLS(t))
			w.ingester.HandleFunc("/", func(rw http.ResponseWriter, r *http.Request) {
				rw.Header()["Date"] = nil
				answer(http.StatusOK, `{"status":"ok"}`)(rw, r)
			})
			w.profile.IngesterURL = w.ingester.URL
		})
		w.run(t).wants(t, core.TargetIngester, Clock, core.StepOK, "does not tell its time")
	})
}

func TestCancel(t *testing.T) {
	t.Run("before it begins", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		w := newWorld(t)
		o := w.runWithin(ctx, t)
		for _, s := range o.steps {
			if s.Status != core.StepNotReached {
				t.Errorf("%s is %s", s.Name, s.Status)
			}
		}
		if o.err == nil || o.err.Code != core.CodeCancelled || w.admin.requests.Load() != 0 {
			t.Errorf("error %v", o.err)
		}
	})
	t.Run("while the server thinks", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		w := newWorld(t)
		thinking := serve(t, w.serverTLS(t))
		thinking.HandleFunc("/", func(_ http.ResponseWriter, r *http.Request) {
			cancel()
			<-r.Context().Done()
		})
		w.profile.IngesterURL = thinking.URL
		o := w.runWithin(ctx, t)
		o.fails(t, core.TargetIngester, ClientCertificate, core.CodeCancelled)
		o.wants(t, core.TargetIngester, Ready, core.StepNotReached)
		if !errors.Is(o.err, context.Canceled) {
			t.Errorf("error %v", o.err)
		}
	})
}
