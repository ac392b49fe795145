package viewtest

import (
	"encoding/json"
	"go/ast"
	"go/token"
	"strconv"
	"testing"

	"github.com/artstore/ingester/assets"
)

// Literal is the string of a literal expression. It reports false for any other
// one.
func Literal(n ast.Node) (string, bool) {
	l, ok := n.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(l.Value)
	return s, err == nil
}

// Translation is the file of a language.
func Translation(t *testing.T, language string) map[string]json.RawMessage {
	t.Helper()
	raw, err := assets.Translations.ReadFile("translations/" + language + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]json.RawMessage
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out
}
