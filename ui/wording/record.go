package wording

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/artstore/ingester/assets"
)

// readRecords reads the translations of what the program logs, by the English sentence.
// The log itself is English; only the window translates it.
func readRecords(lang string) (map[string]string, error) {
	raw, err := fs.ReadFile(assets.Translations, path.Join("translations", "log", lang+".json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // the language of the log
	}
	if err != nil {
		return nil, fmt.Errorf("reading the log's translation %s: %w", lang, err)
	}
	var records map[string]string
	if err := json.Unmarshal(raw, &records); err != nil {
		return nil, fmt.Errorf("parsing the log's translation %s: %w", lang, err)
	}
	return records, nil
}

// Record returns the sentence of a log record in the window's language. Sentences that
// aren't ours, such as those of a library, stay as they are.
func (t *Text) Record(sentence string) string {
	if own, ok := t.records[sentence]; ok {
		return own
	}
	return sentence
}
