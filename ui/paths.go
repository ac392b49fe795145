package ui

import (
	"net/url"
	"path/filepath"
	"runtime"
	"strings"

	"fyne.io/fyne/v2"
)

// localPaths are the paths of dropped URIs; others than files have none.
func localPaths(uris []fyne.URI) []string {
	paths := make([]string, 0, len(uris))
	for _, u := range uris {
		if u != nil && u.Scheme() == "file" && u.Path() != "" {
			paths = append(paths, filepath.FromSlash(u.Path()))
		}
	}
	return paths
}

// pastedPaths reads paths and file URIs from a clipboard's text, one a line,
// as file managers and terminals put them there. What is neither is left out.
func pastedPaths(clip string) []string {
	var paths []string
	for _, l := range strings.Split(clip, "\n") {
		l = strings.TrimSpace(l)
		if len(l) >= 2 && (l[0] == '"' || l[0] == '\'') && l[len(l)-1] == l[0] {
			l = l[1 : len(l)-1]
		}
		if rest, ok := strings.CutPrefix(l, "file:"); ok {
			u, err := url.Parse("file:" + rest)
			if err != nil || (u.Host != "" && u.Host != "localhost") {
				continue
			}
			l = u.Path
			// file:///C:/x has the path /C:/x.
			if runtime.GOOS == "windows" {
				l = strings.TrimPrefix(l, "/")
			}
			l = filepath.FromSlash(l)
		}
		if filepath.IsAbs(l) {
			paths = append(paths, filepath.Clean(l))
		}
	}
	return paths
}
