package tus

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/artstore/ingester/core"
)

const (
	// partsLimit is the size above which a file may go in parallel parts.
	partsLimit = 64 << 20
	// defaultParts is how many parts are sent at once, each over its own
	// connection: a lost packet slows down only one of them.
	defaultParts = 8
	// partial is the Upload-Concat value of a part, final that of the joined
	// file.
	partial = "partial"
	final   = "final;"
)

// parts returns in how many parts to send a file of size bytes over a network with
// that round-trip time.
func (c *Client) parts(size int64, offer Offer, roundTrip time.Duration) int {
	switch {
	case !offer.Concatenation || size < c.cfg.partsFrom || c.cfg.Parts == 1:
		return 1
	case c.cfg.Parts > 1:
		return min(c.cfg.Parts, maxParts)
	case roundTrip > core.LongRoundTrip: // files under way at the same time share the connections
		return max(1, defaultParts/max(1, int(c.active.Load())))
	}
	return 1
}

// split divides a file into n parts of nearly the same size.
func split(size int64, n int) []part {
	parts := make([]part, n)
	for i := range parts {
		parts[i] = part{From: size * int64(i) / int64(n), To: size * int64(i+1) / int64(n)}
	}
	return parts
}

// parallel sends the file in n parts at once. The server then joins them.
func (a *attempt) parallel(ctx context.Context, n int) (core.Receipt, *core.Error) {
	if a.note.URL != "" { // they are joined already
		return a.joined(ctx)
	}
	if a.note.Last && !a.note.Asked {
		return core.Receipt{}, a.doubtful(ctx)
	}
	a.note.Last, a.note.Asked = false, false
	if len(a.note.Parts) == 0 {
		a.note.Parts = split(a.size, n)
	}
	offsets, e := a.gather(ctx)
	if e != nil {
		return core.Receipt{}, e
	}
	var already int64
	for _, offset := range offsets {
		already += offset
	}
	a.begin(already)
	r := read(ctx, a.file, a.size, plan{from: a.size, to: a.size, each: a.size})
	defer r.stop()
	if e := a.sendAll(ctx, offsets); e != nil {
		if errors.Is(e, errRefused) {
			if stop := a.refuse(ctx, e.Status); stop != nil {
				return core.Receipt{}, stop
			}
		}
		if gone(e) { // one part is gone; the others are still good
			e.Code, e.Message = core.CodeServerFailure, "The server does not know a part of the file any more; that part begins anew."
		}
		return core.Receipt{}, e
	}
	whole, e := r.end()
	if e != nil {
		return core.Receipt{}, e
	}
	if e := a.join(ctx, whole); e != nil {
		return core.Receipt{}, e
	}
	end, e := a.look(ctx, a.note.URL, a.size)
	if e != nil {
		return core.Receipt{}, a.unusable(ctx, e)
	}
	return a.complete(ctx, end, whole)
}

// complete checks the joined file.
func (a *attempt) complete(ctx context.Context, end state, whole core.Checksum) (core.Receipt, *core.Error) {
	if end.offset != a.size {
		return core.Receipt{}, a.unusable(ctx, nonsense("The server has put the parts of the file together, but not all of them.", nil))
	}
	again, e := a.settle(ctx)
	switch {
	case e != nil:
		return core.Receipt{}, e
	case again:
		if stop := a.keep(ctx); stop != nil {
			return core.Receipt{}, stop
		}
		return core.Receipt{}, &core.Error{Kind: core.KindServer, Code: core.CodeServerFailure, Op: opUpload, Outcome: core.OutcomeAnswered,
			Message: "Whether the server accepted the file was not heard; it is sent again as a new upload."}
	}
	return a.receipt(ctx, end, whole)
}

// joined goes on with parts that the server had joined.
func (a *attempt) joined(ctx context.Context) (core.Receipt, *core.Error) {
	end, e := a.look(ctx, a.note.URL, a.size)
	if e != nil {
		return core.Receipt{}, a.unusable(ctx, e)
	}
	if e = a.answered(ctx); e != nil {
		return core.Receipt{}, e
	}
	a.begin(end.offset)
	r := read(ctx, a.file, a.size, plan{from: a.size, to: a.size, each: a.size})
	defer r.stop()
	whole, e := r.end()
	if e != nil {
		return core.Receipt{}, e
	}
	return a.complete(ctx, end, whole)
}

// doubtful is the error if it is not known whether the server has joined the parts,
// because the answer with the joined file's address was lost. If the file is sent
// again after this, the user has decided that.
func (a *attempt) doubtful(ctx context.Context) *core.Error {
	a.note.Last, a.note.Asked = true, true
	if e := a.keep(ctx); e != nil {
		return e
	}
	return &core.Error{Kind: core.KindServer, Code: core.CodeOutcomeUnknown, Op: opUpload, Outcome: core.OutcomeUnknown,
		Message: "The server has all parts of the file, but did not say whether it has put them together."}
}

// gather finds out how much the server has of every part, and begins new uploads for
// those that it does not have.
func (a *attempt) gather(ctx context.Context) ([]int64, *core.Error) {
	offsets, fresh := make([]int64, len(a.note.Parts)), make([]string, len(a.note.Parts))
	e := a.each(ctx, func(ctx context.Context, i int, p part) *core.Error {
		if p.URL != "" {
			found, e := a.look(ctx, p.URL, p.To-p.From)
			if e == nil || !gone(e) && !a.refusedOften(e) {
				offsets[i] = found.offset
				return e
			}
		}
		created, e := a.create(ctx, p.To-p.From, "", map[string]string{"Upload-Concat": partial})
		if e != nil {
			return cutOff(e)
		}
		fresh[i] = created.url
		return nil
	})
	changed, left := false, []string(nil)
	for i, target := range fresh {
		if target == "" {
			continue
		}
		if old := a.note.Parts[i].URL; old != "" && old != target {
			left = append(left, old)
		}
		a.note.Parts[i].URL, changed = target, true
	}
	if e != nil && gone(e) { // not a part, but the address at which parts are created
		return nil, e
	}
	if e != nil {
		return nil, a.unusable(ctx, e)
	}
	if changed {
		a.note.Unanswered = 0
		if e := a.keep(ctx); e != nil {
			return nil, e
		}
		a.terminate(ctx, left)
	}
	return offsets, a.answered(ctx)
}

// sendAll sends what the server lacks of all parts.
func (a *attempt) sendAll(ctx context.Context, offsets []int64) *core.Error {
	return a.each(ctx, func(ctx context.Context, i int, p part) *core.Error { return a.sendPart(ctx, p, offsets[i]) })
}

// each calls do for all parts at once. If the connection of one breaks, the others
// go on: what they bring need not be sent again.
func (a *attempt) each(ctx context.Context, do func(context.Context, int, part) *core.Error) *core.Error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		all   sync.WaitGroup
		mu    sync.Mutex
		first *core.Error
	)
	for i, p := range a.note.Parts {
		all.Go(func() {
			e := do(ctx, i, p)
			if e == nil {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			if first == nil || errors.Is(e, errRefused) {
				first = e
			}
			if e.Kind != core.KindNetwork {
				cancel()
			}
		})
	}
	all.Wait()
	return first
}

// sendPart sends what the server lacks of a part.
func (a *attempt) sendPart(ctx context.Context, p part, at int64) *core.Error {
	disputes := 0
	for size := p.To - p.From; at < size; {
		end, header := at+a.client.atMost(size-at), map[string]string{}
		if a.checking {
			end = min(at+a.client.cfg.piece, end)
			sum, err := sumOf(ctx, a.file, p.From+at, p.From+end)
			if err != nil {
				return core.AsError(err)
			}
			header["Upload-Checksum"] = uploadChecksum(sum)
		}
		from := p.From + at
		_, e := a.patch(ctx, patch{url: p.URL, offset: at, length: end - at, header: header,
			content: func(context.Context) io.Reader { return a.file.Section(from, p.From+end) }})
		switch {
		case e == nil:
			at = end
			continue
		case end == size && a.refusedPart(ctx, p, e):
			return refusal(e)
		case errors.Is(e, errTooMuch): // the server has nothing of this request
			continue
		case !disputed(e) || disputes == maxDisputes:
			return e
		}
		if stop := a.pause(ctx, disputes); stop != nil {
			return stop
		}
		disputes++
		found, e := a.look(ctx, p.URL, size)
		if e != nil {
			return e
		}
		a.report.Add(found.offset - at)
		at = found.offset
	}
	return nil
}

// refusedPart reports whether the server refuses, with e, a part of which it has
// every byte. If it has not, or if only the request was refused, the part is still
// good, as the joined file is judged once more.
func (a *attempt) refusedPart(ctx context.Context, p part, e *core.Error) bool {
	if e.Status < http.StatusBadRequest || e.Status >= http.StatusInternalServerError || e.Kind == core.KindNetwork ||
		passing(e) || disputed(e) || gone(e) {
		return false
	}
	found, unheard := a.look(ctx, p.URL, p.To-p.From)
	return unheard == nil && found.offset == p.To-p.From
}

// join asks the server to join the parts. Before that, it is made durable that the
// server may have done so.
func (a *attempt) join(ctx context.Context, whole core.Checksum) *core.Error {
	urls := make([]string, len(a.note.Parts))
	for i, p := range a.note.Parts {
		urls[i] = p.URL
	}
	if e := a.last(ctx); e != nil {
		return e
	}
	created, e := a.create(ctx, a.size, whole, map[string]string{
		"Upload-Concat": final + strings.Join(urls, " "), "Repr-Digest": reprDigest(whole), idempotencyKey: string(a.transfer.ID),
	})
	switch {
	case e == nil:
		a.note.URL, a.note.Accepted = created.url, !created.known
		return a.keep(ctx)
	case e.Outcome == core.OutcomeUnknown:
		if told := a.doubtful(ctx); told.Outcome != core.OutcomeUnknown {
			return told
		}
		return e
	case e.Status == statusChecksumMismatch:
		return a.hopeless(ctx, e)
	}
	// The parts were not joined. They stay as they are, and are deleted only if
	// the file is refused.
	a.note.Last = false
	if e.Code == core.CodeRejected {
		if stop := a.refuse(ctx, e.Status); stop != nil {
			return stop
		}
		return e
	}
	if stop := a.keep(ctx); stop != nil {
		return stop
	}
	if e.Status == http.StatusConflict {
		e.Message = "The server can't put the parts of the file together."
	}
	return e
}
