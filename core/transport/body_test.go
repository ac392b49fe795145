package transport

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
)

func newBody(t *testing.T, r io.Reader, length int64) *Body {
	t.Helper()
	w := NewWatchdog(func(error) {})
	t.Cleanup(w.Stop)
	b := NewBody(t.Context(), length, w)
	b.Parts = r
	return b
}

func TestBodyKnowsHowFarItIs(t *testing.T) {
	b := newBody(t, strings.NewReader("12345"), 5)
	_ = b.Close() // not begun: it may be sent over the next connection
	for _, want := range []int64{2, 4, 5} {
		if b.Complete() {
			t.Error("complete too early")
		}
		_, err := b.Read(make([]byte, 2))
		if err != nil || b.Sent() != want || !b.Begun() {
			t.Errorf("%d handed out, %v", b.Sent(), err)
		}
	}
	if n, err := b.Read(make([]byte, 2)); n != 0 || !errors.Is(err, io.EOF) || !b.Complete() {
		t.Errorf("%d, %v", n, err)
	}
	if failure := b.Finish(); failure != nil {
		t.Error(failure)
	}
}

// Once an answer has come, reading a body waits until Finish. A closed body returns no more
// bytes.
func TestBodyThatIsNotWantedAnyMore(t *testing.T) {
	b := newBody(t, strings.NewReader("12345"), 5)
	if _, err := b.Read(make([]byte, 2)); err != nil {
		t.Fatal(err)
	}
	b.Stop()
	done := make(chan error)
	go func() { _, err := b.Read(make([]byte, 2)); done <- err }()
	if failure := func() *core.Error { b.cancel(); return b.Finish() }(); failure != nil {
		t.Error(failure)
	}
	if err := <-done; !errors.Is(err, errAnswered) {
		t.Errorf("got %v", err)
	}
	c := newBody(t, strings.NewReader("12345"), 5)
	if _, err := c.Read(make([]byte, 2)); err != nil {
		t.Fatal(err)
	}
	_ = c.Close()
	if _, err := c.Read(make([]byte, 2)); !errors.Is(err, context.Canceled) || c.Sent() != 2 {
		t.Errorf("got %v", err)
	}
}

// A failure of the source stays, and becomes the body's failure.
func TestBodyThatFails(t *testing.T) {
	gone := &core.Error{Kind: core.KindFile, Code: core.CodeFileChanged}
	b := newBody(t, io.MultiReader(strings.NewReader("1"), failing{gone}), 5)
	_, _ = b.Read(make([]byte, 1))
	for range 2 {
		if _, err := b.Read(make([]byte, 1)); core.CodeOf(err) != core.CodeFileChanged {
			t.Errorf("got %v", err)
		}
	}
	if failure := b.Finish(); failure != gone {
		t.Errorf("got %v", failure)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// tight is a Limiter that allows two bytes in each wait, and whose third wait fails.
type tight struct{ waits int }

func (l *tight) Burst() int { return 2 }
func (l *tight) WaitN(_ context.Context, n int) error {
	if l.waits++; n > 2 || l.waits == 3 {
		return context.DeadlineExceeded
	}
	return nil
}

func TestMetered(t *testing.T) {
	p := &told{}
	report := NewReporter(p, time.Now, 5, 0)
	b := newBody(t, nil, 5)
	b.Parts = b.Metered(strings.NewReader("12345"), &tight{}, report)
	got, err := io.ReadAll(b)
	if string(got) != "1234" || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%q, %v", got, err)
	}
	report.Move(1)
	report.Add(4)
	if p.sent[len(p.sent)-1] != 5 {
		t.Errorf("reports %v", p.sent)
	}
}
