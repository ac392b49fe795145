package view

import (
	"context"
	"net/url"
	"path/filepath"
)

// OpenAddress opens a web page in the desktop's browser.
func OpenAddress(s *Host, address string) {
	u, err := url.Parse(address)
	if err == nil {
		err = s.App.OpenURL(u)
	}
	if err != nil {
		s.Failed(err)
	}
}

// OpenFolder shows the folder of a file on the desktop.
func OpenFolder(s *Host, path string) {
	s.Act(func(context.Context) error {
		return s.App.OpenURL(&url.URL{Scheme: "file", Path: filepath.ToSlash(filepath.Dir(path))})
	})
}
