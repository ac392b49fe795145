package view

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/core"
)

// SkipNoPath is why something that was dropped or pasted is not scanned at all.
const SkipNoPath core.SkipReason = "no_path"

// LocalPaths returns the paths of dropped URIs, and those that are not files of
// this computer.
func LocalPaths(uris []fyne.URI) (paths []string, left []core.Skipped) {
	for _, u := range uris {
		switch {
		case u == nil:
		case u.Scheme() == "file" && u.Path() != "":
			paths = append(paths, filepath.FromSlash(u.Path()))
		default:
			left = append(left, core.Skipped{Path: u.String(), Reason: SkipNoPath})
		}
	}
	return paths, left
}

// DroppedPaths is LocalPaths for what Fyne reports of a drop, with two mistakes put
// right. GLFW makes the path / of an address without a path, such as file://host,
// since it reads beyond the end for a slash. Fyne makes a path below the working
// folder of any other address, such as https://host/x.
func DroppedPaths(uris []fyne.URI) (paths []string, left []core.Skipped) {
	paths, left = LocalPaths(uris)
	here, err := filepath.Abs(".")
	return slices.DeleteFunc(paths, func(p string) bool {
		below, inside := strings.CutPrefix(p, strings.TrimSuffix(here, "/")+"/")
		switch {
		case p == "/":
		case err == nil && inside && address.MatchString(below):
			p = strings.Replace(below, ":/", "://", 1)
		default:
			return false
		}
		left = append(left, core.Skipped{Path: p, Reason: SkipNoPath})
		return true
	}), left
}

// address matches the beginning of an address that was cleaned like a path.
var address = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9+.-]+:/`)

// PastedPaths returns the paths and file URIs in the text of a clipboard, one a line
// or several in quotes, as file managers, terminals and "Copy as path" write them,
// and the lines that are neither.
func PastedPaths(clip string) (paths []string, left []core.Skipped) {
	first := true
	for l := range strings.FieldsFuncSeq(clip, func(r rune) bool { return r == '\n' || r == '\r' || r == 0 }) {
		// Windows puts direction marks before a path, editors a byte order mark.
		if l = core.Trimmed(l); l == "" || listHead(l, first) {
			continue
		}
		first = false
		for _, p := range quoted(l) {
			if path := localPath(p); path != "" {
				paths = append(paths, path)
			} else {
				left = append(left, core.Skipped{Path: p, Reason: SkipNoPath})
			}
		}
	}
	return paths, left
}

// listHead reports whether a line is not a path but part of a list of them: file
// managers begin with a verb, and URI lists have comments.
func listHead(l string, first bool) bool {
	switch l {
	case "copy", "cut", "x-special/nautilus-clipboard":
		return first
	}
	return strings.HasPrefix(l, "#")
}

// quotes are the pairs that programs, and typographers, put around a path.
var quotes = map[rune]string{'"': `"`, '\'': "'", '“': "”", '„': "“", '«': "»"} //nolint:gochecknoglobals // a table

// quoted splits a line of strings in quotes. Any other line is one string, since
// names may have spaces.
func quoted(l string) []string {
	var all []string
	for rest := l; rest != ""; rest = strings.TrimLeft(rest, " \t") {
		open, size := utf8.DecodeRuneInString(rest)
		end := quotes[open]
		if end == "" {
			return []string{l}
		}
		inner, after, closed := strings.Cut(rest[size:], end)
		if !closed || after != "" && after[0] != ' ' && after[0] != '\t' {
			return []string{l}
		}
		all, rest = append(all, inner), after
	}
	return all
}

// localPath is the path that a string or a file URI names, "" if it names none.
func localPath(s string) string {
	if strings.HasPrefix(s, "file:") {
		u, err := url.Parse(s)
		if err != nil || u.RawQuery != "" || u.Fragment != "" {
			return "" // an unescaped ? or # has cut the name
		}
		s = u.Path
		switch remote := u.Host != "" && u.Host != "localhost" && !thisComputer(u.Host); {
		case remote && runtime.GOOS != "windows":
			return ""
		case remote: // file://server/share is \\server\share
			s = "//" + u.Host + s
		case runtime.GOOS == "windows": // file:///C:/x has the path /C:/x
			s = strings.TrimPrefix(s, "/")
		}
		s = filepath.FromSlash(s)
	}
	if !filepath.IsAbs(s) {
		return ""
	}
	return filepath.Clean(s)
}

// thisComputer reports whether the host of a file URI is this computer, which some
// file managers write. On Windows that is a share like any other.
func thisComputer(host string) bool {
	name, err := os.Hostname()
	return err == nil && runtime.GOOS != "windows" && strings.EqualFold(host, name)
}
