package wording

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// sentencePlace is which argument of a slog.Logger's method is the sentence.
func sentencePlace(method string) (int, bool) {
	switch method {
	case "Debug", "Info", "Warn", "Error":
		return 0, true
	case "DebugContext", "InfoContext", "WarnContext", "ErrorContext":
		return 1, true
	case "Log", "LogAttrs":
		return 2, true
	}
	return 0, false
}

// logged returns the sentences that a file logs, and the places of those that are no
// constants.
func logged(t *testing.T, path string) (sentences, others []string) {
	t.Helper()
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		method, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		place, ok := sentencePlace(method.Sel.Name)
		if !ok || !isLogger(method.X) || len(call.Args) <= place {
			return true
		}
		literal, ok := call.Args[place].(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			others = append(others, files.Position(call.Pos()).String())
			return true
		}
		sentence, err := strconv.Unquote(literal.Value)
		if err != nil {
			t.Fatal(err)
		}
		sentences = append(sentences, sentence)
		return true
	})
	return sentences, others
}

// isLogger reports whether an expression is a logger: all of ours have that name.
func isLogger(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.Ident:
		return strings.EqualFold(x.Name, "log") || x.Name == "slog"
	case *ast.SelectorExpr:
		return strings.EqualFold(x.Sel.Name, "log")
	case *ast.CallExpr: // log.With(…)
		if s, ok := x.Fun.(*ast.SelectorExpr); ok {
			return isLogger(s.X)
		}
	}
	return false
}

// TestEveryRecordIsTranslated: each sentence that the program can log has a translation,
// and there is none for a sentence that it can't log.
func TestEveryRecordIsTranslated(t *testing.T) {
	all := map[string]bool{}
	for _, room := range []string{"app", "core", "ui"} {
		err := filepath.WalkDir(filepath.Join("..", "..", room), func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() && (d.Name() == "viewtest" || d.Name() == "controllertest" || d.Name() == "coretest" || d.Name() == "testdata") {
				return filepath.SkipDir
			}
			if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return nil
			}
			sentences, others := logged(t, path)
			for _, s := range sentences {
				all[s] = true
			}
			for _, at := range others {
				t.Errorf("%s: the sentence is no constant, so that it can't be translated", at)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(all) < 50 {
		t.Fatalf("only %d sentences were found", len(all))
	}
	for _, lang := range Languages()[1:] {
		text, err := NewText(lang)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range slices.Sorted(maps.Keys(all)) {
			if text.Record(s) == s {
				t.Errorf("%s: not translated: %q", lang, s)
			}
		}
		for s := range text.records {
			if !all[s] {
				t.Errorf("%s: nothing logs %q", lang, s)
			}
		}
	}
}

// TestRecord: the window's language decides, and foreign sentences stay as they are.
func TestRecord(t *testing.T) {
	const ours = "the queue is loaded"
	for lang, want := range map[string]string{"en": ours, "ru": "очередь загружена"} {
		text, err := NewText(lang)
		if err != nil {
			t.Fatal(err)
		}
		if got := text.Record(ours); got != want {
			t.Errorf("%s: %q", lang, got)
		}
		if got := text.Record("http: TLS handshake error"); got != "http: TLS handshake error" {
			t.Errorf("%s: a foreign sentence became %q", lang, got)
		}
	}
}
