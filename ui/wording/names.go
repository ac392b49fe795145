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

// SplitName splits the name of a row into its folders and the name of the file,
// both Plain.
func SplitName(name string) (folder, file string) {
	folder, file = path.Split(name)
	folder = strings.Join(strings.Split(strings.Trim(folder, "/"), "/"), " / ")
	return Plain(folder), Plain(file)
}

// Plain makes invisible characters visible, such as line breaks and those that
// turn the direction of writing round. A file name may have them.
func Plain(s string) string {
	return strings.Map(func(r rune) rune {
		if core.Unseen(r) {
			return '␣'
		}
		return r
	}, s)
}

// Host is the host and port of a server's address.
func Host(server string) string {
	if u, err := url.Parse(server); err == nil && u.Host != "" {
		return u.Host
	}
	return Plain(server)
}
