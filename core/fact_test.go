package core_test

import (
	"fmt"
	"testing"

	"github.com/artstore/ingester/core"
)

// shouting is a language.
type shouting map[string]string

func (s shouting) Sentence(key string, n int) string {
	if n == 1 {
		key += ".one"
	}
	return s[key]
}

func (shouting) Value(v any) string { return fmt.Sprintf("<%v>", v) }

func TestWords(t *testing.T) {
	in := shouting{
		"days": "{{.N}} DAYS", "days.one": "{{.N}} DAY", "of": "{{.What}} OF {{.Name}}!", "name": "“{{.Text}}”", "and": " AND ",
	}
	name := func(text string) core.Fact { return core.Fact{Key: "name", With: map[string]any{"Text": text}} }
	for _, tt := range []struct {
		facts []core.Fact
		want  string
	}{
		{nil, ""},
		{[]core.Fact{{Key: "days", With: map[string]any{"N": 2}}}, "<2> DAYS"},
		{[]core.Fact{{Key: "days", With: map[string]any{"N": 1}}}, "<1> DAY"},
		{[]core.Fact{name("a"), {Key: "and"}, name("b")}, "“a” AND “b”"},
		{[]core.Fact{{Key: "of", With: map[string]any{"What": core.Fact{Key: "and"}, "Name": []core.Fact{name("x"), name("y")}}}}, " AND  OF “x”“y”!"},
		// A text from a server is not used as a template.
		{[]core.Fact{{Key: "of", With: map[string]any{"What": "{{.Name}}", "Name": "b"}}}, "{{.Name}} OF b!"},
	} {
		if got := core.Words(in, tt.facts...); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}
