package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/store"
)

// Transfers moved to the front or the end are sent in their new order, large and
// small ones, even after a restart.
func TestOrder(t *testing.T) {
	ctx := context.Background()
	st, err := store.Open(ctx, filepath.Join(t.TempDir(), "queue.db"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	var mu sync.Mutex
	var small, large []string // small ones may pass large ones that wait for other large ones
	s := newServer()
	s.streams = 1
	s.script = func(_ context.Context, _ *server, t core.Transfer, _ int, _ core.Progress) (bool, error) {
		mu.Lock()
		defer mu.Unlock()
		if t.Source.Size > smallSize {
			large = append(large, t.Source.Name)
		} else {
			small = append(small, t.Source.Name)
		}
		return true, nil
	}
	f := begin(t, s, st)
	if err := f.PauseAll(ctx); err != nil {
		t.Fatal(err)
	}
	ids := map[string]core.TransferID{}
	for i, name := range strings.Fields("a B c D e f") { // upper case: large
		size := int64(100 + i)
		if name == strings.ToUpper(name) {
			size = 10 << 20
		}
		ids[name] = f.submit(source(name, size))[0]
	}
	for _, step := range []error{
		f.First(ctx, ids["f"], ids["D"], ids["D"], "gone"), // D f a B c e
		f.Last(ctx, ids["a"]),                              // D f B c e a
		f.First(ctx, ids["c"]),                             // c D f B e a
	} {
		if step != nil {
			t.Fatal(step)
		}
	}
	if err := f.stop(); err != nil {
		t.Fatal(err)
	}
	f = begin(t, s, st)
	f.await("all stored", func(shown map[core.TransferID]core.Transfer, _ core.Update) bool {
		for _, id := range ids {
			if shown[id].State != core.StateStored {
				return false
			}
		}
		return true
	})
	if got := fmt.Sprint(small, large); got != "[c f e a] [D B]" {
		t.Errorf("sent as %s", got)
	}
	before := f.get(ids["a"])
	if err := f.First(ctx, ids["a"]); err != nil || f.get(ids["a"]).Seq != before.Seq {
		t.Errorf("a stored transfer has no position in the queue: %v", err)
	}
}

// Finalise follows the server to the end and saves the result, in the list and in
// the history.
func TestFinalise(t *testing.T) {
	ctx := context.Background()
	st, err := store.Open(ctx, filepath.Join(t.TempDir(), "queue.db"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	s := newServer()
	f := begin(t, s, st)
	ids := f.submit(source("listed", 10), source("history", 10))
	f.await("both stored", func(shown map[core.TransferID]core.Transfer, _ core.Update) bool {
		return shown[ids[0]].State == core.StateStored && shown[ids[1]].State == core.StateStored
	})
	removed := f.get(ids[1])
	if err := f.Remove(ctx, ids[1]); err != nil {
		t.Fatal(err)
	}
	var steps []core.Finalisation
	step := func(at core.Finalisation) { steps = append(steps, at) }
	s.finalise = func(string, core.FinaliseOptions) error {
		return &core.Error{Kind: core.KindServer, Code: core.CodeFinaliseFailed}
	}
	if err := f.Finalise(ctx, removed, core.FinaliseOptions{}, step); core.CodeOf(err) != core.CodeFinaliseFailed {
		t.Errorf("%v", err)
	}
	s.finalise = nil
	for _, x := range []core.Transfer{f.get(ids[0]), removed} {
		if err := f.Finalise(ctx, x, core.FinaliseOptions{}, step); err != nil {
			t.Fatal(err)
		}
	}
	if len(steps) != 2 || steps[0].Percent != 100 {
		t.Errorf("told of %v", steps)
	}
	if got := f.get(ids[0]); got.Options.Retention != core.RetentionPermanent || !got.Receipt.ExpiresAt.IsZero() {
		t.Errorf("shown as %v, until %v", got.Options.Retention, got.Receipt.ExpiresAt)
	}
	if err := f.Finalise(ctx, f.get(ids[0]), core.FinaliseOptions{}, step); core.CodeOf(err) != core.CodeUsage {
		t.Errorf("a permanent file again: %v", err)
	}
	history, err := st.History(ctx, core.HistoryQuery{})
	if err != nil || len(history) != 2 {
		t.Fatal(len(history), err)
	}
	for _, x := range history {
		if x.Options.Retention != core.RetentionPermanent || !x.Receipt.ExpiresAt.IsZero() {
			t.Errorf("%s in the history: %v, until %v", x.Source.Name, x.Options.Retention, x.Receipt.ExpiresAt)
		}
	}
	if left, err := st.Unfinished(ctx); err != nil || len(left) != 0 {
		t.Errorf("back in the list: %v, %v", left, err)
	}
	s.with(func(s *server) { s.url = "https://other.example" })
	if err := f.Finalise(ctx, removed, core.FinaliseOptions{}, step); core.CodeOf(err) != core.CodeOtherServer {
		t.Errorf("another server: %v", err)
	}
}

// The description given when a file is made permanent is kept with the transfer,
// unless the file was permanent before.
func TestFinaliseWithWords(t *testing.T) {
	ctx := context.Background()
	said := core.FinaliseOptions{Description: "the deed", Metadata: json.RawMessage(`{"box":"14"}`), Target: "se-2"}
	for _, before := range []bool{false, true} {
		s := newServer()
		f := begin(t, s, newMemory())
		tagged := options()
		tagged.Tags = []string{"x"}
		submission, err := f.Submit(ctx, []core.Source{source("a", 10)}, tagged)
		if err != nil {
			t.Fatal(err)
		}
		id := submission.Queued[0]
		f.await("stored", func(shown map[core.TransferID]core.Transfer, _ core.Update) bool {
			return shown[id].State == core.StateStored
		})
		var asked []core.FinaliseOptions
		want, code := said, core.Code("")
		s.finalise = func(_ string, o core.FinaliseOptions) error {
			asked = append(asked, o)
			if before {
				return &core.Error{Kind: core.KindServer, Code: core.CodeFinalisedBefore}
			}
			return nil
		}
		if before {
			want, code = core.FinaliseOptions{}, core.CodeFinalisedBefore
		}
		stored := f.get(id)
		if err := f.Finalise(ctx, stored, core.FinaliseOptions{Metadata: json.RawMessage(`[]`)}, nil); core.CodeOf(err) != core.CodeUsage || len(asked) > 0 {
			t.Errorf("metadata that is no object: %v, %v", err, asked)
		}
		if err := f.Finalise(ctx, stored, said, nil); core.CodeOf(err) != code {
			t.Errorf("permanent before: %v: %v", before, err)
		}
		sent := said
		sent.Metadata = json.RawMessage(`{"box":"14","tags":["x"]}`)
		if diff := cmp.Diff([]core.FinaliseOptions{sent}, asked); diff != "" {
			t.Error(diff)
		}
		got := f.get(id).Options
		if got.Retention != core.RetentionPermanent || got.Description != want.Description || string(got.Metadata) != string(want.Metadata) {
			t.Errorf("permanent before: %v: kept as %+v", before, got)
		}
	}
}
