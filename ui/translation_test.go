package ui

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/artstore/ingester/ui/view/viewtest"
	"github.com/artstore/ingester/ui/wording"
)

// literals are the strings in the sources of the window, and those of them that
// must be keys of translations.
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

// composed reports whether a key may be put together from a literal that ends with
// a dot.
func composed(all map[string]bool, key string) bool {
	for i, r := range key {
		if r == '.' && all[key[:i+1]] {
			return true
		}
	}
	return false
}
