package ui

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/artstore/ingester/assets"
)

// text speaks one language: translations by key, sizes, rates and durations.
// It is immutable and safe for any goroutine.
//
// Translations are JSON files in the form that Fyne's lang package reads, with
// {{.Name}} for what is filled in. Fyne's own package keeps one language for
// the whole process and takes it from the system alone; here it can be chosen.
type text struct {
	lang  string // "en", "ru"
	forms map[string]map[string]string
}

// languages are those with a translation, the fallback first.
func languages() []string { return []string{"en", "ru"} }

// newText loads a language: "en", "ru", or a locale such as "ru-RU" or
// "ru_RU.UTF-8". An unknown one gives English.
func newText(locale string) (*text, error) {
	lang := languages()[0]
	for _, known := range languages() {
		if base, _, _ := strings.Cut(strings.ReplaceAll(strings.ToLower(locale), "-", "_"), "_"); base == known {
			lang = known
		}
	}
	raw, err := fs.ReadFile(assets.Translations, path.Join("translations", lang+".json"))
	if err != nil {
		return nil, fmt.Errorf("reading translation %s: %w", lang, err)
	}
	var entries map[string]json.RawMessage
	if err := json.Unmarshal(raw, &entries); err != nil {
		return nil, fmt.Errorf("parsing translation %s: %w", lang, err)
	}
	t := &text{lang: lang, forms: make(map[string]map[string]string, len(entries))}
	for key, entry := range entries {
		forms := map[string]string{}
		var single string
		if json.Unmarshal(entry, &single) == nil {
			forms["other"] = single
		} else if err := json.Unmarshal(entry, &forms); err != nil {
			return nil, fmt.Errorf("parsing translation %s, key %q: %w", lang, key, err)
		}
		t.forms[key] = forms
	}
	return t, nil
}

// args are what a translation fills in: {{.Name}} becomes args["Name"].
type args map[string]any

// s translates key. A key without a translation gives itself, so that it is
// seen and nothing breaks.
func (t *text) s(key string, fill ...args) string {
	return t.fill(key, "other", fill)
}

// n translates key in the plural form for count, which fills in {{.N}}.
func (t *text) n(key string, count int, fill ...args) string {
	return t.fill(key, plural(t.lang, count), append(fill, args{"N": t.number(int64(count))}))
}

// has reports whether key is translated.
func (t *text) has(key string) bool { return t.forms[key] != nil }

func (t *text) fill(key, form string, fill []args) string {
	forms := t.forms[key]
	out, ok := forms[form]
	if !ok {
		if out, ok = forms["other"]; !ok {
			return key
		}
	}
	for _, a := range fill {
		for name, value := range a {
			out = strings.ReplaceAll(out, "{{."+name+"}}", fmt.Sprint(value))
		}
	}
	return out
}

// plural is the CLDR category of a whole number.
func plural(lang string, n int) string {
	if n < 0 {
		n = -n
	}
	if lang != "ru" {
		if n == 1 {
			return "one"
		}
		return "other"
	}
	switch tens, ones := n%100, n%10; {
	case ones == 1 && tens != 11:
		return "one"
	case ones >= 2 && ones <= 4 && (tens < 12 || tens > 14):
		return "few"
	}
	return "many"
}

// many says that an action is on n things.
func (t *text) many(words string, n int) string {
	if n < 2 {
		return words
	}
	return t.s("action.many", args{"Action": words, "N": t.number(int64(n))})
}
