package control

import (
	"context"
	"net/http"

	"github.com/artstore/ingester/core"
)

// feed is the caller's end of a Feed.
type feed struct {
	a     *caller
	lines *lineReader
	stop  func() // ends the request
	err   error  // why there is no feed
}

// Subscribe implements Call. Where the owner can't be asked, the feed says why.
func (a *caller) Subscribe() (core.Snapshot, core.Feed) {
	ctx, cancel := context.WithCancel(a.life)
	f := &feed{a: a, stop: cancel}
	r, err := a.client.request(ctx, http.MethodGet, a.path+"feed", nil) //nolint:bodyclose // Close does
	if err != nil {
		f.err = a.why(context.WithoutCancel(a.life), err)
		return core.Snapshot{}, f
	}
	f.stop = func() { cancel(); _ = r.Body.Close() }
	f.lines = newLineReader(r.Body)
	u, err := f.read()
	if err != nil {
		f.err = a.why(context.WithoutCancel(a.life), err)
	}
	return core.Snapshot{Transfers: u.Changed, Paused: u.Paused, Halt: u.Halt, Waits: u.Waits}, f
}

// read reads one update, which may be of many lines.
func (f *feed) read() (u core.Update, err error) {
	for {
		m, err := f.lines.next(func() {})
		switch {
		case err != nil:
			return u, err
		case m.Last && m.Error != nil:
			return u, m.Error.error()
		case m.Last:
			return u, errCutOff // the engine has ended
		}
		u.Changed = append(u.Changed, transfersOf(m.Transfers)...)
		u.Removed = append(u.Removed, m.Removed...)
		if m.State != nil {
			u.Paused, u.Halt, u.Waits = m.State.Paused, m.State.Halt.error(), m.State.waits()
			return u, nil
		}
	}
}

// Next implements core.Feed. Once ctx has ended there is nothing more.
func (f *feed) Next(ctx context.Context) (core.Update, error) {
	if f.err != nil {
		return core.Update{}, f.err
	}
	defer context.AfterFunc(ctx, f.stop)()
	u, err := f.read()
	switch {
	case err == nil:
		return u, nil
	case ctx.Err() != nil:
		f.err = ctx.Err()
	default:
		f.err = f.a.ended(err)
	}
	return core.Update{}, f.err
}

// Err is why there is no feed, nil while there is one.
func (f *feed) Err() error { return f.err }

// Close implements core.Feed.
func (f *feed) Close() { f.stop() }
