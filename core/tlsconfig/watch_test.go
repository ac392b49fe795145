package tlsconfig

import (
	"log/slog"
	"os"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// Fault 20 for the CA file: a complete new one is noticed once, and half a file or none is not
// taken for a new one.
func TestWatch(t *testing.T) {
	f := newFiles(t)
	fresh := coretest.NewCA(t, "New CA")
	whole := coretest.EncodeCertificates(fresh.Cert.Raw)
	var log coretest.Log
	w := NewWatch(f.settings, log.Logger())
	for _, step := range []struct {
		name    string
		content []byte // nil: the file is removed
		changed bool
		refused int // refusals in the log so far
	}{
		{"half", whole[:len(whole)/2], false, 1},
		{"empty", []byte{}, false, 2},
		{"no authority", coretest.EncodeCertificates(fresh.Server(t).Certificate...), false, 3},
		{"removed", nil, false, 3},
		{"another", whole, true, 3},
		{"both", append(coretest.EncodeCertificates(f.ca.Cert.Raw), whole...), true, 3},
	} {
		if step.content == nil {
			if err := os.Remove(f.settings.CACertFile); err != nil {
				t.Fatal(err)
			}
		} else {
			replace(t, f.settings.CACertFile, step.content)
		}
		if w.Changed() != step.changed || w.Changed() {
			t.Errorf("%s: noticed is not %t, or not once", step.name, step.changed)
		}
		if n := log.Count("can't be used; the authorities of before stay"); n != step.refused {
			t.Errorf("%s: refused %d times in the log, want %d", step.name, n, step.refused)
		}
	}
	if !log.Has(slog.LevelInfo, "the CA file was replaced") {
		t.Error(&log)
	}
}

// Without a CA file nothing ever changes.
func TestWatchNothing(t *testing.T) {
	f := newFiles(t)
	disabled := f.settings
	disabled.Enabled = false
	for _, s := range []core.TLSSettings{{Enabled: true}, disabled} {
		w := NewWatch(s, nil)
		replace(t, f.settings.CACertFile, coretest.EncodeCertificates(f.ca.Cert.Raw))
		if w.Changed() {
			t.Errorf("%+v changed", s)
		}
	}
}

// A file that appears later counts as replaced.
func TestWatchAppears(t *testing.T) {
	f := newFiles(t)
	content := must[[]byte](t)(os.ReadFile(f.settings.CACertFile))
	if err := os.Remove(f.settings.CACertFile); err != nil {
		t.Fatal(err)
	}
	w := NewWatch(f.settings, nil)
	if w.Changed() {
		t.Error("a missing file counts as changed")
	}
	coretest.WriteFile(t, f.settings.CACertFile, content)
	if !w.Changed() {
		t.Error("the file was not noticed")
	}
}
