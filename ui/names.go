package ui

import (
	"path"
	"path/filepath"
	"strings"

	"github.com/artstore/ingester/core"
)

// savedAs says where a file was written. The name comes first: a long folder
// may be cut.
func (t *text) savedAs(path string) string {
	return t.s("saved.as", args{"Name": plain(filepath.Base(path)), "Folder": plain(filepath.Dir(path))})
}

// splitName parts a shown name into its folders and the file's own name, both
// without characters that could disturb a line or turn its direction round.
func splitName(name string) (folder, file string) {
	folder, file = path.Split(name)
	folder = strings.Join(strings.Split(strings.Trim(folder, "/"), "/"), " / ")
	return plain(folder), plain(file)
}

// plain makes characters visible that a file name may hold and nobody sees.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if core.Unseen(r) {
			return '␣'
		}
		return r
	}, s)
}
