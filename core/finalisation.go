package core

import "encoding/json"

// Finalisation is how far a server is with making a temporary file permanent.
type Finalisation struct {
	Status  string // as the server says: "copying", "copied", "verifying", "completed", "failed", "rolled_back"
	Percent int    // 0…100
}

// FinaliseOptions is the new description of a file that is made permanent. Empty
// fields stay as they were.
type FinaliseOptions struct {
	Description string
	Metadata    json.RawMessage // a JSON object that replaces the one before; nil for none
	Target      string          // the ID of the Storage Element to keep it, "" for the server's choice
}

// IsZero reports whether all fields are empty.
func (o FinaliseOptions) IsZero() bool {
	return o.Description == "" && len(o.Metadata) == 0 && o.Target == ""
}

// Validate returns the first thing a server would refuse, as a KindUsage error.
func (o FinaliseOptions) Validate() error { return validateWords(o.Description, o.Metadata) }
