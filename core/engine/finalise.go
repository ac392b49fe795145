package engine

import (
	"context"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
)

// opFinalise is the operation's name in errors.
const opFinalise = "make file permanent"

// Finaliser is an Uploader whose server can make temporary files permanent.
type Finaliser interface {
	// Finalise returns once the file is permanent; step is called with every
	// change on the way. Errors are *core.Error; CodeFinalisedBefore means
	// that the file was permanent already, and o was ignored.
	Finalise(ctx context.Context, fileID string, o core.FinaliseOptions, step func(core.Finalisation)) error
}

// Finalise makes a stored, temporary file permanent, as o says, and saves that
// with the transfer, be it in the list or only in the history. It returns when
// both are done. If ctx ends before, the server goes on by itself.
func (e *Engine) Finalise(ctx context.Context, t core.Transfer, o core.FinaliseOptions, step func(core.Finalisation)) error {
	return e.self.Finalise(ctx, t, o, step)
}

// Finalise is Engine.Finalise for the caller.
func (c *Call) Finalise(ctx context.Context, t core.Transfer, o core.FinaliseOptions, step func(core.Finalisation)) error {
	e := c.e
	if err := o.Validate(); err != nil {
		return err
	}
	if !t.Temporary() {
		return &core.Error{Kind: core.KindUsage, Code: core.CodeUsage, Op: opFinalise, Message: "Only a stored temporary file can be made permanent."}
	}
	uploader, err := e.cfg.Uploaders.Uploader(ctx, Route{t.Options.Profile, c.terms}, t.Destination())
	if err != nil {
		return err
	}
	server, ok := uploader.(Finaliser)
	if !ok {
		return &core.Error{Kind: core.KindServer, Code: core.CodeFinaliseUnsupported, Op: opFinalise, Message: "This server can't make files permanent."}
	}
	said := o
	if len(o.Metadata) > 0 { // new metadata replaces the old, which carried the tags
		said.Metadata, _, err = content.Carried(core.Options{Metadata: o.Metadata, Tags: t.Kept().Tags})
		if err != nil {
			return &core.Error{Kind: core.KindUsage, Code: core.CodeUsage, Op: opFinalise, Message: "What is said about the file can't be sent.", Err: err}
		}
	}
	before := server.Finalise(ctx, t.Receipt.FileID, said, step)
	if core.CodeOf(before) == core.CodeFinalisedBefore {
		o = core.FinaliseOptions{}
	} else if before != nil {
		return before
	}
	err = e.do(context.WithoutCancel(ctx), opFinalise, func(x *tx) error {
		it := e.items[t.ID]
		if it == nil { // not in the list: change its row in the history
			x.unlisted = append(x.unlisted, t.MadePermanent(o))
			return nil
		}
		return x.put(it, x.get(it).MadePermanent(o))
	})
	if err != nil {
		return err
	}
	return before
}
