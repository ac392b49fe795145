package main

import (
	"os/user"
	"runtime"
	"testing"
)

// A service or a cron job may have no HOME, or a variable that the XDG
// specification says to ignore.
func TestFoldersWithoutHome(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return // there the system says it, not the environment
	}
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	own := folders{config: me.HomeDir + "/.config/ingester", state: me.HomeDir + "/.local/state/ingester", data: me.HomeDir + "/.local/share/ingester"}
	home := folders{config: "/h/.config/ingester", state: "/h/.local/state/ingester", data: "/h/.local/share/ingester"}
	for name, c := range map[string]struct {
		env  map[string]string
		want folders
	}{
		"no HOME":         {nil, own},
		"a HOME":          {map[string]string{"HOME": "/h"}, home},
		"relative folder": {map[string]string{"HOME": "/h", "XDG_CONFIG_HOME": "conf", "XDG_STATE_HOME": "./state", "XDG_DATA_HOME": "data"}, home},
		"other folders": {map[string]string{"XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "/s", "XDG_DATA_HOME": "/d"},
			folders{config: "/c/ingester", state: "/s/ingester", data: "/d/ingester"}},
		"all in one": {map[string]string{"HOME": "/h", "XDG_STATE_HOME": "/s", "INGESTER_HOME": "/i"}, folders{config: "/i", state: "/i", data: "/i"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := findFolders(func(key string) string { return c.env[key] })
			if err != nil || got != c.want {
				t.Errorf("got %+v, %v; want %+v", got, err, c.want)
			}
		})
	}
}
