package controllertest

import (
	"context"
	"slices"

	"github.com/artstore/ingester/core"
)

func submitChecks() []check {
	return []check{
		{name: "queued", test: func(t *trial) {
			profile := t.offline("Away")
			t.must(t.PauseAll(t.Context()))
			src := t.scan(t.file("a", 3)).Sources
			asked := core.Options{Profile: profile, Retention: core.RetentionTemporary, TTLDays: 7, Tags: []string{"x"}, Description: "words"}
			s, err := t.Submit(t.Context(), src, asked)
			t.must(err)
			if len(s.Queued) != 1 || len(s.Already)+len(s.Stored) != 0 {
				t.Fatalf("became %+v", s)
			}
			got := t.shown(s.Queued[0])
			if got.State != core.StateQueued || got.Source.Path != src[0].Path || got.Source.Size != 3 || got.Destination() != nowhere("").Destination() {
				t.Errorf("shown is %+v", got)
			}
			if o := got.Options; o.Profile != profile || o.TTLDays != 7 || o.Description != "words" || !slices.Equal(o.Tags, asked.Tags) {
				t.Errorf("asked is %+v", o)
			}
		}},
		{name: "nothing", test: func(t *trial) {
			if s := t.submit(t.offline("Away")); len(s.Queued)+len(s.Already)+len(s.Stored) != 0 {
				t.Errorf("became %+v", s)
			}
		}},
		{name: "unknown profile", test: func(t *trial) {
			t.offline("Away")
			for _, name := range []string{"Gone", ""} {
				t.submitRefused(core.Options{Profile: name, Retention: core.RetentionPermanent}, core.KindConfig, core.CodeProfileNotFound)
			}
		}},
		{name: "what can't be asked", test: func(t *trial) {
			profile := t.offline("Away")
			for _, o := range []core.Options{
				{}, {Retention: core.RetentionTemporary}, {Retention: core.RetentionTemporary, TTLDays: core.MaxTTLDays + 1}, {Retention: "always"},
				{Retention: core.RetentionPermanent, Tags: []string{"two\nlines"}}, {Retention: core.RetentionPermanent, Metadata: []byte("no object")},
			} {
				o.Profile = profile
				t.submitRefused(o, core.KindUsage, core.CodeUsage)
			}
		}},
		{name: "stopped", test: func(t *trial) {
			profile := t.offline("Away")
			src := t.scan(t.file("a", 1)).Sources
			s, err := t.Submit(over(), src, core.Options{Profile: profile, Retention: core.RetentionPermanent})
			t.notQueued(s, err, core.KindCancelled, core.CodeCancelled)
		}},
		{name: "the same twice", test: func(t *trial) {
			profile, file := t.offline("Away"), t.file("a", 1)
			t.must(t.PauseAll(t.Context()))
			first := t.submit(profile, file)
			again := t.submit(profile, file)
			if len(again.Queued)+len(again.Stored) != 0 || len(again.Already) != 1 || again.Already[0].ID != first.Queued[0] {
				t.Errorf("the second time became %+v", again)
			}
			src := t.scan(t.file("b", 1)).Sources
			both, err := t.Submit(t.Context(), []core.Source{src[0], src[0]}, core.Options{Profile: profile, Retention: core.RetentionPermanent})
			t.must(err)
			if len(both.Queued) != 1 || len(t.snapshot().Transfers) != 2 {
				t.Errorf("twice in one call became %+v", both)
			}
		}},
		{name: "stored before", test: func(t *trial) {
			profile, file := t.online(), t.file("a", 1)
			first := t.submit(profile, file).Queued[0]
			t.await(first, core.StateStored)
			again := t.submit(profile, file)
			if len(again.Queued)+len(again.Already) != 0 || len(again.Stored) != 1 || again.Stored[0].ID != first {
				t.Errorf("the second time became %+v", again)
			}
			p, err := t.Profile(t.Context(), profile)
			t.must(err)
			o := p.DefaultOptions()
			o.Again = true
			s, err := t.Submit(t.Context(), t.scan(file).Sources, o)
			t.must(err)
			if len(s.Queued) != 1 || s.Queued[0] == first {
				t.Errorf("once more became %+v", s)
			}
		}},
		{name: "failed before", test: func(t *trial) {
			profile, file := t.online(), t.file("a", Oversize)
			first := t.submit(profile, file).Queued[0]
			t.await(first, core.StateFailed)
			t.must(t.PauseAll(t.Context()))
			again := t.submit(profile, file)
			if len(again.Queued)+len(again.Stored) != 0 || len(again.Already) != 1 || again.Already[0].ID != first {
				t.Errorf("the second time became %+v", again)
			}
			t.wantState(first, core.StateQueued)
		}},
	}
}

// submitRefused asks for a file to be queued, and wants that to be refused.
func (t *trial) submitRefused(o core.Options, kind core.Kind, code core.Code) {
	t.Helper()
	s, err := t.Submit(t.Context(), t.scan(t.file("a", 1)).Sources, o)
	t.notQueued(s, err, kind, code)
}

// notQueued wants nothing to be queued, and the reason to be told.
func (t *trial) notQueued(s core.Submission, err error, kind core.Kind, code core.Code) {
	t.Helper()
	t.refused(err, kind, code)
	if len(s.Queued)+len(s.Already)+len(s.Stored) != 0 || len(t.snapshot().Transfers) != 0 {
		t.Errorf("queued all the same: %+v", s)
	}
}

// verbs are what is asked of transfers by their IDs.
func (t *trial) verbs() map[string]func(context.Context, ...core.TransferID) error {
	return map[string]func(context.Context, ...core.TransferID) error{
		"pause": t.Pause, "resume": t.Resume, "retry": t.Retry, "cancel": t.Cancel, "remove": t.Remove, "first": t.First, "last": t.Last,
		"pause after": t.PauseAfter, "ask": t.Ask, "take": t.Take, "undo": t.Undo,
	}
}

func verbChecks() []check {
	return []check{
		{name: "of an unknown transfer", test: func(t *trial) {
			profile := t.offline("Away")
			t.must(t.PauseAll(t.Context()))
			id := t.queue(profile, "a", 1)
			for name, verb := range t.verbs() {
				if err := verb(t.Context(), "00000000-0000-4000-8000-000000000000"); err != nil {
					t.Errorf("%s of a transfer that is gone: %v", name, err)
				}
				if err := verb(t.Context()); err != nil {
					t.Errorf("%s of none: %v", name, err)
				}
			}
			t.wantState(id, core.StateQueued)
		}},
		{name: "of several, one gone and one stored", test: func(t *trial) {
			profile := t.online()
			done := t.stored(profile, "done").ID
			t.must(t.PauseAll(t.Context()))
			for name, want := range map[string]core.State{"pause": core.StatePaused, "cancel": core.StateCancelled} {
				one, two := t.queue(profile, "one "+name, 1), t.queue(profile, "two "+name, 1)
				t.must(t.verbs()[name](t.Context(), one, "gone", done, two))
				t.wantState(one, want)
				t.wantState(two, want)
				t.wantState(done, core.StateStored)
			}
		}},
		{name: "undone", test: func(t *trial) {
			profile := t.offline("Away")
			t.must(t.PauseAll(t.Context()))
			one, two, three := t.queue(profile, "one", 1), t.queue(profile, "two", 1), t.queue(profile, "three", 1)
			t.must(t.Pause(t.Context(), two))
			for _, verb := range []string{"cancel", "remove"} {
				t.must(t.verbs()[verb](t.Context(), one, two))
				t.must(t.Undo(t.Context(), one, two))
				t.wantState(one, core.StateQueued)
				t.wantState(two, core.StatePaused)
				if a, b, c := t.shown(one).Seq, t.shown(two).Seq, t.shown(three).Seq; a >= b || b >= c {
					t.Errorf("after %s is undone the order is %d, %d, %d", verb, a, b, c)
				}
			}
		}},
		{name: "stopped", test: func(t *trial) {
			profile := t.offline("Away")
			t.must(t.PauseAll(t.Context()))
			id := t.queue(profile, "a", 1)
			for name, verb := range t.verbs() {
				if err := verb(over(), id); err != nil { // it may be quicker
					t.refused(err, core.KindCancelled, core.CodeCancelled)
				}
				if name == "remove" {
					break
				}
			}
		}},
		{name: "order", test: func(t *trial) {
			profile := t.offline("Away")
			t.must(t.PauseAll(t.Context()))
			ids := map[core.TransferID]string{}
			by := map[string]core.TransferID{}
			for _, name := range []string{"a", "b", "c", "d"} {
				by[name] = t.queue(profile, name, 1)
				ids[by[name]] = name
			}
			order := func() (names string) {
				for _, x := range t.snapshot().Transfers {
					names += ids[x.ID]
				}
				return names
			}
			t.must(t.Cancel(t.Context(), by["d"]))
			for _, step := range []struct {
				move func(context.Context, ...core.TransferID) error
				ids  string
				want string
			}{{t.First, "c", "cabd"}, {t.Last, "c", "abdc"}, {t.First, "cb", "bcad"}, {t.Last, "d", "bcad"}, {t.First, "d", "bcad"}, {t.Last, "cb", "adbc"}} {
				var moved []core.TransferID
				for _, name := range step.ids {
					moved = append(moved, by[string(name)])
				}
				t.must(step.move(t.Context(), append(moved, "gone")...))
				if got := order(); got != step.want {
					t.Errorf("moved %s: the order is %s, want %s", step.ids, got, step.want)
				}
			}
		}},
		{name: "pause all after", test: func(t *trial) {
			profile := t.online()
			release := t.Hold()
			t.Cleanup(release)
			id := t.queue(profile, "a", 1)
			t.await(id, core.StateSending)
			t.must(t.PauseAllAfter(t.Context()))
			if s := t.snapshot(); !s.Paused {
				t.Error("not shown as paused")
			}
			t.wantState(id, core.StateSending)
			rest := t.queue(profile, "b", 1)
			release()
			t.await(id, core.StateStored)
			t.wantState(rest, core.StateQueued)
			t.must(t.ResumeAll(t.Context()))
			t.await(rest, core.StateStored)
		}},
		{name: "pause all, resume all", test: func(t *trial) {
			profile := t.online()
			t.must(t.PauseAll(t.Context()))
			t.must(t.PauseAll(t.Context()))
			id, other := t.queue(profile, "a", 1), t.queue(profile, "b", 1)
			t.must(t.Pause(t.Context(), other))
			if s := t.snapshot(); !s.Paused {
				t.Error("not shown as paused")
			}
			t.wantState(id, core.StateQueued)
			t.must(t.ResumeAll(t.Context()))
			t.await(id, core.StateStored)
			if s := t.snapshot(); s.Paused {
				t.Error("still shown as paused")
			}
			t.wantState(other, core.StatePaused) // by itself
			t.must(t.ResumeAll(t.Context()))
		}},
		{name: "pause all while sending", test: func(t *trial) {
			profile := t.online()
			defer t.Hold()()
			id := t.queue(profile, "a", 1)
			t.await(id, core.StateSending)
			t.must(t.PauseAll(t.Context()))
			t.wantState(id, core.StateQueued)
			t.must(t.ResumeAll(t.Context()))
			t.await(id, core.StateSending)
		}},
		{name: "lifted while paused", test: func(t *trial) {
			profile := t.online()
			t.must(t.PauseAll(t.Context()))
			id := t.queue(profile, "a", 1)
			t.must(t.Lift(t.Context()))
			if s := t.snapshot(); !s.Paused {
				t.Error("trying at once has lifted the pause")
			}
			t.wantState(id, core.StateQueued)
		}},
		{name: "halted until lifted", test: func(t *trial) {
			p, _ := t.Server()
			t.save(p, typed("wrong"))
			t.queue(p.Name, "a", 1)
			halted := func() bool {
				s := t.snapshot()
				return s.Halt != nil && len(s.Halts) == 1 && s.Halts[0].Profile == p.Name && s.Halts[0].Reason.Code == core.CodeSignInRefused
			}
			t.become("a halt of the profile", halted)
			t.must(t.Lift(t.Context()))
			t.become("the same halt", halted)
		}},
		{name: "halted until resumed", test: func(t *trial) {
			p, secret := t.Server()
			t.save(p, typed("wrong"))
			id := t.queue(p.Name, "a", 1)
			t.become("a halt", func() bool { return t.snapshot().Halt != nil })
			if halt := t.snapshot().Halt; halt.Kind != core.KindAuth || halt.Code != core.CodeSignInRefused {
				t.Errorf("halted by %v", halt)
			}
			t.wantNotSent(id)
			t.must(t.ResumeAll(t.Context()))
			t.become("the same halt", func() bool { return t.snapshot().Halt != nil })
			t.must(t.SaveProfile(t.Context(), p.Name, p, typed(secret.Reveal()), false, 0)) // lifts it
			t.await(id, core.StateStored)
			if halt := t.snapshot().Halt; halt != nil {
				t.Errorf("still halted by %v", halt)
			}
		}},
	}
}

// wantNotSent wants a transfer to wait in the queue.
func (t *trial) wantNotSent(id core.TransferID) {
	t.Helper()
	if x := t.shown(id); x.State != core.StateQueued && x.State != core.StateWaiting {
		t.Errorf("the transfer is %s: %v", x.State, x.Error)
	}
}
