package wording

import (
	"fmt"
	"time"
)

// CheckPrefix comes before the key of a core.Fact in the key of its translation.
const CheckPrefix = "check."

// Sentence implements core.Language.
func (t *Text) Sentence(key string, n int) string {
	return t.fill(CheckPrefix+key, plural(t.Lang, n), nil)
}

// Value implements core.Language.
func (t *Text) Value(v any) string {
	switch v := v.(type) {
	case int:
		return t.Number(int64(v))
	case int64:
		return t.Size(v)
	case time.Duration:
		return t.Duration(v)
	}
	return fmt.Sprint(v)
}
