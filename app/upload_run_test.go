package main

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
)

// forgetful is an owner that takes files, stores them, and is killed before it
// answers.
type forgetful struct {
	asked  [][]string // paths sent once more
	stored []core.Transfer
}

func (f *forgetful) Submit(_ context.Context, sources []core.Source, o core.Options) (core.Submission, error) {
	var paths []string
	for _, s := range sources {
		paths = append(paths, s.Path)
	}
	if o.Again {
		f.asked = append(f.asked, paths)
		return core.Submission{Queued: make([]core.TransferID, len(paths))}, nil
	}
	return core.Submission{Stored: slices.Clone(f.stored)}, nil
}

// With --again a file is sent again only once, even if the owner that sent it is killed
// before it could answer.
func TestAgainOnlyOnce(t *testing.T) {
	q := &forgetful{}
	r := &uploadRun{options: core.Options{Again: true}, scan: core.Scan{Sources: []core.Source{{Path: "/old"}, {Path: "/sent"}}}}
	if _, err := r.submit(t.Context(), q); err != nil || len(q.asked) != 1 || len(q.asked[0]) != 2 {
		t.Fatalf("%v, %q", err, q.asked)
	}
	q.stored = []core.Transfer{ // what the queue knows after the owner's end
		{ID: "old", Source: core.Source{Path: "/old"}, QueuedAt: r.begun.Add(-time.Hour)},
		{ID: "sent", Source: core.Source{Path: "/sent"}, QueuedAt: r.begun.Add(time.Second)},
	}
	got, err := r.submit(t.Context(), q)
	if err != nil || len(q.asked) != 2 || !slices.Equal(q.asked[1], []string{"/old"}) {
		t.Errorf("%v, once more: %q", err, q.asked)
	}
	if len(got.Stored) != 1 || got.Stored[0].ID != "sent" || len(got.Queued) != 1 {
		t.Errorf("%+v", got)
	}
}
