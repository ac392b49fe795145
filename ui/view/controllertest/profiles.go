package controllertest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
)

// typed is a client secret that was typed, "" for none.
func typed(text string) view.ProfileSecrets {
	if text == "" {
		return view.ProfileSecrets{}
	}
	return view.ProfileSecrets{Client: core.NewSecret(text)}
}

// wantProfiles wants these to be saved, told in order, and this one to be in use.
func (t *trial) wantProfiles(current string, names ...string) {
	t.Helper()
	got, err := t.Profiles(t.Context())
	t.must(err)
	if !slices.Equal(got, names) {
		t.Errorf("saved are %q, want %q", got, names)
	}
	if now := t.Current(); now != current {
		t.Errorf("%q is in use, want %q", now, current)
	}
}

// wantSecret wants a secret to be kept with a profile, or none.
func (t *trial) wantSecret(profile string, want bool) {
	t.Helper()
	if got, err := t.HasSecret(t.Context(), profile); err != nil || got != want {
		t.Errorf("a secret is kept with %q: %v, %v, want %v", profile, got, err, want)
	}
}

func profileChecks() []check {
	return []check{
		{name: "none", test: func(t *trial) {
			t.wantProfiles("")
			t.wantSecret("", false)
			if link := t.Link(); link.State != core.LinkUnknown || link.Err != nil {
				t.Errorf("the link of nothing is %+v", link)
			}
			if n, err := t.Bound(t.Context(), "", nowhere("A")); err != nil || n != 0 {
				t.Errorf("bound to nothing: %d, %v", n, err)
			}
		}},
		{name: "saved", test: func(t *trial) {
			t.offline("B")
			t.offline("A")
			t.wantProfiles("A", "A", "B")
			if got, err := t.Profile(t.Context(), "B"); err != nil || got != nowhere("B") {
				t.Errorf("got %+v, %v", got, err)
			}
			t.must(t.Use(t.Context(), "B"))
			t.wantProfiles("B", "A", "B")
		}},
		{name: "unknown", test: func(t *trial) {
			t.offline("A")
			for _, name := range []string{"Gone", "", "../A"} {
				_, err := t.Profile(t.Context(), name)
				t.refused(err, core.KindConfig, core.CodeProfileNotFound)
				t.refused(t.Use(t.Context(), name), core.KindConfig, core.CodeProfileNotFound)
				t.refused(t.RemoveProfile(t.Context(), name), core.KindConfig, core.CodeProfileNotFound)
				out := filepath.Join(t.TempDir(), "out.toml")
				t.refused(t.ExportProfile(t.Context(), name, out), core.KindConfig, core.CodeProfileNotFound)
				if _, err := os.Stat(out); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("something was exported: %v", err)
				}
				t.wantSecret(name, false)
				if n, err := t.Bound(t.Context(), name, nowhere("A")); err != nil || n != 0 {
					t.Errorf("bound to %q: %d, %v", name, n, err)
				}
			}
			t.wantProfiles("A", "A")
			t.wantSecret("A", true)
		}},
		{name: "used with a port that is taken", test: func(t *trial) {
			p := nowhere("A")
			p.Metrics.Listen = t.TakePort()
			t.refusedAfterwards(t.SaveProfile(t.Context(), "", p, typed("x"), false, view.QueuedWaits), core.CodePortBusy)
			t.offline("B")
			t.refused(t.Use(t.Context(), "A"), core.KindUsage, core.CodePortBusy)
			t.wantProfiles("A", "A", "B")
		}},
		{name: "removed", test: func(t *trial) {
			t.offline("A")
			t.offline("B")
			t.must(t.RemoveProfile(t.Context(), "A"))
			t.wantProfiles("B", "B")
			t.wantSecret("A", false)
			t.wantSecret("B", true)
			t.must(t.RemoveProfile(t.Context(), "B"))
			t.wantProfiles("")
			t.wantSecret("B", false)
			t.refused(t.RemoveProfile(t.Context(), "B"), core.KindConfig, core.CodeProfileNotFound)
		}},
		{name: "removed while its secrets can't be", test: func(t *trial) {
			t.offline("A")
			unlock := t.LockKeychain()
			t.refused(t.RemoveProfile(t.Context(), "A"), core.KindConfig, core.CodeProfileRemains)
			t.wantProfiles("", "A")
			unlock()
			t.must(t.RemoveProfile(t.Context(), "A"))
			t.wantProfiles("")
			t.wantSecret("A", false)
		}},
		{name: "a secret that can't be looked for", test: func(t *trial) {
			t.offline("A")
			unlock := t.LockKeychain()
			_, err := t.HasSecret(t.Context(), "A")
			t.refused(err, core.KindConfig, core.CodeKeychainLocked)
			unlock()
			t.wantSecret("A", true)
		}},
		{name: "the sandbox", test: func(t *trial) {
			t.offline("A")
			t.must(t.StartSandbox(t.Context()))
			t.wantProfiles("Sandbox", "A", "Sandbox")
			t.wantSecret("Sandbox", true)
			t.must(t.StartSandbox(t.Context()))
			t.wantProfiles("Sandbox", "A", "Sandbox")
			t.stored("Sandbox", "a")
			t.must(t.Use(t.Context(), "A"))
			t.must(t.StartSandbox(t.Context()))
			t.wantProfiles("Sandbox", "A", "Sandbox")
			t.must(t.RemoveProfile(t.Context(), "Sandbox"))
			t.wantProfiles("", "A")
			t.wantSecret("Sandbox", false)
			t.must(t.StartSandbox(t.Context()))
			t.wantProfiles("Sandbox", "A", "Sandbox")
			t.stored("Sandbox", "b")
		}},
		{name: "another sandbox", test: func(t *trial) {
			p, secret := t.Server()
			p.Name = "Sandbox"
			t.save(p, typed(secret.Reveal()))
			t.offline("A")
			t.refused(t.StartSandbox(t.Context()), core.KindConfig, core.CodeProfileInvalid)
			t.wantProfiles("A", "A", "Sandbox")
			if got, err := t.Profile(t.Context(), "Sandbox"); err != nil || got != p {
				t.Errorf("written over: %+v, %v", got, err)
			}
			t.stored("Sandbox", "a") // its secret is its own
		}},
	}
}

// refusedAfterwards wants a profile to be saved, and something else not to be
// in order.
func (t *trial) refusedAfterwards(err error, code core.Code) {
	t.Helper()
	if amiss := new(view.NotReadyError); !errors.As(err, &amiss) || core.CodeOf(err) != code {
		t.Errorf("got %v, want that it is saved, but %s", err, code)
	}
}

func profileFileChecks() []check {
	return []check{
		{name: "out and in", test: func(t *trial) {
			t.offline("A")
			out := filepath.Join(t.TempDir(), "out.toml")
			t.must(t.ExportProfile(t.Context(), "A", out))
			if text, err := os.ReadFile(out); err != nil || strings.Contains(string(text), "secret of A") {
				t.Errorf("exported is %s, %v", text, err)
			}
			_, err := t.ImportProfile(t.Context(), out)
			t.refused(err, core.KindConfig, core.CodeProfileInvalid)
			if !errors.Is(err, fs.ErrExist) {
				t.Errorf("the name is taken, and that is not said: %v", err)
			}
			t.wantSecret("A", true)
			t.must(t.RemoveProfile(t.Context(), "A"))
			got, err := t.ImportProfile(t.Context(), out)
			if err != nil || got != nowhere("A") {
				t.Errorf("imported is %+v, %v", got, err)
			}
			t.wantProfiles("", "A") // it is for the user to use it
			t.wantSecret("A", false)
			if saved, err := t.Profile(t.Context(), "A"); err != nil || saved != nowhere("A") {
				t.Errorf("saved is %+v, %v", saved, err)
			}
		}},
		{name: "no way out", test: func(t *trial) {
			t.offline("A")
			file := t.file("in the way", 1)
			t.refused(t.ExportProfile(t.Context(), "A", filepath.Join(file, "out.toml")), core.KindFile, core.CodeFileUnwritable)
		}},
		{name: "no way in", test: func(t *trial) {
			for content, code := range map[string]core.Code{
				"": core.CodeProfileInvalid, "name = ": core.CodeProfileInvalid, "[auth]\nclient_secret = 'x'": core.CodeProfileInvalid,
			} {
				path := filepath.Join(t.TempDir(), "in.toml")
				t.must(os.WriteFile(path, []byte(content), 0o600))
				_, err := t.ImportProfile(t.Context(), path)
				t.refused(err, core.KindConfig, code)
			}
			_, err := t.ImportProfile(t.Context(), filepath.Join(t.TempDir(), "nothing.toml"))
			t.refused(err, core.KindConfig, core.CodeProfileNotFound)
			_, err = t.ImportProfile(t.Context(), t.TempDir())
			t.refused(err, core.KindConfig, core.CodeProfileInvalid)
			t.wantProfiles("")
		}},
	}
}
