package wording

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"github.com/artstore/ingester/assets"
)

// Text says things in one language. It never changes, so any goroutine may use it.
//
// Translations are JSON files in the form that Fyne's lang package reads, with
// {{.Name}} for what is filled in. Fyne's own package keeps one language for
// the whole process and takes it from the system alone; here it can be chosen.
type Text struct {
	Lang  string                       // "en", "ru"
	Forms map[string]map[string]string // translations by key and plural form

	records map[string]string // see Record
}

// Languages are those with a translation, the fallback first.
func Languages() []string { return []string{"en", "ru"} }

// NewText loads a language: "en", "ru", or a locale such as "ru-RU" or
// "ru_RU.UTF-8". An unknown one gives English.
func NewText(locale string) (*Text, error) {
	lang := Languages()[0]
	for _, known := range Languages() {
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
	records, err := readRecords(lang)
	if err != nil {
		return nil, err
	}
	t := &Text{Lang: lang, Forms: make(map[string]map[string]string, len(entries)), records: records}
	for key, entry := range entries {
		forms := map[string]string{}
		var single string
		if json.Unmarshal(entry, &single) == nil {
			forms["other"] = single
		} else if err := json.Unmarshal(entry, &forms); err != nil {
			return nil, fmt.Errorf("parsing translation %s, key %q: %w", lang, key, err)
		}
		t.Forms[key] = forms
	}
	return t, nil
}

// Args are what a translation fills in: {{.Name}} becomes args["Name"].
type Args map[string]any

// S translates key. A key without a translation stands for itself, where it will
// be noticed.
func (t *Text) S(key string, fill ...Args) string {
	return t.fill(key, "other", fill)
}

// N translates key in the plural form of count, and fills count in as {{.N}}.
func (t *Text) N(key string, count int, fill ...Args) string {
	return t.fill(key, plural(t.Lang, count), append(fill, Args{"N": t.Number(int64(count))}))
}

// Has reports whether key is translated.
func (t *Text) Has(key string) bool { return t.Forms[key] != nil }

func (t *Text) fill(key, form string, fill []Args) string {
	forms := t.Forms[key]
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

// Many adds to the name of an action on how many things it is, if more than one.
func (t *Text) Many(words string, n int) string {
	if n < 2 {
		return words
	}
	return t.S("action.many", Args{"Action": words, "N": t.Number(int64(n))})
}

// Number writes a whole number in groups of three digits.
func (t *Text) Number(n int64) string {
	separator := ","
	if t.Lang == "ru" {
		separator = NBSP
	}
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	// Russian writes four digits without a separator.
	if len(digits) < 4 || (t.Lang == "ru" && len(digits) == 4) {
		return sign + digits
	}
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(separator)
		}
		b.WriteRune(d)
	}
	return sign + b.String()
}

// NBSP keeps a number and its unit on one line.
const NBSP = "\u00a0"
