package core

import "encoding/json"

// Finalisation is how far a server is with making a temporary file permanent.
type Finalisation struct {
	Status  string // as the server says: "copying", "copied", "verifying", "completed", "failed", "rolled_back"
	Percent int    // 0…100
}

// FinaliseOptions are what else is said about a file that is made permanent.
// What is empty stays as it was.
type FinaliseOptions struct {
	Description string
	Metadata    json.RawMessage // a JSON object, in place of the one before; nil for none
	Target      string          // the ID of the Storage Element that is to have it, "" for the server's choice
}

// IsZero reports whether nothing is said.
func (o FinaliseOptions) IsZero() bool {
	return o.Description == "" && len(o.Metadata) == 0 && o.Target == ""
}

// Validate returns the first thing a server would refuse, as a KindUsage error.
func (o FinaliseOptions) Validate() error { return validateWords(o.Description, o.Metadata) }
