package diagnose

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/sandbox"
)

// A profile has only the addresses of a server of the first generation's kind: every step passes,
// even though there are no keys for verifying.
func TestFirstGenerationHasATickEverywhere(t *testing.T) {
	for name, tt := range map[string]struct {
		config sandbox.Config
		texts  map[string]string
	}{
		"first generation": {sandbox.Config{Generation: 1}, map[string]string{
			Signature: "not verified: the token server publishes no keys", Permission: "the ingester decides", Storage: "temporary and permanent files",
			Authorization: "accepts the token, and refuses to answer without it", Resumable: "no resumable uploads here (404 Not Found)", HTTP: "the server does not offer HTTP/2"}},
		"second generation": {sandbox.Config{Generation: 2}, map[string]string{
			Ready: "ok; does not say that it refuses duplicates", Storage: "temporary files only (mode edit)", Authorization: "accepts the token"}},
		"the sandbox's own": {sandbox.Config{}, map[string]string{
			Ready: "ok; refuses duplicates", Authorization: "accepts the token", Resumable: "tus 1.0 with creation"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := started(t, tt.config)
			o := ask(t, s, s.Profile())
			o.passes(t)
			for _, step := range o.steps {
				if step.Status != core.StepOK {
					t.Errorf("%s is %s: %s", step.Name, step.Status, Text([]core.Step{step}))
				}
				if want := tt.texts[step.Name]; step.Target != core.TargetAdmin && !strings.Contains(step.Detail, want) {
					t.Errorf("%s says %q, not %q", step.Name, step.Detail, want)
				}
			}
			if left, err := s.Files(t.Context()); err != nil || len(left) != 0 {
				t.Errorf("the test left %v", left)
			}
		})
	}
}

// started starts a sandbox that serves until the test ends.
func started(t *testing.T, config sandbox.Config) *sandbox.Server {
	t.Helper()
	config.Dir = t.TempDir()
	s := must[*sandbox.Server](t)(sandbox.New(t.Context(), config))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return s
}

// ask tests a profile of a sandbox.
func ask(t *testing.T, s *sandbox.Server, p core.Profile) outcome {
	t.Helper()
	w := &world{profile: p, cfg: Config{
		Secret: func(context.Context) (core.Secret, error) { return s.ClientSecret(), nil },
		Proxy:  func(*http.Request) (*url.URL, error) { return nil, nil },
	}}
	return w.run(t)
}

// Which files a server keeps, and whether those are what the profile asks for.
func TestStorage(t *testing.T) {
	for name, tt := range map[string]struct {
		config sandbox.Config
		asks   core.Retention
		status core.StepStatus
		texts  []string
	}{
		"edit, temporary":         {sandbox.Config{Generation: 2}, core.RetentionTemporary, core.StepOK, []string{"temporary files only (mode edit)"}},
		"edit, permanent":         {sandbox.Config{Generation: 2}, core.RetentionPermanent, core.StepWarning, []string{"mode edit", "Permanent files are not possible here now"}},
		"rw, permanent":           {sandbox.Config{Generation: 2, Mode: "rw"}, core.RetentionPermanent, core.StepOK, []string{"permanent files only (mode rw)"}},
		"rw, temporary":           {sandbox.Config{Generation: 2, Mode: "rw"}, core.RetentionTemporary, core.StepWarning, []string{"Temporary files are not possible here now"}},
		"read-only":               {sandbox.Config{Generation: 2, Mode: "ro"}, core.RetentionTemporary, core.StepFailed, []string{"no new files (mode ro)", "takes no uploads: it is in mode ro", "ingester_url", "read_only"}},
		"first, both":             {sandbox.Config{Generation: 1}, core.RetentionPermanent, core.StepOK, []string{"temporary and permanent files"}},
		"first, rw is down":       {sandbox.Config{Generation: 1, Mode: "edit"}, core.RetentionPermanent, core.StepWarning, []string{"temporary files only", "Permanent files are not possible"}},
		"first, rw is not needed": {sandbox.Config{Generation: 1, Mode: "edit"}, core.RetentionTemporary, core.StepOK, []string{"temporary files only"}},
		"first, edit is down":     {sandbox.Config{Generation: 1, Mode: "rw"}, core.RetentionTemporary, core.StepWarning, []string{"permanent files only", "Temporary files are not possible"}},
		"own":                     {sandbox.Config{}, core.RetentionPermanent, core.StepOK, []string{"does not tell"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := started(t, tt.config)
			p := s.Profile()
			p.Upload.RetentionPolicy = tt.asks
			o := ask(t, s, p)
			o.wants(t, core.TargetIngester, Storage, tt.status, tt.texts...)
			degraded := tt.config.Generation == 1 && tt.config.Mode != ""
			if got := o.step(t, core.TargetIngester, Ready).Status; (got == core.StepWarning) != degraded {
				t.Errorf("ready is %s", got)
			}
			next := o.step(t, core.TargetIngester, Authorization).Status
			if (next == core.StepNotReached) != (tt.status == core.StepFailed) {
				t.Errorf("the next step is %s", next)
			}
		})
	}
}

// A server that tells for each kind of file whether it can be stored.
func TestStorageByHealth(t *testing.T) {
	for name, tt := range map[string]struct {
		body   string
		asks   core.Retention
		status core.StepStatus
		text   string
	}{
		"no permanent":            {`{"status":"degraded","checks":{"temporary":"ok","permanent":"no storage online"}}`, core.RetentionPermanent, core.StepWarning, "temporary files only"},
		"no permanent, not asked": {`{"status":"degraded","checks":{"temporary":{"status":"up"},"permanent":{"status":"fail"}}}`, core.RetentionTemporary, core.StepOK, "temporary files only"},
		"no temporary":            {`{"status":"degraded","checks":{"temporary":"offline","permanent":"ok"}}`, core.RetentionTemporary, core.StepWarning, "permanent files only"},
		"all is well":             {`{"status":"ready","checks":{"temporary":"12 GB","permanent":"1 TB"}}`, core.RetentionPermanent, core.StepOK, "temporary and permanent files"},
		"nothing is told":         {`{"status":"ok","checks":{"storage":"ok"}}`, core.RetentionPermanent, core.StepOK, "does not tell"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(t *testing.T, w *world) {
				w.ingester = serve(t, w.serverTLS(t))
				w.ingester.HandleFunc("GET /health/ready", answer(http.StatusOK, tt.body))
				w.profile.IngesterURL, w.profile.Upload.RetentionPolicy = w.ingester.URL, tt.asks
			})
			w.run(t).wants(t, core.TargetIngester, Storage, tt.status, tt.text)
		})
	}
}

// The token is sent to the ingester, and the step reports only what the answer proves.
func TestAuthorization(t *testing.T) {
	const list = "GET /api/v1/files/{$}"
	for name, tt := range map[string]struct {
		handle map[string]http.HandlerFunc
		status core.StepStatus
		code   core.Code
		texts  []string
	}{
		"another key": {map[string]http.HandlerFunc{list: answer(401, `{"detail":"Could not validate credentials"}`)}, core.StepFailed, core.CodeTokenRejected,
			[]string{"401 Could not validate credentials", "refuses the token that the token server has just issued", "another key, issuer or audience"}},
		"accepted":             {map[string]http.HandlerFunc{list: guarded(200, `{"files":[]}`)}, core.StepOK, "", []string{"accepts the token, and refuses to answer without it"}},
		"without, forbidden":   {map[string]http.HandlerFunc{list: forbiddenWithout(200)}, core.StepOK, "", []string{"accepts the token"}},
		"may not list":         {map[string]http.HandlerFunc{list: guarded(403, `{"error":{"code":"FORBIDDEN","message":"files:read is missing"}}`)}, core.StepOK, "", []string{"knows the token", "which uploads don't need"}},
		"a firewall":           {map[string]http.HandlerFunc{list: answer(403, "<html><title>Blocked</title>")}, core.StepWarning, "", []string{"403 Blocked", "says nothing about the token", "Send a small file"}},
		"open to everybody":    {map[string]http.HandlerFunc{list: answer(200, `[]`)}, core.StepWarning, "", []string{"answers without a token as well", "Send a small file"}},
		"no list":              {nil, core.StepWarning, "", []string{"404", "says nothing about the token"}},
		"not that way":         {map[string]http.HandlerFunc{"/api/v1/files/": answer(405, ""), "/api/v1/files": answer(405, "")}, core.StepWarning, "", []string{"405 Method Not Allowed", "says nothing about the token"}},
		"a redirect, followed": {map[string]http.HandlerFunc{list: http.RedirectHandler("/api/v1/files", http.StatusTemporaryRedirect).ServeHTTP, "GET /api/v1/files": guarded(200, `[]`)}, core.StepOK, "", []string{"accepts the token"}},
		"a redirect elsewhere": {map[string]http.HandlerFunc{"/api/v1/": http.RedirectHandler("https://login.example/", http.StatusFound).ServeHTTP}, core.StepWarning, "", []string{"302 Found", "says nothing"}},
		"it fails":             {map[string]http.HandlerFunc{list: answer(500, "Internal Server Error")}, core.StepWarning, "", []string{"500 Internal Server Error", "says nothing about the token"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(t *testing.T, w *world) {
				w.ingester = serve(t, w.serverTLS(t))
				w.ingester.HandleFunc("GET /health/ready", answer(http.StatusOK, `{"status":"ready","checks":{"disk":"12 GB free"}}`))
				for pattern, h := range tt.handle {
					w.ingester.HandleFunc(pattern, h)
				}
				w.profile.IngesterURL = w.ingester.URL + "/"
			})
			o := w.run(t)
			o.wants(t, core.TargetIngester, Authorization, tt.status, tt.texts...)
			if code := core.CodeOf(errorOrNil(o.step(t, core.TargetIngester, Authorization).Err)); code != tt.code {
				t.Errorf("code %q", code)
			}
			o.wants(t, core.TargetIngester, Ready, core.StepOK, "ready; does not say")
		})
	}
}

// forbiddenWithout answers like FastAPI: 403 without a token.
func forbiddenWithout(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "" {
			status := http.StatusForbidden
			answer(status, `{"detail":"Not authenticated"}`)(w, r)
			return
		}
		answer(status, "{}")(w, r)
	}
}

// Without a token none is sent, and the rest is tested all the same.
func TestAuthorizationNeedsAToken(t *testing.T) {
	w := newWorld(t, func(_ *testing.T, w *world) {
		w.cfg.Secret = func(context.Context) (core.Secret, error) { return core.NewSecret("wrong"), nil }
	})
	o := w.run(t)
	o.wants(t, core.TargetAdmin, Token, core.StepFailed)
	o.wants(t, core.TargetIngester, Authorization, core.StepNotReached)
	o.wants(t, core.TargetIngester, Storage, core.StepOK)
	o.wants(t, core.TargetIngester, Resumable, core.StepOK)
	if slices.ContainsFunc(w.ingester.was(), func(s string) bool {
		return strings.Contains(s, "token") || strings.Contains(s, "files") && !strings.HasPrefix(s, "OPTIONS")
	}) {
		t.Errorf("asked %q", w.ingester.was())
	}
}

// A server that tells its offer only with a token has not said that it offers nothing.
func TestResumableNeedsAToken(t *testing.T) {
	s := started(t, sandbox.Config{})
	w := &world{profile: s.Profile(), cfg: Config{Proxy: func(*http.Request) (*url.URL, error) { return nil, nil }}}
	o := w.run(t)
	o.wants(t, core.TargetAdmin, Token, core.StepFailed, "No client secret is set")
	o.wants(t, core.TargetIngester, Resumable, core.StepNotReached)
}

// Clocks are reported first: ours before an expired token, the servers' before keys that don't fit.
func TestTheClockComesFirst(t *testing.T) {
	later := func(d time.Duration, h http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Date", time.Now().Add(d).UTC().Format(http.TimeFormat))
			h(w, r)
		}
	}
	t.Run("ours", func(t *testing.T) {
		w := newWorld(t, func(t *testing.T, w *world) {
			admin(signed(map[string]any{"scope": "files:write", "exp": time.Now().Add(-time.Hour).Unix()}), ownKeys)(t, w)
			w.admin.HandleFunc("/", later(-2*time.Hour, http.NotFound))
		})
		o := w.run(t)
		o.wants(t, core.TargetAdmin, Clock, core.StepWarning, "2h0m0s ahead", "Set the clock of this computer")
		o.wants(t, core.TargetAdmin, Signature, core.StepFailed, "→ The cause is the same as above.")
	})
	t.Run("none", func(t *testing.T) {
		w := newWorld(t, admin(signed(map[string]any{"scope": "files:write", "exp": time.Now().Add(-time.Hour).Unix()}), ownKeys))
		w.run(t).wants(t, core.TargetAdmin, Signature, core.StepFailed, "→ Check auth.jwks_url")
	})
	t.Run("theirs", func(t *testing.T) {
		w := newWorld(t, func(t *testing.T, w *world) {
			w.ingester = serve(t, w.serverTLS(t))
			w.ingester.HandleFunc("GET /health/ready", later(3*time.Minute, answer(200, `{"status":"ok"}`)))
			w.ingester.HandleFunc("GET /api/v1/files/{$}", answer(401, `{"detail":"Token expired"}`))
			w.profile.IngesterURL = w.ingester.URL
		})
		w.run(t).wants(t, core.TargetIngester, Authorization, core.StepFailed, "401 Token expired", "set the servers' clocks, which differ by 3m")
	})
}

// Advice is given once for each cause.
func TestOneAdvice(t *testing.T) {
	w := newWorld(t, func(t *testing.T, w *world) {
		stranger := newCA(t, "Another Root CA")
		w.profile.TLS.CACertFile = stranger.WritePEM(t, t.TempDir())
		w.profile.TLS.CertFile, w.profile.TLS.KeyFile = "", ""
	})
	o := w.run(t)
	o.wants(t, core.TargetAdmin, TLS, core.StepFailed, "The authority that is needed is")
	o.wants(t, core.TargetIngester, TLS, core.StepFailed, "→ The cause is the same as above.")
	for _, target := range []core.Target{core.TargetAdmin, core.TargetIngester} {
		o.wants(t, target, ClientCertificate, core.StepNotReached)
	}
	if n := strings.Count(Text(o.steps), "→"); n != 2 {
		t.Errorf("%d pieces of advice:\n%s", n, Text(o.steps))
	}
}
