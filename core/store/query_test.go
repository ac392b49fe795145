package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
)

func TestKnown(t *testing.T) {
	s := openTest(t)
	base := queued("base", 1)
	variant := func(id core.TransferID, change func(*core.Transfer)) core.Transfer {
		x := base
		x.ID = id
		change(&x)
		return x
	}
	put := []core.Transfer{
		base,
		done(variant("stored", func(x *core.Transfer) { x.QueuedAt = base.QueuedAt.Add(time.Hour) })),
		variant("failed", func(x *core.Transfer) { x.State, x.Seq = core.StateFailed, 0 }),
		variant("unknown", func(x *core.Transfer) { x.State, x.Seq = core.StateUnknown, 9 }),
		variant("cancelled", func(x *core.Transfer) { x.State = core.StateCancelled }),
		variant("other server", func(x *core.Transfer) { x.Options.Profile, x.Server, x.Seq = "Test", "https://other.example", -1 }),
		variant("other path", func(x *core.Transfer) { x.Source.Path += "2" }),
		variant("other size", func(x *core.Transfer) { x.Source.Size++ }),
		variant("other time", func(x *core.Transfer) { x.Source.ModTime = x.Source.ModTime.Add(1) }),
	}
	commit(t, s, core.Batch{Put: put})
	for name, tt := range map[string]struct {
		sources []core.Source
		want    []core.TransferID
	}{
		"none":         {nil, []core.TransferID{}},
		"unknown path": {[]core.Source{{Path: "/x"}}, []core.TransferID{}},
		"newest first": {[]core.Source{base.Source}, []core.TransferID{"stored", "unknown", "base", "failed", "other server"}},
		"asked twice":  {[]core.Source{base.Source, base.Source}, []core.TransferID{"stored", "unknown", "base", "failed", "other server"}},
		"zone":         {[]core.Source{put[6].Source, inZone(base.Source)}, []core.TransferID{"stored", "unknown", "base", "other path", "failed", "other server"}},
		"other time":   {[]core.Source{put[8].Source}, []core.TransferID{"other time"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := s.Known(t.Context(), tt.sources)
			must(t, err)
			diff(t, tt.want, ids(got))
		})
	}
}

// TestKnownExpired: a file that the server has deleted is not known. A permanent file, or one whose
// transfer was not finished, does not expire.
func TestKnownExpired(t *testing.T) {
	s := openTest(t)
	end := epoch.Add(30 * 24 * time.Hour)
	gone, kept, failing := done(queued("gone", 1)), done(queued("kept", 1)), queued("failing", 1)
	kept.QueuedAt, failing.QueuedAt = epoch.Add(time.Hour), epoch
	for _, x := range []*core.Transfer{&kept, &failing} {
		x.Source = gone.Source
	}
	gone.Receipt.ExpiresAt, failing.Receipt, failing.State = end, &core.Receipt{ExpiresAt: end}, core.StateFailed
	commit(t, s, core.Batch{Put: []core.Transfer{gone, kept, failing}})
	for now, want := range map[time.Time][]core.TransferID{
		epoch:       {"kept", "gone", "failing"},
		end.Add(-1): {"kept", "gone", "failing"},
		end:         {"kept", "failing"},
		end.Add(1):  {"kept", "failing"},
	} {
		s.now = func() time.Time { return now }
		got, err := s.Known(t.Context(), []core.Source{gone.Source})
		must(t, err)
		diff(t, want, ids(got))
	}
}

func inZone(s core.Source) core.Source {
	s.ModTime = s.ModTime.In(time.FixedZone("", 3600))
	return s
}

// TestKnownMany asks about more paths than one query takes.
func TestKnownMany(t *testing.T) {
	s := openTest(t)
	var batch core.Batch
	var sources []core.Source
	for i := range 2*knownChunk + 1 {
		x := queued(core.TransferID(fmt.Sprint(i)), int64(i))
		batch.Put, sources = append(batch.Put, x), append(sources, x.Source)
	}
	commit(t, s, batch)
	got, err := s.Known(t.Context(), sources)
	must(t, err)
	if len(got) != len(sources) || got[0].ID != batch.Put[len(sources)-1].ID {
		t.Errorf("%d found, first %s", len(got), got[0].ID)
	}
}
