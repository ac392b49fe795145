package content

import (
	"encoding/json"
	"fmt"

	"github.com/artstore/ingester/core"
)

// Carried returns the metadata of o with its tags added, for servers without a field for
// tags. It returns false if that is not possible because the metadata has tags of its
// own, which stay as they are.
func Carried(o core.Options) (json.RawMessage, bool, error) {
	object := map[string]json.RawMessage{}
	if len(o.Metadata) > 0 {
		if err := json.Unmarshal(o.Metadata, &object); err != nil {
			return nil, false, fmt.Errorf("reading the metadata: %w", err)
		}
	}
	if _, own := object[core.FieldTags]; own || len(o.Tags) == 0 {
		return o.Metadata, false, nil
	}
	tags, err := json.Marshal(o.Tags)
	if err != nil {
		return nil, false, fmt.Errorf("writing the tags: %w", err)
	}
	object[core.FieldTags] = tags
	carried, err := json.Marshal(object)
	return carried, true, err
}

// carriedTags returns the tags in the metadata that a server reports for a file, and
// whether it reports the metadata at all. The first generation's registry calls it user
// metadata, and has no other place for tags.
func carriedTags(told map[string]any, asked core.Options) (tags []string, said bool) {
	if _, carried, err := Carried(asked); err != nil || !carried {
		return nil, false
	}
	object, registry := told[fieldUserMetadata].(map[string]any)
	if !registry {
		object, _ = told[core.FieldMetadata].(map[string]any)
	}
	tags, said = list(object[core.FieldTags])
	return tags, said || registry
}
