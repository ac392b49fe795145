package wording

import (
	"net/url"
	"path"
	"path/filepath"
	"strings"

	"github.com/artstore/ingester/core"
)

// SavedAs says where a file was written. The name comes first: a long folder
// may be cut.
func (t *Text) SavedAs(path string) string {
	return t.S("saved.as", Args{"Name": Plain(filepath.Base(path)), "Folder": Plain(filepath.Dir(path))})
}

// SplitName parts a shown name into its folders and the file's own name, both
// without characters that could disturb a line or turn its direction round.
func SplitName(name string) (folder, file string) {
	folder, file = path.Split(name)
	folder = strings.Join(strings.Split(strings.Trim(folder, "/"), "/"), " / ")
	return Plain(folder), Plain(file)
}

// Plain makes characters visible that a file name may hold and nobody sees.
func Plain(s string) string {
	return strings.Map(func(r rune) rune {
		if core.Unseen(r) {
			return '␣'
		}
		return r
	}, s)
}

// Host is a server without what all addresses have.
func Host(server string) string {
	if u, err := url.Parse(server); err == nil && u.Host != "" {
		return u.Host
	}
	return Plain(server)
}
