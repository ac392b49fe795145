package main

import (
	"context"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/artstore/ingester/core"
)

// finaliser makes stored files permanent: the engine.
type finaliser interface {
	Finalise(ctx context.Context, t core.Transfer, o core.FinaliseOptions, step func(core.Finalisation)) error
}

// finalising is how many files are made permanent at once: servers copy them.
const finalising = 4

// makePermanent has the server keep for good what a call asks for as permanent
// and an earlier one has stored as temporary. What becomes permanent goes from
// s.Stored to s.Permanent; the error of what doesn't says why not, unless this
// server can't do that: then the others are not tried.
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

// finalised is what came of a file that was to be made permanent; neither where
// it was not tried.
type finalised struct {
	done bool
	err  *core.Error
}

// finalise makes the temporary ones of s.Stored permanent, the newest first. Of
// a file that it does not have any more a server says the same as one that has
// no such call: that it can't, it has to say of several, and to have begun
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
		t.Options.Profile = s.Asked.Profile // the way there, whichever led there before
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
	// The first ones are waited for: a server answers at once that it has not a
	// file, and that it has made one permanent when it has copied it.
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
