package profiles

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/artstore/ingester/core"
)

// extension of profile files.
const extension = ".toml"

// maxStem is how many bytes of a profile's name are used for its file's name: file
// systems allow 255, and a name may have 64 characters of 4 bytes.
const maxStem = 200

// entry is one file in a Dir.
type entry struct {
	name    string // the profile's name, or the file's if the profile has none
	file    string
	profile core.Profile
	err     error // why the profile can't be used
}

// scan reads every profile file, in the order of their names. If several profiles have
// the same name, the file that Save would have made comes first.
func (d *Dir) scan() ([]entry, error) {
	files, err := os.ReadDir(d.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, unreadable("The folder of the profiles could not be read: "+d.path, err)
	}
	var entries []entry
	for _, f := range files {
		stem, ok := cutExtension(f.Name())
		if !ok || f.IsDir() || strings.HasPrefix(stem, ".") { // hidden: an unfinished file of ours, or the system's
			continue
		}
		e := entry{name: stem, file: f.Name()}
		if e.profile, e.err = LoadFile(filepath.Join(d.path, f.Name())); hasName(e.profile) {
			e.name = e.profile.Name
		}
		entries = append(entries, e)
	}
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.name, b.name), a.rank()-b.rank(), cmp.Compare(a.file, b.file))
	})
	return entries, nil
}

// rank is 0 for a file with the name that Save would give it.
func (e entry) rank() int {
	if e.file == stem(e.name)+extension {
		return 0
	}
	return 1
}

// place returns the file for a profile: its present one, or a new one.
func (d *Dir) place(entries []entry, name string) string {
	if e, ok := find(entries, name); ok {
		return e.file
	}
	file := stem(name) + extension
	for n := 2; ; n++ {
		if _, err := os.Lstat(filepath.Join(d.path, file)); err != nil {
			return file
		}
		file = fmt.Sprintf("%s-%d%s", stem(name), n, extension)
	}
}

// find returns the entry with exactly this name.
func find(entries []entry, name string) (entry, bool) {
	i := slices.IndexFunc(entries, func(e entry) bool { return e.name == name })
	if i < 0 {
		return entry{}, false
	}
	return entries[i], true
}

// rival returns an entry that a file system might confuse with name, preferably the one
// with exactly this name.
func rival(entries []entry, name string) (entry, bool) {
	if e, ok := find(entries, name); ok {
		return e, true
	}
	i := slices.IndexFunc(entries, func(e entry) bool { return sameName(e.name, name) })
	if i < 0 {
		return entry{}, false
	}
	return entries[i], true
}

// sameName compares names like file systems that ignore case and composition.
func sameName(a, b string) bool {
	return strings.EqualFold(norm.NFC.String(a), norm.NFC.String(b))
}

// hasName reports whether p's name can be used.
func hasName(p core.Profile) bool {
	return !slices.ContainsFunc(p.Validate(), func(e core.FieldError) bool { return e.Field == "name" })
}

// cutExtension removes ".toml", in upper or lower case.
func cutExtension(file string) (string, bool) {
	stem := file[:len(file)-len(filepath.Ext(file))]
	return stem, stem != "" && strings.EqualFold(filepath.Ext(file), extension)
}

// stem returns the file name, without extension, for a valid profile name. Different
// names may get the same stem.
func stem(name string) string {
	for len(name) > maxStem {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	if isDevice(name) {
		return "_" + name
	}
	return name
}

// isDevice reports whether Windows takes a file of this name for a device, whatever its
// extension.
func isDevice(name string) bool {
	base, _, _ := strings.Cut(name, ".")
	base = strings.ToUpper(strings.TrimRight(base, " "))
	switch base {
	case "CON", "PRN", "AUX", "NUL":
		return true
	}
	return len(base) == 4 && (base[:3] == "COM" || base[:3] == "LPT") && base[3] >= '0' && base[3] <= '9'
}
