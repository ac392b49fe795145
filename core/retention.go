package core

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Retention says where the server keeps a file.
type Retention string

// The retention policies of the upload call.
const (
	RetentionTemporary Retention = "temporary" // an edit element, with a time to live
	RetentionPermanent Retention = "permanent" // a read-write element, no expiry
)

// Limits of the upload call's fields.
const (
	DefaultTTLDays       = 30
	MaxTTLDays           = 365
	MaxDescriptionLength = 1000 // characters
)

// Options is what the user says about a batch of files. It becomes the form fields
// of the upload call.
type Options struct {
	Profile     string          `json:"profile"`
	Retention   Retention       `json:"retention"`
	TTLDays     int             `json:"ttl_days,omitempty"` // 1–365, temporary only
	Description string          `json:"description,omitempty"`
	Tags        []string        `json:"tags,omitempty"`
	Metadata    json.RawMessage `json:"metadata,omitempty"` // a JSON object, or nil
	// Again sends files even if the history already has them from the same
	// path, with the same size and time.
	Again bool `json:"-"`
	// Intake tells of the drop that the files belong to, nil for one without a name.
	// A transfer has a Drop instead.
	Intake *Intake `json:"-"`
}

// Validate returns the first thing a server would refuse, as a KindUsage error.
func (o Options) Validate() error {
	switch o.Retention {
	case RetentionTemporary:
		if o.TTLDays < 1 || o.TTLDays > MaxTTLDays {
			return badOption("days to keep must be between 1 and %d, not %d", MaxTTLDays, o.TTLDays)
		}
	case RetentionPermanent:
	default:
		return badOption("retention must be %q or %q, not %q", RetentionTemporary, RetentionPermanent, o.Retention)
	}
	for _, tag := range o.Tags {
		if strings.ContainsFunc(tag, unicode.IsControl) || Trimmed(tag) == "" {
			return badOption("a tag must be a text of one line, not %q; give each tag by itself", tag)
		}
	}
	return validateWords(o.Description, o.Metadata)
}

// validateWords checks a file's description and metadata.
func validateWords(description string, metadata json.RawMessage) error {
	if n := utf8.RuneCountInString(description); n > MaxDescriptionLength {
		return badOption("the description has %d characters; the server takes at most %d", n, MaxDescriptionLength)
	}
	if len(metadata) > 0 {
		var object map[string]json.RawMessage
		err := json.Unmarshal(metadata, &object)
		if err != nil {
			return badOption(`metadata must be a JSON object such as {"box":"14"}: %v`, err)
		}
		if object == nil {
			return badOption(`metadata must be a JSON object such as {"box":"14"}`)
		}
	}
	return nil
}

func badOption(format string, args ...any) error {
	return &Error{Kind: KindUsage, Code: CodeUsage, Op: "check options", Message: fmt.Sprintf(format, args...)}
}
