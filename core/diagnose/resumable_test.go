package diagnose

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/tus/tusd/v2/pkg/filestore"
	"github.com/tus/tusd/v2/pkg/handler"
	"github.com/tus/tusd/v2/pkg/memorylocker"
	"golang.org/x/exp/slog"

	"github.com/artstore/ingester/core"
)

// tusd is the reference server, on disk.
func tusd(t *testing.T, change func(*handler.Config)) (h http.Handler, dir string) {
	t.Helper()
	dir = t.TempDir()
	composer := handler.NewStoreComposer()
	filestore.New(dir).UseIn(composer)
	memorylocker.New().UseIn(composer)
	config := handler.Config{BasePath: "/files/", StoreComposer: composer, MaxSize: 5 << 30, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), GracefulRequestCompletionTimeout: 50 * time.Millisecond}
	if change != nil {
		change(&config)
	}
	inner := must[*handler.Handler](t)(handler.NewHandler(config))
	return http.StripPrefix("/files/", inner), dir
}

// behind passes requests with the token, and OPTIONS.
func behind(h http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodOptions || strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ey") {
			h.ServeHTTP(w, r)
			return
		}
		w.WriteHeader(http.StatusUnauthorized)
	}
}

// gateway makes the ingester a gateway that has only the handler for resumable uploads.
func gateway(h http.HandlerFunc, protocol core.Protocol) func(*testing.T, *world) {
	return func(t *testing.T, w *world) {
		w.ingester = serve(t, w.serverTLS(t))
		w.ingester.HandleFunc("/files/", h)
		w.profile.IngesterURL, w.profile.Upload.Protocol = w.ingester.URL, protocol
	}
}

// Behind a gateway there is only the reference server: if the profile uses tus, every step passes,
// and nothing stays on the server's disk.
func TestGatewayOfResumableUploadsAlone(t *testing.T) {
	for _, protocol := range []core.Protocol{core.ProtocolTus, core.ProtocolAuto, core.ProtocolMultipart} {
		t.Run(string(protocol), func(t *testing.T) {
			complete := 0
			h, dir := tusd(t, func(c *handler.Config) {
				c.PreFinishResponseCallback = func(handler.HookEvent) (r handler.HTTPResponse, err error) {
					complete++
					return r, nil
				}
			})
			w := newWorld(t, gateway(behind(h), protocol))
			o := w.run(t)
			switch protocol {
			case core.ProtocolTus:
				o.passes(t)
				o.wants(t, core.TargetIngester, Authorization, core.StepOK, "let an upload begin, which was deleted again")
			case core.ProtocolAuto:
				o.wants(t, core.TargetIngester, Authorization, core.StepWarning, "let an upload begin", `set upload.protocol to "tus"`)
			default:
				o.fails(t, core.TargetIngester, Ready, core.CodeUnexpected, "no health check")
				return
			}
			o.wants(t, core.TargetIngester, Ready, core.StepOK, "offers resumable uploads")
			o.wants(t, core.TargetIngester, Resumable, core.StepOK, "tus 1.0 with creation", "concatenation", "without checksum", "up to 5368709120 bytes", "an upload was begun and deleted")
			if o.err != nil {
				t.Errorf("it doesn't pass: %v", o.err)
			}
			began := 0
			for _, asked := range w.ingester.was() {
				if asked == "POST /files/ token" {
					began++
				}
			}
			if left := must[[]os.DirEntry](t)(os.ReadDir(dir)); len(left) != 0 || began != 1 || complete != 0 {
				t.Errorf("%d files are left, %d uploads were begun, %d are complete: %q", len(left), began, complete, w.ingester.was())
			}
		})
	}
}

// Other answers of servers about resumable uploads.
func TestResumable(t *testing.T) {
	offering := func(header map[string]string, next http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodOptions {
				next(w, r)
				return
			}
			for name, value := range header {
				w.Header().Set(name, value)
			}
			w.WriteHeader(http.StatusNoContent)
		}
	}
	full := map[string]string{"Tus-Version": "1.0.0", "Tus-Extension": "creation, Termination"}
	created := func(location string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				w.Header().Set("Location", location)
				w.WriteHeader(http.StatusCreated)
				return
			}
			w.WriteHeader(http.StatusMethodNotAllowed)
		}
	}
	keeps := func(w http.ResponseWriter, r *http.Request) {
		created("/files/1")(w, r)
	}
	for name, tt := range map[string]struct {
		handle   http.HandlerFunc
		protocol core.Protocol
		status   core.StepStatus
		code     core.Code
		texts    []string
	}{
		"none, auto":         {http.NotFound, core.ProtocolAuto, core.StepOK, "", []string{"no resumable uploads here (404 page not found); files go in one piece"}},
		"none, tus":          {http.NotFound, core.ProtocolTus, core.StepFailed, core.CodeRejected, []string{"no resumable uploads here (404 page not found)", "Check tus_url, or set protocol"}},
		"another version":    {offering(map[string]string{"Tus-Version": "0.2.2,0.2.1"}, nil), core.ProtocolTus, core.StepFailed, core.CodeRejected, []string{"but in 0.2.2, 0.2.1"}},
		"no creation":        {offering(map[string]string{"Tus-Version": "1.0.0", "Tus-Extension": "termination"}, nil), core.ProtocolAuto, core.StepOK, "", []string{"no extension creation", "in one piece"}},
		"no termination":     {offering(map[string]string{"Tus-Resumable": "1.0.0", "Tus-Extension": "creation,checksum"}, nil), core.ProtocolTus, core.StepOK, "", []string{"tus 1.0 with creation, checksum; without concatenation, termination; not tried"}},
		"another key":        {offering(full, answer(401, `{"detail":"bad signature"}`)), core.ProtocolTus, core.StepFailed, core.CodeTokenRejected, []string{"401 bad signature", "another key, issuer or audience"}},
		"another key, asked": {answer(401, ""), core.ProtocolAuto, core.StepFailed, core.CodeTokenRejected, []string{"refuses the token"}},
		"a hook's no":        {offering(full, answer(400, "only PDF")), core.ProtocolTus, core.StepWarning, "", []string{"refuses to begin an upload of one byte: 400 only PDF", "It may take other files"}},
		"can't be deleted": {offering(full, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodDelete {
				w.WriteHeader(http.StatusForbidden)
				return
			}
			keeps(w, r)
		}), core.ProtocolTus, core.StepWarning, "", []string{"an upload was begun", "could not be deleted", "until it expires"}},
		"elsewhere":  {offering(full, created("http://10.0.0.1:1080/files/1")), core.ProtocolTus, core.StepFailed, core.CodeAnswerInvalid, []string{"elsewhere (http://10.0.0.1:1080/files/1), where the token must not go", "-behind-proxy"}},
		"no address": {offering(full, created("")), core.ProtocolTus, core.StepFailed, core.CodeAnswerInvalid, []string{"-behind-proxy"}},
		"busy, auto": {answer(503, ""), core.ProtocolAuto, core.StepWarning, "", []string{"503 Service Unavailable", "large files wait"}},
		"busy, tus":  {answer(503, ""), core.ProtocolTus, core.StepFailed, core.CodeServerBusy, []string{"503 Service Unavailable", "Try again later"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(_ *testing.T, w *world) {
				w.ingester.HandleFunc("/files/", tt.handle)
				w.profile.Upload.Protocol = tt.protocol
			})
			o := w.run(t)
			o.wants(t, core.TargetIngester, Resumable, tt.status, tt.texts...)
			if code := core.CodeOf(errorOrNil(o.step(t, core.TargetIngester, Resumable).Err)); code != tt.code {
				t.Errorf("code %q", code)
			}
			o.wants(t, core.TargetIngester, Authorization, core.StepOK, "accepts the token")
		})
	}
}

// The reference server is behind a gateway that terminates TLS, without the setting that it needs
// there: uploads would go to an address to which the token must not be sent.
func TestTusdThatDoesNotKnowItsAddress(t *testing.T) {
	for _, respects := range []bool{false, true} {
		h, _ := tusd(t, func(c *handler.Config) { c.RespectForwardedHeaders = respects })
		plain := httptest.NewServer(h)
		t.Cleanup(plain.Close)
		to := must[*url.URL](t)(url.Parse(plain.URL))
		proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to); r.SetXForwarded() }}
		o := newWorld(t, gateway(proxy.ServeHTTP, core.ProtocolTus)).run(t)
		if respects {
			o.wants(t, core.TargetIngester, Resumable, core.StepOK, "an upload was begun and deleted")
		} else {
			o.wants(t, core.TargetIngester, Resumable, core.StepFailed, "elsewhere ("+plain.URL, "-behind-proxy")
		}
	}
}

// A server that has only resumable uploads can't be reached.
func TestTusURLThatDoesNotAnswer(t *testing.T) {
	for protocol, status := range map[core.Protocol]core.StepStatus{core.ProtocolTus: core.StepFailed, core.ProtocolAuto: core.StepWarning} {
		w := newWorld(t, func(t *testing.T, w *world) {
			gone := serve(t, w.serverTLS(t))
			w.profile.Upload.TusURL, w.profile.Upload.Protocol = gone.URL+"/files/", protocol
			gone.Close()
		})
		w.run(t).wants(t, core.TargetIngester, Resumable, status)
	}
}
