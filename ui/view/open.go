package view

import (
	"context"
	"net/url"
	"path/filepath"
)

// OpenAddress opens a web page in the desktop's browser.
func OpenAddress(host *Host, address string) {
	u, err := url.Parse(address)
	if err == nil {
		err = host.App.OpenURL(u)
	}
	if err != nil {
		host.Failed(err)
	}
}

// OpenFolder shows the folder of a file on the desktop.
func OpenFolder(host *Host, path string) {
	host.Act(func(context.Context) error {
		return host.App.OpenURL(&url.URL{Scheme: "file", Path: filepath.ToSlash(filepath.Dir(path))})
	})
}
