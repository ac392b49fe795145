package logs

import (
	"log/slog"
	"testing"

	"go.uber.org/goleak"

	"github.com/artstore/ingester/ui/view/viewtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, viewtest.Lasting()...) }

// harness is a window with the page of the log alone.
type harness struct {
	*viewtest.Stage
	buffer *Buffer
	v      *View
}

// open shows the page in a language and a theme.
func open(t testing.TB, ctl *viewtest.Fake, language, theme string) *harness {
	t.Helper()
	h := &harness{Stage: viewtest.NewStage(t, ctl, language, theme), buffer: NewBuffer(slog.LevelDebug)}
	h.v = New(h.NewHost(), h.buffer)
	h.Win.SetContent(h.v.Content())
	h.v.Shown()
	return h
}
