package core

import "strings"

// Fact is something that the program found or advises: the key of a sentence and
// the values to fill in, so that it can be translated.
type Fact struct {
	Key string
	// With fills {{.Name}} in with With["Name"]: a string as it is, a Fact or
	// []Fact worded in turn, anything else as the language writes it. An int
	// under "N" chooses the plural form.
	With map[string]any
}

// Language has the sentences of one language.
type Language interface {
	// Sentence is the template of a key, in the plural form for n.
	Sentence(key string, n int) string
	// Value writes a number, a time or a duration.
	Value(v any) string
}

// Words joins the sentences of facts. Spaces between them belong to the
// sentences.
func Words(in Language, facts ...Fact) string {
	var b strings.Builder
	for _, f := range facts {
		n, _ := f.With["N"].(int)
		var pairs []string
		for name, value := range f.With {
			pairs = append(pairs, "{{."+name+"}}", filling(in, value))
		}
		b.WriteString(strings.NewReplacer(pairs...).Replace(in.Sentence(f.Key, n)))
	}
	return b.String()
}

func filling(in Language, value any) string {
	switch v := value.(type) {
	case string:
		return v
	case Fact:
		return Words(in, v)
	case []Fact:
		return Words(in, v...)
	}
	return in.Value(value)
}
