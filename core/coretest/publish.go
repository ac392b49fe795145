package coretest

import (
	"os"
	"regexp"
	"testing"
)

// Publish replaces the part of a document between <!-- name --> and <!-- end of name -->.
func Publish(t testing.TB, path, name, text string) {
	t.Helper()
	document, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	begin, end := "<!-- "+name+" -->\n", "<!-- end of "+name+" -->"
	part := regexp.MustCompile(`(?s)` + regexp.QuoteMeta(begin) + `.*?` + regexp.QuoteMeta(end))
	if !part.Match(document) {
		t.Fatalf("%s has no place for %s", path, name)
	}
	document = part.ReplaceAllLiteral(document, []byte(begin+"\n"+text+end))
	if err := os.WriteFile(path, document, 0o644); err != nil {
		t.Fatal(err)
	}
}
