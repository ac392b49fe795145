package wording

import (
	"regexp"
	"strings"
	"testing"
)

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
	en, ru := speaking(t, "en"), speaking(t, "ru")
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

// TestOneThingHasOneName in Russian: what the navigation calls it.
func TestOneThingHasOneName(t *testing.T) {
	for key, forms := range speaking(t, "ru").Forms {
		for _, words := range forms {
			if strings.Contains(strings.ToLower(words), "метрик") { // Показатели
				t.Errorf("%q says %q", key, words)
			}
		}
	}
}
