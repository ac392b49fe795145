package transfers

import (
	"testing"

	"fyne.io/fyne/v2"
	"go.uber.org/goleak"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/view/viewtest"
	"github.com/artstore/ingester/ui/widgets"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, viewtest.Lasting()...) }

// harness is a window with the page of the transfers alone.
type harness struct {
	*viewtest.Stage
	host      *view.Host
	model     *queue.Model
	permanent *Finaliser
	v         *View
}

// open shows the page in a language and a theme.
func open(t testing.TB, ctl *viewtest.Fake, language, theme string) *harness {
	t.Helper()
	h := &harness{Stage: viewtest.NewStage(t, ctl, language, theme), model: queue.NewModel()}
	h.host = h.NewHost()
	h.model.Reset(ctl.Snapshot, h.Clock)
	h.permanent = NewFinaliser(h.host)
	h.v = New(h.host, h.model, widgets.NewIcons(), h.permanent)
	h.permanent.Notices = func() []*view.Notice { return []*view.Notice{h.v.Notice} }
	h.permanent.Changed = func(bool) { h.v.Refresh() }
	h.Win.SetContent(h.v.Content())
	h.Win.Resize(fyne.NewSize(940, 610)) // what the frame of the window leaves
	h.v.Shown()
	return h
}

// apply brings a change to the page, as the window does.
func (h *harness) apply(u core.Update) {
	h.model.Apply(u, h.Clock)
	h.v.Refresh()
}
