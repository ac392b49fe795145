package ui

import (
	"fmt"
	"time"
)

// factPrefix and a fact's key are the key of its translation.
const factPrefix = "check."

// Sentence implements core.Language.
func (t *text) Sentence(key string, n int) string {
	return t.fill(factPrefix+key, plural(t.lang, n), nil)
}

// Value implements core.Language.
func (t *text) Value(v any) string {
	switch v := v.(type) {
	case int:
		return t.number(int64(v))
	case int64:
		return t.size(v)
	case time.Duration:
		return t.duration(v)
	}
	return fmt.Sprint(v)
}
