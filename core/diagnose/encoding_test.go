package diagnose

import (
	"net/http"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// A proxy that compresses answers disturbs no step. An unknown encoding is named by the step that
// meets it.
func TestEncodedAnswers(t *testing.T) {
	in := func(encoding string) func(*testing.T, *world) {
		return func(t *testing.T, w *world) {
			for _, b := range []**backend{&w.admin, &w.ingester} {
				behind := *b
				*b = serve(t, w.serverTLS(t))
				(*b).mux.Handle("/", coretest.Encoded(http.HandlerFunc(behind.mux.ServeHTTP), encoding))
			}
			w.profile.AdminURL, w.profile.IngesterURL = w.admin.URL, w.ingester.URL
		}
	}
	for _, encoding := range []string{"gzip", "deflate"} {
		o := newWorld(t, in(encoding)).run(t)
		o.passes(t)
		o.wants(t, core.TargetIngester, Ready, core.StepOK, "refuses duplicates")
		o.wants(t, core.TargetAdmin, Signature, core.StepOK, "verified")
	}
	o := newWorld(t, in("br")).run(t)
	o.fails(t, core.TargetAdmin, HTTP, core.CodeAnswerInvalid, "(br)")
}
