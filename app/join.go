package main

import (
	"context"
	"errors"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/control"
)

// windowPatience is how long to wait for a window that was given the queue, before
// the queue is taken back.
const windowPatience = 10 * time.Second

// takeoverPatience is how long an owner that has ended may take to release the
// queue: it closes the database first, which takes a while on a slow disk.
const takeoverPatience = 30 * time.Second

// partingTime is how long an owner may take to stop a caller's transfers.
const partingTime = 30 * time.Second

// access is how this process reaches the queue: it owns the queue, or another process
// does. One of the two is set.
type access struct {
	program *program        // this process owns it
	owner   *control.Client // another one does
}

// withOwners runs work, and runs it again each time that the queue moves to another
// owner. after is why the former owner is gone, nil at the start.
func withOwners(ctx context.Context, work func(after *control.Gone) error) error {
	var gone *control.Gone
	for {
		err := work(gone)
		if gone = goneOf(err); gone == nil || ctx.Err() != nil {
			return err
		}
	}
}

// join takes the queue, or connects to the process that has it. after is why the
// former owner is gone, nil at the start.
func join(ctx context.Context, cfg programConfig, after *control.Gone) (access, error) {
	if err := cfg.folders.make(); err != nil {
		return access{}, err
	}
	lock := newQueueLock(cfg.folders.lock())
	every := time.NewTicker(lockEvery)
	defer every.Stop()
	started := time.Now()
	sign, patience := started, lockPatience // when an owner last gave a sign of life
	if after != nil {
		patience = takeoverPatience
	}
	for {
		if after == nil || !after.HandedOver || time.Since(started) > windowPatience {
			switch held, err := lock.take(); {
			case err != nil:
				return access{}, err
			case held:
				p, err := openLocked(ctx, cfg, lock)
				return access{program: p}, err
			}
		}
		owner, err := control.Dial(ctx, cfg.folders.state, build().Version)
		switch {
		case err == nil:
			return access{owner: owner}, nil
		case isBusy(err), after != nil && after.HandedOver && time.Since(started) < windowPatience:
			sign = time.Now()
		case !control.IsGone(err) && !errors.Is(err, control.ErrNobody):
			return access{}, err
		}
		if time.Since(sign) > patience {
			return access{}, errOwned()
		}
		select {
		case <-every.C:
		case <-ctx.Done():
			return access{}, stoppedWaiting(ctx)
		}
	}
}

func stoppedWaiting(ctx context.Context) error {
	return &core.Error{Kind: core.KindCancelled, Code: core.CodeCancelled, Op: "take the queue", Message: "Interrupted.", Err: context.Cause(ctx)}
}

// isBusy reports whether err is the answer of an owner that starts or ends.
func isBusy(err error) bool {
	gone := goneOf(err)
	return gone != nil && gone.Busy
}

// goneOf is the *control.Gone in err's chain, nil for none.
func goneOf(err error) *control.Gone {
	var gone *control.Gone
	if errors.As(err, &gone) {
		return gone
	}
	return nil
}

// handedOver is the error of work that ends here because a window takes the queue.
func handedOver() error {
	return &control.Gone{HandedOver: true, Err: errors.New("a window has asked for the queue")}
}
