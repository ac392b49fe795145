package history

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/artstore/ingester/ui/transfers"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/view/viewtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, viewtest.Lasting()...) }

// harness is a window with the page of the history alone.
type harness struct {
	*viewtest.Stage
	host   *view.Host
	v      *View
	stored int // what the page is told to be stored
}

// open shows the page, which asks for its rows, in a language and a theme.
func open(t testing.TB, ctl *viewtest.Fake, language, theme string) *harness {
	t.Helper()
	h := &harness{Stage: viewtest.NewStage(t, ctl, language, theme)}
	h.host = h.NewHost()
	permanent := transfers.NewFinaliser(h.host)
	h.v = New(h.host, permanent, func() int { return h.stored })
	permanent.Notices = func() []*view.Notice { return []*view.Notice{h.v.Notice} }
	permanent.Changed = func(done bool) {
		if done {
			h.v.Read()
		}
	}
	h.Win.SetContent(h.v.Content())
	h.v.Shown()
	return h
}
