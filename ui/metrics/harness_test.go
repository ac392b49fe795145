package metrics

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/view/viewtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, viewtest.Lasting()...) }

// harness is a window with the page of the metrics alone.
type harness struct {
	*viewtest.Stage
	host     *view.Host
	recorder *Recorder
	v        *View
}

// open shows the page in a language and a theme.
func open(t testing.TB, ctl *viewtest.Fake, language, theme string) *harness {
	t.Helper()
	h := &harness{Stage: viewtest.NewStage(t, ctl, language, theme), recorder: &Recorder{}}
	h.host = h.NewHost()
	h.v = New(h.host, h.recorder)
	h.Win.SetContent(h.v.Content())
	h.v.Shown()
	return h
}
