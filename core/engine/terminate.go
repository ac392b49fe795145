package engine

import (
	"context"

	"github.com/artstore/ingester/core"
)

// unwanted is a transfer that is not wanted any more although a server has a part
// of its file.
type unwanted struct {
	it *item
	t  core.Transfer // with its Resume note
	by laneKey
}

// takeBack stages a request to the server to delete what it has of t. It is sent
// once the change that makes t unwanted is durable.
func (x *tx) takeBack(it *item, t core.Transfer) {
	x.unwanted = append(x.unwanted, unwanted{it, t, x.laneKeyOf(it)})
}

// takeBack asks servers to delete what is not wanted any more. It is not tried
// again after a failure, as the server's copy expires. The transfer is not sent
// again before the server has been asked, or the new upload could be deleted too.
func (e *Engine) takeBack(ctx context.Context, list []unwanted) {
	if len(list) == 0 || e.stopping {
		return
	}
	ends := make([]func(), len(list))
	for i, u := range list {
		u.it.deleting++
		ends[i] = e.claims.delete(u.t)
	}
	e.workers.Go(func() error {
		unreachable := map[laneKey]bool{}
		for i, u := range list {
			if !unreachable[u.by] {
				err := e.terminate(ctx, u)
				unreachable[u.by] = err != nil && core.AsError(err).Kind != core.KindServer
			}
			ends[i]()
			e.mustSave(func(x *tx) error {
				x.after(func() {
					u.it.deleting--
					e.enqueue(u.it)
				})
				return nil
			})
		}
		return nil
	})
}

// terminate asks a transfer's server to delete what it has of it.
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
