package content

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"path"
	"strconv"

	"github.com/artstore/ingester/core"
)

// Field is one field of a file's description.
type Field struct{ Name, Value string }

// Fields returns the fields that both generations have, and for each generation the one
// that only it has. carry puts the tags into the metadata too, for servers that drop the
// field for tags.
func Fields(o core.Options, carry bool) ([]Field, error) {
	var fields []Field
	if o.Description != "" {
		fields = append(fields, Field{"description", o.Description})
	}
	fields = append(fields, Field{"retention_policy", string(o.Retention)})
	if o.Retention == core.RetentionTemporary && o.TTLDays > 0 {
		fields = append(fields, Field{"ttl_days", strconv.Itoa(o.TTLDays)})
	}
	if len(o.Tags) > 0 {
		tags, err := json.Marshal(o.Tags)
		if err != nil {
			return nil, fmt.Errorf("writing the tags: %w", err)
		}
		fields = append(fields, Field{"tags", string(tags)})
	}
	if carry {
		carried, _, err := Carried(o)
		if err != nil {
			return nil, err
		}
		o.Metadata = carried
	}
	if len(o.Metadata) > 0 {
		var compact bytes.Buffer
		if err := json.Compact(&compact, o.Metadata); err != nil {
			return nil, fmt.Errorf("writing the metadata: %w", err)
		}
		fields = append(fields, Field{"metadata", compact.String()})
	}
	return fields, nil
}

// MediaType guesses a file's media type from its extension.
func MediaType(name string) string {
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}
