package diagnose

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/artstore/ingester/core"
)

const (
	maxText  = 200 // characters of a text from elsewhere
	maxItems = 5   // items of a list
)

// with holds the values to fill in a fact.
type with = map[string]any

// facts is what a step says, as successive sentences.
type facts = []core.Fact

// fact returns one sentence of the table english.
func fact(key string, fill with) core.Fact { return core.Fact{Key: key, With: fill} }

// say returns a single sentence.
func say(key string, fill with) facts { return facts{fact(key, fill)} }

// plain returns a text that is the same in every language.
func plain(text string) core.Fact { return fact("text", with{"Text": text}) }

// speech is the language of Detail, Advice and Message.
type speech struct{}

// Sentence implements core.Language.
func (speech) Sentence(key string, _ int) string { return english[key] }

// Value implements core.Language.
func (speech) Value(v any) string {
	if d, ok := v.(time.Duration); ok {
		return d.String()
	}
	return fmt.Sprint(v)
}

func inEnglish(f ...core.Fact) string { return core.Words(speech{}, f...) }

// problem returns an error whose message is a fact.
func problem(kind core.Kind, code core.Code, f core.Fact) *core.Error {
	return &core.Error{Kind: kind, Code: code, Op: op, Message: inEnglish(f), Fact: &f}
}

// clean makes a text that a server chose fit to be shown.
func clean(text string) string { return core.OneLine(text, maxText, "…") }

// list joins the first few items, without repetitions.
func list(items []string) core.Fact {
	var shown []string
	more := 0
	for _, item := range items {
		item = clean(item)
		switch {
		case slices.Contains(shown, item):
		case len(shown) < maxItems:
			shown = append(shown, item)
		default:
			more++
		}
	}
	text := strings.Join(shown, ", ")
	if more > 0 {
		return fact("list.more", with{"Text": text, "N": more})
	}
	return plain(text)
}

// day and moment write a time as every language does here.
func day(t time.Time) string    { return t.UTC().Format(time.DateOnly) }
func moment(t time.Time) string { return t.UTC().Format(time.DateTime) }
