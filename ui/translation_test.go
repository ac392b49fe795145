package ui

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/artstore/ingester/ui/view/viewtest"
	"github.com/artstore/ingester/ui/wording"
)

// literals are the strings in the sources of the window, and those that are the
// key of a translation for certain.
func literals(t *testing.T) (all, keys map[string]bool) {
	t.Helper()
	all, keys = map[string]bool{}, map[string]bool{}
	set := token.NewFileSet()
	err := filepath.WalkDir(".", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := viewtest.Literal(n); ok {
				all[s] = true
			}
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			if f, ok := call.Fun.(*ast.SelectorExpr); ok && (f.Sel.Name == "S" || f.Sel.Name == "N") {
				if s, ok := viewtest.Literal(call.Args[0]); ok {
					keys[s] = true
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all, keys
}

func TestTranslationsAreCompleteAndUsed(t *testing.T) {
	all, keys := literals(t)
	for _, language := range wording.Languages() {
		have := viewtest.Translation(t, language)
		for key := range keys {
			if have[key] == nil {
				t.Errorf("%q is used and not translated into %s", key, language)
			}
		}
		for key := range have {
			if !all[key] && !composed(all, key) {
				t.Errorf("%q is translated into %s and not used", key, language)
			}
		}
	}
	en, ru := viewtest.Translation(t, "en"), viewtest.Translation(t, "ru")
	for key := range en {
		if ru[key] == nil {
			t.Errorf("%q has no Russian", key)
		}
	}
	for key := range ru {
		if en[key] == nil {
			t.Errorf("%q has no English", key)
		}
	}
}

// TestOneThingHasOneName in Russian: what the navigation calls it.
func TestOneThingHasOneName(t *testing.T) {
	for key, words := range viewtest.Translation(t, "ru") {
		for _, other := range []string{"метрик"} { // Показатели
			if strings.Contains(strings.ToLower(string(words)), other) {
				t.Errorf("%q says %s", key, words)
			}
		}
	}
}

// composed reports whether a key is put together from a literal that ends
// with a dot.
func composed(all map[string]bool, key string) bool {
	for i, r := range key {
		if r == '.' && all[key[:i+1]] {
			return true
		}
	}
	return false
}

// TestTranslationsFillInTheSame finds a translation that forgot a value.
func TestTranslationsFillInTheSame(t *testing.T) {
	filled := regexp.MustCompile(`\{\{\.\w+\}\}`)
	names := func(forms map[string]string) map[string]bool {
		out := map[string]bool{}
		for _, words := range forms {
			for _, name := range filled.FindAllString(words, -1) {
				out[name] = true
			}
		}
		return out
	}
	en, ru := viewtest.Speaking(t, "en"), viewtest.Speaking(t, "ru")
	for key, forms := range en.Forms {
		a, b := names(forms), names(ru.Forms[key])
		for name := range a {
			if !b[name] {
				t.Errorf("%q: %s is missing in Russian", key, name)
			}
		}
		for name := range b {
			if !a[name] {
				t.Errorf("%q: %s is missing in English", key, name)
			}
		}
	}
	for key, forms := range ru.Forms {
		if len(forms) == 1 {
			continue
		}
		for _, form := range []string{"one", "few", "many", "other"} {
			if forms[form] == "" {
				t.Errorf("%q: Russian has no form %q", key, form)
			}
		}
	}
}
