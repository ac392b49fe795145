package wording

import (
	"testing"

	cldr "golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// The plural of a number is the one of CLDR in every language.
func TestPlural(t *testing.T) {
	names := map[cldr.Form]string{cldr.Other: "other", cldr.One: "one", cldr.Few: "few", cldr.Many: "many"}
	for _, lang := range Languages() {
		for n := range 1200 {
			want := names[cldr.Cardinal.MatchPlural(language.MustParse(lang), n, 0, 0, 0, 0)]
			if got := plural(lang, n); got != want {
				t.Errorf("%s: %d is %q, want %q", lang, n, got, want)
			}
		}
	}
}
