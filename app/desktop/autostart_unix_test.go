//go:build unix && !darwin

package desktop

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestAutostartWritesAnXDGEntry(t *testing.T) {
	for _, c := range []struct {
		name, config string
		path         func(home string) string
	}{
		{"XDG_CONFIG_HOME", "conf", func(home string) string { return filepath.Join(home, "conf", "autostart") }},
		{"home", "", func(home string) string { return filepath.Join(home, ".config", "autostart") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			home := t.TempDir()
			t.Setenv("HOME", home)
			env := map[string]string{"APPIMAGE": "/opt/in gester.AppImage"}
			if c.config != "" {
				env["XDG_CONFIG_HOME"] = filepath.Join(home, c.config)
			}
			a, err := NewAutostart(func(k string) string { return env[k] })
			if err != nil {
				t.Fatal(err)
			}
			is(t, a, false)
			for range 2 { // switching on twice does no harm
				if err := a.Set(true); err != nil {
					t.Fatal(err)
				}
			}
			is(t, a, true)
			file := filepath.Join(c.path(home), AppID+".desktop")
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(content), "\nExec=\"/opt/in gester.AppImage\" --background\n") {
				t.Errorf("the entry is\n%s", content)
			}
			validate(t, file)
			if err := os.WriteFile(file, append(content, "Hidden = true\n"...), 0o644); err != nil {
				t.Fatal(err)
			}
			is(t, a, false) // as some desktops switch it off
			for range 2 {
				if err := a.Set(false); err != nil {
					t.Fatal(err)
				}
			}
			is(t, a, false)
			if left, _ := os.ReadDir(filepath.Dir(file)); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// TestDesktopEntryQuotes: the entry is valid for a path with all special characters, and
// GLib, which most desktops use, reads the same path from it.
func TestDesktopEntryQuotes(t *testing.T) {
	file := filepath.Join(t.TempDir(), AppID+".desktop")
	if err := os.WriteFile(file, []byte(desktopEntry(odd)), 0o644); err != nil {
		t.Fatal(err)
	}
	validate(t, file)
	const script = `import sys
from gi.repository import GLib
k = GLib.KeyFile()
k.load_from_file(sys.argv[1], 0)
print("\n".join(GLib.shell_parse_argv(k.get_string("Desktop Entry", "Exec"))[1]))`
	out, err := exec.Command("/usr/bin/python3", "-c", script, file).CombinedOutput()
	if err != nil {
		t.Fatalf("%v (make test-deps installs what the tests need)\n%s", err, out)
	}
	if want := strings.ReplaceAll(odd, "%", "%%") + "\n--background\n"; string(out) != want {
		t.Errorf("GLib reads %q, want %q", out, want)
	}
}

func is(t *testing.T, a Autostart, want bool) {
	t.Helper()
	if on, err := a.On(); err != nil || on != want {
		t.Errorf("on: %v, %v; want %v", on, err, want)
	}
}

// validate asks freedesktop's validator, where it is installed.
func validate(t *testing.T, file string) {
	t.Helper()
	path, err := exec.LookPath("desktop-file-validate")
	if err != nil {
		t.Log("desktop-file-validate is not installed")
		return
	}
	if out, err := exec.Command(path, file).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("desktop-file-validate: %v\n%s", err, out)
	}
}
