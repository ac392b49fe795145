package tus

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
	"github.com/artstore/ingester/core/transport"
	"github.com/artstore/ingester/core/wire"
)

const (
	// lastBytes is how much of a file is held back for the request that completes
	// it: before that no server has the whole file.
	lastBytes = 1 << 20
	// checkedPiece is how many bytes are sent with one checksum.
	checkedPiece = 64 << 20
	// plainPiece is how far hashing is ahead of sending without checksums.
	plainPiece = 4 << 20
	// maxDisputes is how often an attempt asks again for the offset because a
	// piece did not fit the server's offset or was damaged.
	maxDisputes = 2
	// disputePause is the wait before each of these questions but the first.
	disputePause = time.Second
)

// attempt is one attempt under way.
type attempt struct {
	client   *Client
	transfer core.Transfer
	size     int64
	file     *content.File
	progress core.Progress
	report   *transport.Reporter
	checking bool // pieces carry checksums
	note     note
	finished bool // Finishing was called
	ending   bool // the newest request would have completed the upload
}

// Upload makes one attempt to send the file of t, resuming where an earlier one
// ended. It returns the receipt once the server's checksum and size match the file.
// Errors are *core.Error; Outcome says what the server may have done.
func (c *Client) Upload(ctx context.Context, t core.Transfer, p core.Progress) (core.Receipt, error) {
	c.active.Add(1)
	defer c.active.Add(-1)
	receipt, failure := c.upload(ctx, t, p)
	if failure == nil {
		return receipt, nil
	}
	if failure.Op == "" || failure.Op == opOffer {
		failure.Op = opUpload
	}
	c.server.Down(failure)
	c.cfg.Log.Debug("attempt failed", "transfer", t.ID, "code", failure.Code, "status", failure.Status, "outcome", failure.Outcome)
	return core.Receipt{}, failure
}

func (c *Client) upload(ctx context.Context, t core.Transfer, p core.Progress) (core.Receipt, *core.Error) {
	file, err := content.Open(t.Source)
	if err != nil {
		return core.Receipt{}, core.AsError(err)
	}
	defer func() { _ = file.Close() }()
	offer, err := c.Offer(ctx)
	switch {
	case err != nil:
		return core.Receipt{}, core.AsError(err)
	case !offer.Offered:
		return core.Receipt{}, &core.Error{Kind: core.KindServer, Code: core.CodeRejected, Op: opUpload, Outcome: core.OutcomeAnswered,
			Message: `The server offers no resumable uploads at this address; check tus_url, or set protocol to "auto" or "multipart".`}
	case offer.MaxSize > 0 && t.Source.Size > offer.MaxSize:
		return core.Receipt{}, &core.Error{Kind: core.KindServer, Code: core.CodeTooLarge, Op: opUpload, Outcome: core.OutcomeAnswered,
			Message: "The file is larger than the server takes."}
	}
	a := &attempt{client: c, transfer: t, size: t.Source.Size, file: file, progress: p, note: parseNote(t.Resume, c.base)}
	a.checking = offer.Checksum && (c.cfg.Checksums || c.RoundTrip() > c.cfg.longRoundTrip)
	switch {
	case a.note.empty():
		a.note = a.note.again(t.Source)
	case !a.note.of(t.Source):
		old := a.note
		a.note = old.again(t.Source)
		if e := a.keep(ctx); e != nil {
			return core.Receipt{}, e
		}
		a.remove(ctx, old)
	}
	a.clear(ctx)
	parts := len(a.note.Parts)
	if a.note.empty() {
		parts = c.parts(t.Source.Size, offer, c.server.RoundTrip())
	}
	if parts > 1 || len(a.note.Parts) > 0 {
		return a.parallel(ctx, parts)
	}
	return a.single(ctx)
}

// single sends the file as one upload.
func (a *attempt) single(ctx context.Context) (core.Receipt, *core.Error) {
	at, e := a.start(ctx)
	if e != nil {
		return core.Receipt{}, e
	}
	a.begin(at.offset)
	for disputes := 0; ; {
		end, whole, e := a.from(ctx, at)
		smaller := e != nil && errors.Is(e, errTooMuch)
		switch {
		case e == nil:
			return a.receipt(ctx, end, whole)
		case smaller:
		case !disputed(e):
			return core.Receipt{}, a.unusable(ctx, e)
		case disputes == maxDisputes:
			return core.Receipt{}, a.hopeless(ctx, e)
		}
		if !smaller {
			if stop := a.pause(ctx, disputes); stop != nil {
				return core.Receipt{}, stop
			}
			disputes++
		}
		found, again, unheard := a.ask(ctx)
		switch {
		case unheard != nil:
			return core.Receipt{}, a.unusable(ctx, unheard)
		case again:
			return core.Receipt{}, refusal(e)
		}
		at = found
		a.report.Move(at.offset)
	}
}

// disputed reports whether the server has another offset than we assumed, or says
// that a piece was damaged.
func disputed(e *core.Error) bool {
	return !errors.Is(e, errRefused) && (e.Status == http.StatusConflict || e.Status == statusChecksumMismatch || errors.Is(e, errElsewhere))
}

// pause waits before the offset is asked for again in the same attempt, except the
// first time.
func (a *attempt) pause(ctx context.Context, disputes int) *core.Error {
	if disputes == 0 {
		return nil
	}
	if err := wire.Sleep(ctx, a.client.cfg.pause); err != nil {
		return stopped(wire.NetworkError(opUpload, err))
	}
	return nil
}

// begin reports how much the server has already.
func (a *attempt) begin(already int64) {
	if already > 0 {
		a.progress.Resumed(already)
	}
	a.report = transport.NewReporter(a.progress, a.client.cfg.Now, a.size, already)
}

// start finds out the upload's offset, or begins a new upload.
func (a *attempt) start(ctx context.Context) (state, *core.Error) {
	if a.note.URL != "" {
		found, again, e := a.ask(ctx)
		switch {
		case e == nil && !again:
			return found, nil
		case e == nil:
		case a.refusedOften(e):
			return a.replace(ctx)
		case !gone(e) || a.note.Last:
			return state{}, a.unusable(ctx, e)
		default:
			a.note = a.note.again(a.transfer.Source)
		}
	}
	return a.createUpload(ctx)
}

// createUpload begins a new upload.
func (a *attempt) createUpload(ctx context.Context) (state, *core.Error) {
	header := map[string]string{idempotencyKey: string(a.transfer.ID)}
	sum := core.Checksum("")
	if a.size == 0 { // complete as soon as it is created
		if err := a.file.Unchanged(); err != nil {
			return state{}, core.AsError(err)
		}
		sum = core.NewChecksum(sha256.New().Sum(nil))
		header["Repr-Digest"] = reprDigest(sum)
		a.note.Last = true
	}
	created, e := a.create(ctx, a.size, sum, header)
	if e != nil {
		if a.size > 0 && e.Outcome == core.OutcomeUnknown {
			e.Outcome = core.OutcomeCutOff // an upload without content
		}
		return state{}, e
	}
	if slices.Contains(a.note.Refused, created.url) {
		return state{}, &core.Error{Kind: core.KindServer, Code: core.CodeRejected, Op: opUpload, Outcome: core.OutcomeAnswered,
			Message: "The server has refused the file, and gives the refused upload back instead of a new one."}
	}
	// An earlier refusal was of another upload.
	a.note.URL, a.note.Accepted, a.note.No = created.url, a.size == 0 && !created.known, 0
	if e := a.keep(ctx); e != nil {
		return state{}, e
	}
	if a.size > 0 && created.offset == 0 {
		return created, nil
	}
	found, _, e := a.ask(ctx) // the state of the existing upload is not known yet
	if e != nil {
		e = a.unusable(ctx, e)
	}
	return found, e
}

// from sends what the server lacks. It returns the upload's new state and the hash
// of the file.
func (a *attempt) from(ctx context.Context, at state) (state, core.Checksum, *core.Error) {
	a.ending = false
	p := plan{from: at.offset, to: max(a.size-a.client.atMost(lastBytes), at.offset), each: plainPiece}
	if a.checking {
		p.each, p.sums = a.client.atMost(a.client.cfg.piece), true
	}
	r := read(ctx, a.file, a.size, p)
	defer r.stop()
	var e *core.Error
	if p.sums {
		e = a.checked(ctx, r)
	} else {
		e = a.plain(ctx, r, p)
	}
	if e != nil {
		return state{}, "", e
	}
	whole, e := r.end()
	if e != nil {
		return state{}, "", e
	}
	if at.offset == a.size {
		return at, whole, nil
	}
	end, e := a.finish(ctx, p.to, whole)
	return end, whole, e
}

// checked sends the pieces, each with its checksum.
func (a *attempt) checked(ctx context.Context, r *reading) *core.Error {
	for next := range r.pieces {
		_, e := a.patch(ctx, patch{url: a.note.URL, offset: next.from, length: next.to - next.from,
			header:  map[string]string{"Upload-Checksum": uploadChecksum(next.sum)},
			content: func(context.Context) io.Reader { return a.file.Section(next.from, next.to) }})
		if e != nil {
			return e
		}
	}
	return nil
}

// plain sends everything but the last bytes while it is hashed, in one request
// unless the server takes none of that size.
func (a *attempt) plain(ctx context.Context, r *reading, p plan) *core.Error {
	hashed := &behind{reading: r, file: a.file, now: a.file.Section(0, 0)}
	for at := p.from; at < p.to; {
		length := a.client.atMost(p.to - at)
		_, e := a.patch(ctx, patch{url: a.note.URL, offset: at, length: length, content: func(ctx context.Context) io.Reader {
			hashed.ctx = ctx
			return io.LimitReader(hashed, length)
		}})
		if e != nil {
			return e
		}
		at += length
	}
	return nil
}

// finish sends the last bytes, after making durable that it does so.
func (a *attempt) finish(ctx context.Context, from int64, whole core.Checksum) (state, *core.Error) {
	header := map[string]string{"Repr-Digest": reprDigest(whole)}
	if a.checking {
		sum, err := sumOf(ctx, a.file, from, a.size)
		if err != nil {
			return state{}, core.AsError(err)
		}
		header["Upload-Checksum"] = uploadChecksum(sum)
	}
	if e := a.last(ctx); e != nil {
		return state{}, e
	}
	end, e := a.patch(ctx, patch{url: a.note.URL, offset: from, length: a.size - from, header: header, finishing: true,
		content: func(context.Context) io.Reader { return a.file.Section(from, a.size) }})
	if e != nil {
		return a.unfinished(ctx, e)
	}
	a.note.Accepted = true
	return end, nil
}

// last makes durable that the request which completes the upload may have been sent.
func (a *attempt) last(ctx context.Context) *core.Error {
	if err := a.file.Unchanged(); err != nil {
		return core.AsError(err)
	}
	a.ending, a.note.Last = true, true
	if e := a.keep(ctx); e != nil {
		return e
	}
	if a.size <= core.FinishThreshold || a.finished {
		return nil
	}
	a.finished = true
	if err := a.progress.Finishing(ctx); err != nil {
		return stopped(err)
	}
	return nil
}

// keep makes the note durable.
func (a *attempt) keep(ctx context.Context) *core.Error {
	if err := a.progress.Resumable(ctx, a.note.text()); err != nil {
		return stopped(err)
	}
	return nil
}

// stopped is the error of an attempt that its owner ends before anything was sent
// that could complete the upload.
func stopped(err error) *core.Error {
	e := *core.AsError(err)
	e.Outcome = core.OutcomeCutOff
	return &e
}
