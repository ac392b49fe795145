package upload

import (
	"encoding/json"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
)

// learnTags learns by an answer whether the server has a field for tags: one of
// the second generation tells those that it keeps. The first, known by what only
// it answers, has none and drops them, so that they travel in the metadata.
// Tags that could not are none of the file's, which the receipt says.
func (c *Client) learnTags(data []byte, r *core.Receipt, asked core.Options) {
	if len(asked.Tags) == 0 {
		return
	}
	var told struct {
		Tags       json.RawMessage `json:"tags"`
		ElementURL *string         `json:"storage_element_url"`
		StoredName *string         `json:"storage_filename"`
	}
	if json.Unmarshal(data, &told) != nil {
		return
	}
	if first := told.ElementURL != nil || told.StoredName != nil; !first {
		c.keepsTags.Store(len(told.Tags) > 0)
		return
	}
	if _, carried, err := content.Carried(asked); err != nil || carried || len(told.Tags) > 0 {
		return
	}
	lost := asked
	lost.Tags = nil
	for _, d := range asked.Differences(lost) {
		if d.Field == core.FieldTags {
			r.Differs = append(r.Differs, d)
		}
	}
}
