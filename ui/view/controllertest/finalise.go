package controllertest

import (
	"strings"

	"github.com/artstore/ingester/core"
)

func finaliseChecks() []check {
	none := func(core.Finalisation) {}
	return []check{
		{name: "a temporary file", test: func(t *trial) {
			profile := t.online()
			x := t.stored(profile, "a")
			var told []core.Finalisation
			lock := make(chan struct{}, 1)
			t.must(t.Finalise(t.Context(), x, core.FinaliseOptions{Description: "for good"}, func(f core.Finalisation) {
				lock <- struct{}{}
				told = append(told, f)
				<-lock
			}))
			if n := len(told); n == 0 || told[n-1].Status != "completed" || told[n-1].Percent != 100 {
				t.Errorf("told is %+v", told)
			}
			kept, err := t.History(t.Context(), core.HistoryQuery{})
			t.must(err)
			for _, now := range append(kept, t.shown(x.ID)) {
				if o := now.Kept(); now.Temporary() || o.Retention != core.RetentionPermanent || o.Description != "for good" {
					t.Errorf("it is kept as %+v", o)
				}
			}
			t.refused(t.Finalise(t.Context(), x, core.FinaliseOptions{Description: "again"}, none), core.KindServer, core.CodeFinalisedBefore)
			t.refused(t.Finalise(t.Context(), kept[0], core.FinaliseOptions{}, none), core.KindUsage, core.CodeUsage)
		}},
		{name: "what is not stored", test: func(t *trial) {
			profile := t.offline("Away")
			t.must(t.PauseAll(t.Context()))
			x := t.shown(t.queue(profile, "a", 1))
			t.refused(t.Finalise(t.Context(), x, core.FinaliseOptions{}, none), core.KindUsage, core.CodeUsage)
			t.refused(t.Finalise(t.Context(), core.Transfer{}, core.FinaliseOptions{}, none), core.KindUsage, core.CodeUsage)
		}},
		{name: "what can't be said", test: func(t *trial) {
			x := t.stored(t.online(), "a")
			t.refused(t.Finalise(t.Context(), x, core.FinaliseOptions{Metadata: []byte("[]")}, none), core.KindUsage, core.CodeUsage)
			t.refused(t.Finalise(t.Context(), x, core.FinaliseOptions{Description: strings.Repeat("x", core.MaxDescriptionLength+1)}, none), core.KindUsage, core.CodeUsage)
		}},
		{name: "without its profile", test: func(t *trial) {
			profile := t.online()
			x := t.stored(profile, "a")
			t.must(t.RemoveProfile(t.Context(), profile))
			t.refused(t.Finalise(t.Context(), x, core.FinaliseOptions{}, none), core.KindConfig, core.CodeProfileNotFound)
		}},
		{name: "elsewhere", test: func(t *trial) {
			profile := t.online()
			x := t.stored(profile, "a")
			t.must(t.SaveProfile(t.Context(), profile, nowhere(profile), typed(""), false, 0))
			t.refused(t.Finalise(t.Context(), x, core.FinaliseOptions{}, none), core.KindConfig, core.CodeOtherServer)
		}},
		{name: "stopped", test: func(t *trial) {
			x := t.stored(t.online(), "a")
			t.refused(t.Finalise(over(), x, core.FinaliseOptions{}, none), core.KindCancelled, core.CodeCancelled)
			if now := t.shown(x.ID); !now.Temporary() {
				t.Error("it is permanent all the same")
			}
		}},
	}
}
