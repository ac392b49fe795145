package main

import (
	"context"
	"errors"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/control"
)

// windowPatience is how long a window that was given the queue is waited for
// before it is taken back.
const windowPatience = 10 * time.Second

// takeoverPatience is how long an owner that has ended may take to give the queue
// free: it closes it first, which takes a while on a slow disk.
const takeoverPatience = 30 * time.Second

// partingTime is how long an owner may take to stop what a caller had sent.
const partingTime = 30 * time.Second

// access is a way to the queue: this process owns it, or another does.
type access struct {
	program *program        // this one
	owner   *control.Client // the other
}

// withOwners has work done with the owner of the queue, and with the next one
// again for as long as the queue moves. after is why the former owner is gone,
// nil at the start.
func withOwners(ctx context.Context, work func(after *control.Gone) error) error {
	var gone *control.Gone
	for {
		err := work(gone)
		if gone = goneOf(err); gone == nil || ctx.Err() != nil {
			return err
		}
	}
}

// join takes the queue, or finds the process that has it. after is why the
// former owner is gone, nil at the start.
func join(ctx context.Context, cfg programConfig, after *control.Gone) (access, error) {
	if err := cfg.folders.make(); err != nil {
		return access{}, err
	}
	lock := newQueueLock(cfg.folders.lock())
	every := time.NewTicker(lockEvery)
	defer every.Stop()
	started := time.Now()
	sign, patience := started, lockPatience // when something was last heard of an owner
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

// isBusy reports whether err is an owner's word that it begins or ends.
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

// yielded is why work ends here, for a window to have the queue.
func handedOver() error {
	return &control.Gone{HandedOver: true, Err: errors.New("a window has asked for the queue")}
}
