package upload

import (
	"encoding/json"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
)

// learnTags learns from an answer whether the server has a field for tags. A server
// of the second generation lists the tags that it keeps. One of the first,
// recognised by fields that only it has, drops tags, so they are sent in the
// metadata. If the tags of this file were lost, the receipt says so.
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
