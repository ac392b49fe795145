package main

import (
	"context"
	"errors"

	"github.com/artstore/ingester/app/report"
)

// tellRecovered reports once what was saved of a damaged queue. missing is whether
// something was lost.
func (p *program) tellRecovered(ctx context.Context, out report.Reporter, s streams) (missing bool, err error) {
	found, err := p.store.Recoveries(ctx)
	if err != nil {
		return false, err
	}
	for _, r := range found {
		if r.Told {
			continue
		}
		out.Recovered(r)
		missing = missing || !r.Complete()
		if s.out.Failure() == nil && s.err.Failure() == nil { // otherwise the next command reports it
			err = errors.Join(err, p.store.Tell(ctx, r.Path))
		}
	}
	return missing, err
}

// afterRecovery is the error of a command whose queue has lost something.
func afterRecovery(missing bool, err error) error {
	if !missing || err != nil {
		return err
	}
	return &report.Told{Err: errors.New("part of the queue is lost")}
}
