package wording

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"github.com/artstore/ingester/core"
)

// codes reads every Code constant from the source of package core, so that a
// new one without a message fails here.
func codes(t *testing.T) []core.Code {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../../core/error.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []core.Code
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if of, ok := spec.Type.(*ast.Ident); !ok || of.Name != "Code" {
			return true
		}
		for _, v := range spec.Values {
			value, err := strconv.Unquote(v.(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, core.Code(value))
		}
		return true
	})
	if len(out) < 50 {
		t.Fatalf("only %d codes found", len(out))
	}
	return out
}

func TestEveryCodeHasASentenceAndAnAdviceInBothLanguages(t *testing.T) {
	for _, language := range Languages() {
		text := speaking(t, language)
		for _, code := range codes(t) {
			m, ok := messages[code]
			if !ok {
				t.Errorf("%s has no message", code)
				continue
			}
			if !text.Has(m.sentence) || !text.Has(m.advice) {
				t.Errorf("%s is not translated into %s", code, language)
			}
			sentence, advice := text.Explain(&core.Error{Code: code})
			if strings.HasSuffix(sentence, ".") || !strings.HasSuffix(advice, ".") {
				t.Errorf("%s in %s: %q must have no full stop and %q must have one", code, language, sentence, advice)
			}
		}
	}
}

func TestExplain(t *testing.T) {
	en := english(t)
	for _, c := range []struct {
		name     string
		err      *core.Error
		sentence string
	}{
		{"nothing", nil, ""},
		{"a status", &core.Error{Code: core.CodeServerBusy, Status: 503}, "the server is busy (503)"},
		{"a proxy", &core.Error{Code: core.CodeProxy}, "the proxy refused the connection"},
		{"a proxy that wants a password", &core.Error{Code: core.CodeProxy, Status: 407}, "the proxy asks for a user name and password"},
		{"no status", &core.Error{Code: core.CodeTimeout}, "the server did not answer in time"},
		{"an unknown code", &core.Error{Code: "from the future"}, "something unexpected happened"},
		{"the server's words stay out", &core.Error{Code: core.CodeRejected, ServerText: "<b>no</b>"}, "the server refused the file"},
	} {
		if got, _ := en.Explain(c.err); got != c.sentence {
			t.Errorf("%s: %q, want %q", c.name, got, c.sentence)
		}
	}
}

func TestCapital(t *testing.T) {
	for in, want := range map[string]string{"": "", "a": "A", "сервер занят": "Сервер занят", "1 file": "1 file"} {
		if got := Capital(in); got != want {
			t.Errorf("capital(%q) = %q", in, got)
		}
	}
}
