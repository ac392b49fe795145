package engine

import (
	"errors"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
)

// needsCopy reports whether an attempt failed because the file's directory entry
// doesn't tell its length, before the server could have all of it.
func needsCopy(t core.Transfer, err error) bool {
	return errors.Is(err, content.ErrLength) && core.AsError(err).Outcome != core.OutcomeUnknown && t.Source.Copy == ""
}

// spool makes a copy that is sent instead of the file, in this attempt and in all
// that follow.
func (e *Engine) spool(r *run, cause error) error {
	if e.cfg.Spooler == nil {
		return &core.Error{Kind: core.KindFile, Code: core.CodeFileLength, Op: "upload", Err: cause,
			Message: "The system doesn't tell how long the file is."}
	}
	src, err := e.cfg.Spooler.Spool(r.ctx, r.t.Source)
	if err != nil {
		return err
	}
	err = e.do(r.ctx, "send file", func(x *tx) error {
		t := x.get(r.it)
		t.Source, t.Resume = src, "" // what the server has so far is not of the copy
		x.after(func() { r.t.Source, r.t.Resume = src, "" })
		return x.put(r.it, t)
	})
	if err != nil {
		e.cfg.Spooler.Drop(src.Copy)
		return err
	}
	e.log.Info("a file of unknown length is sent from a copy", "transfer", r.t.ID, "bytes", src.Size)
	return nil
}

// dropCopy stages the deletion of old, a transfer's copy, if it isn't needed any
// more. It is deleted once that is durable. The transfer still remembers that it
// had a copy: only the content tells whether such a file is the same.
func (x *tx) dropCopy(old string, now core.Transfer) {
	if old == "" || now.Source.Copy == old && !now.State.InHistory() && now.State != core.StateCancelled {
		return
	}
	if spooler := x.e.cfg.Spooler; spooler != nil {
		x.after(func() { spooler.Drop(old) })
	}
}

// sweep deletes the copies that no transfer needs. It runs before any copy is
// made.
func (e *Engine) sweep(listed []core.Transfer) {
	if e.cfg.Spooler == nil {
		return
	}
	var keep []string
	for _, t := range listed {
		if t.Source.Copy != "" && t.State != core.StateCancelled {
			keep = append(keep, t.Source.Copy)
		}
	}
	e.cfg.Spooler.Sweep(keep)
}
