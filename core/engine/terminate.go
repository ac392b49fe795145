package engine

import (
	"context"

	"github.com/artstore/ingester/core"
)

// unwanted is a transfer whose note tells what a server has of it for nothing.
type unwanted struct {
	it *item
	t  core.Transfer // with the note
	by way
}

// takeBack stages that the server is asked to forget what it has of t: after
// what makes it unwanted is durable.
func (x *tx) takeBack(it *item, t core.Transfer) {
	x.unwanted = append(x.unwanted, unwanted{it, t, x.wayOf(it)})
}

// takeBack has servers forget what is not wanted any more, as well as that can
// be done: what stays there expires. Until one has been asked, the transfer is
// not sent again, lest that be forgotten too.
func (e *Engine) takeBack(ctx context.Context, list []unwanted) {
	if len(list) == 0 || e.stopping {
		return
	}
	ends := make([]func(), len(list))
	for i, u := range list {
		u.it.leaving++
		ends[i] = e.claims.delete(u.t)
	}
	e.workers.Go(func() error {
		unreachable := map[way]bool{}
		for i, u := range list {
			if !unreachable[u.by] {
				err := e.terminate(ctx, u)
				unreachable[u.by] = err != nil && core.AsError(err).Kind != core.KindServer
			}
			ends[i]()
			e.owe(func(x *tx) error {
				x.after(func() {
					u.it.leaving--
					e.place(u.it)
				})
				return nil
			})
		}
		return nil
	})
}

// terminate asks the server of a transfer to forget it.
func (e *Engine) terminate(ctx context.Context, u unwanted) error {
	uploader, err := e.cfg.Uploaders.Uploader(ctx, u.by.route(), u.t.Destination())
	if err == nil {
		err = uploader.Terminate(ctx, u.t)
	}
	if err != nil && ctx.Err() == nil {
		e.log.Info("an unfinished upload stays on the server", "transfer", u.t.ID, "error", err)
	}
	return err
}
