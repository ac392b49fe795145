package docs

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	quoted   = regexp.MustCompile("`([^`]+)`")
	testFunc = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)\w+)\(`)
)

// The tests and files of tests that testing.md names exist, each in the package
// that is named before it, or in one below that.
func TestNamedTests(t *testing.T) {
	existing := readTests(t)
	checked := 0
	for line := range strings.Lines(read(t, "testing.md")) {
		for _, part := range strings.FieldsFunc(line, func(r rune) bool { return r == '|' || r == ';' }) {
			var in []string // packages named before
			named := false  // a test of theirs was
			for _, token := range quoted.FindAllStringSubmatch(part, -1) {
				name, _, _ := strings.Cut(token[1], "/")
				switch {
				case existing.hasPackage(name):
					if named {
						in, named = nil, false
					}
					in = append(in, name)
				case testName(name) && len(in) > 0:
					named = true
					checked++
					for _, of := range in {
						if !existing.has(of, name) {
							t.Errorf("%s has no %s", of, name)
						}
					}
				}
			}
		}
	}
	if checked < 300 {
		t.Errorf("only %d tests are named", checked)
	}
}

func testName(s string) bool {
	return strings.HasPrefix(s, "Test") || strings.HasPrefix(s, "Fuzz") || strings.HasSuffix(s, "_test.go")
}

// tests are the names of tests, and of files with tests, by folder.
type tests map[string][]string

func readTests(t *testing.T) tests {
	t.Helper()
	found := tests{}
	root := os.DirFS("..")
	for _, top := range []string{"app", "core", "ui"} {
		err := fs.WalkDir(root, top, func(file string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(file, "_test.go") {
				return err
			}
			text, err := fs.ReadFile(root, file)
			dir, name := path.Split(file)
			found[path.Clean(dir)] = append(found[path.Clean(dir)], name)
			for _, f := range testFunc.FindAllSubmatch(text, -1) {
				found[path.Clean(dir)] = append(found[path.Clean(dir)], string(f[1]))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}

// within reports whether a folder is, or lies in, a package of that name.
func within(dir, name string) bool { return slices.Contains(strings.Split(dir, "/"), name) }

func (all tests) hasPackage(name string) bool {
	for dir := range all {
		if within(dir, name) {
			return true
		}
	}
	return false
}

// has reports whether a package has a test. In place of the end of its name there
// may be "…", and in that of a file "*".
func (all tests) has(pkg, name string) bool {
	pattern := strings.ReplaceAll(name, "…", "*")
	for dir, names := range all {
		if within(dir, pkg) && slices.ContainsFunc(names, func(n string) bool { ok, _ := path.Match(pattern, n); return ok }) {
			return true
		}
	}
	return false
}
