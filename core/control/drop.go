package control

import (
	"errors"

	"github.com/artstore/ingester/core"
)

// drop is a core.Drop.
type drop struct {
	ID   core.DropID `json:"id,omitempty"`
	Name text        `json:"name,omitempty"`
}

func newDrop(d *core.Drop) *drop {
	if d == nil {
		return nil
	}
	return &drop{d.ID, text(d.Name)}
}

func (d *drop) core() *core.Drop {
	if d == nil {
		return nil
	}
	return &core.Drop{ID: d.ID, Name: string(d.Name)}
}

// skipped is a core.Skipped. Its error is a text.
type skipped struct {
	Path   text            `json:"path"`
	Reason core.SkipReason `json:"reason"`
	Cause  text            `json:"cause,omitempty"`
}

func newSkipped(list []core.Skipped) []skipped {
	out := make([]skipped, len(list))
	for i, s := range list {
		out[i] = skipped{Path: text(s.Path), Reason: s.Reason}
		if s.Err != nil {
			out[i].Cause = text(s.Err.Error())
		}
	}
	return out
}

func skippedOf(list []skipped) []core.Skipped {
	out := make([]core.Skipped, len(list))
	for i, s := range list {
		out[i] = core.Skipped{Path: string(s.Path), Reason: s.Reason}
		if s.Cause != "" {
			out[i].Err = errors.New(string(s.Cause))
		}
	}
	return out
}
