package ui

import (
	"context"
	"net/url"
	"path/filepath"
)

// openAddress opens a web page in the desktop's browser.
func openAddress(s *shell, address string) {
	u, err := url.Parse(address)
	if err == nil {
		err = s.app.OpenURL(u)
	}
	if err != nil {
		s.failed(err)
	}
}

// openFolder shows the folder of a file on the desktop.
func openFolder(s *shell, path string) {
	s.act(func(context.Context) error {
		return s.app.OpenURL(&url.URL{Scheme: "file", Path: filepath.ToSlash(filepath.Dir(path))})
	})
}
