package docs

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
	fenced  = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
)

// Every link from one document to another, or to a heading, leads somewhere.
func TestLinks(t *testing.T) {
	checked := 0
	for _, from := range documents(t) {
		for _, found := range link.FindAllStringSubmatch(prose(t, from), -1) {
			file, anchor, _ := strings.Cut(found[1], "#")
			if strings.Contains(file, "://") {
				continue
			}
			checked++
			to := from
			if file != "" {
				to = path.Join(path.Dir(from), file)
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s: %s leads nowhere", from, found[1])
			} else if anchor != "" && !anchors(prose(t, to))[anchor] {
				t.Errorf("%s: there is no heading %s", from, found[1])
			}
		}
	}
	if checked < 50 {
		t.Errorf("only %d links", checked)
	}
}

// The list of decisions has each of them with its title.
func TestDecisionsAreListed(t *testing.T) {
	list := read(t, "adr/README.md")
	files, err := filepath.Glob("adr/0*.md")
	if err != nil || len(files) == 0 {
		t.Fatal(len(files), err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		title, _, _ := strings.Cut(strings.TrimPrefix(read(t, file), "# "), "\n")
		number, words, _ := strings.Cut(title, " ")
		if line := "- [" + number + "](" + name + ") " + words; !strings.Contains(list, line) {
			t.Errorf("adr/README.md lacks %q", line)
		}
	}
}

func documents(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"../*.md", "*.md", "adr/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			all = append(all, filepath.ToSlash(f))
		}
	}
	return all
}

// prose is a document without its blocks of code.
func prose(t *testing.T, name string) string {
	t.Helper()
	return fenced.ReplaceAllString(read(t, name), "")
}

// anchors are the names that forges give to headings.
func anchors(text string) map[string]bool {
	all := map[string]bool{}
	for _, h := range heading.FindAllStringSubmatch(text, -1) {
		all[strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, h[1])] = true
	}
	return all
}

// The glossary is in the order of the alphabet and has no word twice.
func TestGlossary(t *testing.T) {
	_, rest, found := strings.Cut(read(t, architecture), "\n| word | meaning |\n|---|---|\n")
	table, _, _ := strings.Cut(rest, "\n\n")
	if !found || table == "" {
		t.Fatal("there is no glossary")
	}
	last := ""
	for line := range strings.Lines(table) {
		word := strings.ToLower(strings.TrimSpace(strings.Split(line, "|")[1]))
		if word <= last {
			t.Errorf("%q stands after %q", word, last)
		}
		last = word
	}
}
