package main

import (
	"context"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/artstore/ingester/core"
)

// finaliser makes a stored file permanent. The engine does.
type finaliser interface {
	Finalise(ctx context.Context, t core.Transfer, o core.FinaliseOptions, step func(core.Finalisation)) error
}

// finalising is how many files are made permanent at a time: the server copies each.
const finalising = 4

// makePermanent asks the server to keep files for good: those that this call wants
// permanent and an earlier call has stored as temporary. Each that becomes permanent
// moves from s.Stored to s.Permanent; the others get an error that says why not. If
// the server can't do it at all, the rest is not tried.
func makePermanent(ctx context.Context, e finaliser, s *core.Submission) {
	if s.Asked.Retention != core.RetentionPermanent {
		return
	}
	results, can := finalise(ctx, e, s)
	var rest []core.Transfer
	for i, t := range s.Stored {
		if results[i].done {
			s.Permanent = append(s.Permanent, t.MadePermanent(core.FinaliseOptions{}))
			continue
		}
		if err := results[i].err; err != nil && (can || err.Code != core.CodeFinaliseUnsupported) {
			t.Error = err
		}
		rest = append(rest, t)
	}
	s.Stored = rest
}

// finalised is the result for one file; the zero value if it was not tried.
type finalised struct {
	done bool
	err  *core.Error
}

// finalise makes the temporary files of s.Stored permanent, the newest first. A
// server answers the same for a file that it has deleted as for a call that it does
// not know. So can is false only if it answered that for several files, and began
// with none.
func finalise(ctx context.Context, e finaliser, s *core.Submission) (results []finalised, can bool) {
	var order []int
	for i, t := range s.Stored {
		if t.Temporary() {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return s.Stored[b].Receipt.UploadedAt.Compare(s.Stored[a].Receipt.UploadedAt)
	})
	results = make([]finalised, len(s.Stored))
	var begun atomic.Bool
	var refused atomic.Int32
	try := func(i int) {
		if ctx.Err() != nil || !begun.Load() && refused.Load() >= finalising {
			return
		}
		t := s.Stored[i]
		t.Options.Profile = s.Asked.Profile // this profile leads to the server, whatever the earlier call's was
		switch err := e.Finalise(ctx, t, core.FinaliseOptions{}, func(core.Finalisation) { begun.Store(true) }); core.CodeOf(err) {
		case "":
			results[i].done = true
		case core.CodeFinaliseUnsupported:
			refused.Add(1)
			fallthrough
		default:
			results[i].err = core.AsError(err)
		}
	}
	// The first ones decide whether the rest is tried. A server refuses at once,
	// but answers that a file is permanent only when it has copied it.
	first := min(len(order), finalising)
	for _, some := range [][]int{order[:first], order[first:]} {
		var workers errgroup.Group
		workers.SetLimit(finalising)
		for _, i := range some {
			workers.Go(func() error { try(i); return nil })
		}
		_ = workers.Wait() // returns no errors
	}
	return results, begun.Load()
}
