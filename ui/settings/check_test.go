package settings

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/diagnose"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/view/viewtest"
	"github.com/artstore/ingester/ui/wording"
)

// facts reads the table of package diagnose: key and English sentence.
func facts(t *testing.T) map[string]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.FromSlash("../../core/diagnose/english.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		if pair, ok := n.(*ast.KeyValueExpr); ok {
			key, _ := viewtest.Literal(pair.Key)
			out[key], _ = viewtest.Literal(pair.Value)
		}
		return true
	})
	if len(out) < 100 {
		t.Fatalf("only %d facts found", len(out))
	}
	return out
}

// Every fact of the connection test has a translation in every language that fills in
// the same values, and nothing else has one.
func TestFactsAreTranslated(t *testing.T) {
	known := facts(t)
	filled := regexp.MustCompile(`\{\{\.\w+\}\}`)
	names := func(sentence string) []string {
		found := filled.FindAllString(sentence, -1)
		slices.Sort(found)
		return slices.Compact(found)
	}
	for _, language := range wording.Languages() {
		text := viewtest.Speaking(t, language)
		for key, english := range known {
			forms := text.Forms[wording.CheckPrefix+key]
			if forms == nil {
				t.Errorf("%q is not translated into %s", key, language)
			}
			for form, sentence := range forms {
				if !slices.Equal(names(sentence), names(english)) {
					t.Errorf("%s, %q, %s: %q fills in other things than %q", language, key, form, sentence, english)
				}
			}
		}
		for key := range text.Forms {
			if fact, ok := strings.CutPrefix(key, wording.CheckPrefix); ok && known[fact] == "" {
				t.Errorf("%q is translated into %s and no fact", key, language)
			}
		}
	}
}

// A test of a real server is all in Russian.
func TestConnectionTestSpeaksRussian(t *testing.T) {
	dir := t.TempDir()
	p := core.NewProfile("Test")
	p.AdminURL, p.IngesterURL, p.Auth.ClientID = "https://admin.invalid:8000", "http://127.0.0.1:1", "sa_test"
	p.TLS.CACertFile = coretest.NewCA(t, "Test CA").WritePEM(t, dir)
	var steps []core.Step
	err := diagnose.Run(t.Context(), diagnose.Config{
		Profile: p, Secret: func(context.Context) (core.Secret, error) { return core.NewSecret("s"), nil },
	}, func(s core.Step) { steps = append(steps, s) })
	if err == nil || len(steps) < 10 {
		t.Fatalf("%v after %d steps", err, len(steps))
	}
	russian := &checkPanel{host: &view.Host{Text: viewtest.Speaking(t, "ru")}}
	english := &checkPanel{host: &view.Host{Text: viewtest.Speaking(t, "en")}}
	for _, step := range steps {
		found := checkWords(russian.host.Text, step.Found, step.Detail)
		if step.Found == nil && step.Detail != "" {
			t.Errorf("%s: %q is no fact", step.Name, step.Detail)
		}
		if advice := russian.advice(step); step.Status == core.StepFailed && !regexp.MustCompile(`^[А-Я][а-я]`).MatchString(advice) || regexp.MustCompile(`(?i)\b(the|is|check|of)\b`).MatchString(found+advice) {
			t.Errorf("%s: %q, %q", step.Name, found, advice)
		}
		if advice := english.advice(step); step.Advice != "" && !strings.HasSuffix(advice, step.Advice) {
			t.Errorf("%s: %q in the window, %q on the command line", step.Name, advice, step.Advice)
		}
	}
}

// Facts have numbers, sizes and durations as the language writes them. An unknown fact
// is said in the words of the command line.
func TestCheckWords(t *testing.T) {
	say := func(key string, fill map[string]any) []core.Fact { return []core.Fact{{Key: key, With: fill}} }
	for _, tt := range []struct {
		language string
		facts    []core.Fact
		want     string
	}{
		{"ru", say("expiry.month", map[string]any{"What": core.Fact{Key: "what.client"}, "N": 21}), "Сертификат клиента истекает через 21 день."},
		{"ru", say("clock.ahead", map[string]any{"Skew": 2 * time.Minute}), "спешат относительно сервера на 2"},
		{"en", say("ready.size", map[string]any{"Size": int64(1 << 30)}), "files up to 1"},
		{"en", say("hostname", map[string]any{"Names": "a.example", "Field": "ingester_url", "Host": "b.example"}), "(a.example) in “Upload server”, or"},
		{"ru", say("address.missing", map[string]any{"Field": "token_url"}), "Адрес токенов: адрес не задан."},
		{"ru", say("quoted", map[string]any{"Text": "CN=a"}), "«CN=a»"},
		{"en", say("quoted", map[string]any{"Text": "CN=a"}), "“CN=a”"},
		{"ru", say("from.the.future", nil), "what the command line says"},
		{"ru", nil, "what the command line says"},
	} {
		if got := checkWords(viewtest.Speaking(t, tt.language), tt.facts, "what the command line says"); !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.language, got, tt.want)
		}
	}
	e := &core.Error{Code: core.CodeProxy, Fact: &core.Fact{Key: "proxy.login_refused"}}
	if got := problemText(viewtest.Speaking(t, "ru"), e); got != "Прокси не принимает имя и пароль из HTTPS_PROXY." {
		t.Error(got)
	}
	e.Fact = nil
	if got := problemText(viewtest.Speaking(t, "en"), e); got != "The proxy refused the connection." {
		t.Error(got)
	}
	if got := viewtest.Speaking(t, "en").Value(fmt.Stringer(time.UTC)); got != "UTC" {
		t.Error(got)
	}
}

// TestTheWindowNamesItsOwnFields, not the keys of the profile file or variables of the
// environment, which belong to the command line.
func TestTheWindowNamesItsOwnFields(t *testing.T) {
	foreign := regexp.MustCompile(`\b(tls|auth|upload|metrics)\.[a-z]|[a-z]_[a-z]|INGESTER_`)
	for _, language := range wording.Languages() {
		for key, forms := range viewtest.Speaking(t, language).Forms {
			for _, words := range forms {
				if found := foreign.FindString(words); found != "" {
					t.Errorf("%s, %q: %q in %q", language, key, found, words)
				}
			}
		}
	}
}
