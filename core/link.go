package core

import "time"

// Link is the connection of the current profile as the window shows it.
type Link struct {
	State      LinkState
	TLSVersion string // "TLS 1.3", "" without TLS
	MutualTLS  bool   // our certificate was asked for and sent, in this TLS session or the one it resumes
	HTTP       string // "HTTP/2", "HTTP/1.1"
	Err        *Error // Failed and Unready only
	// Rate is how many bytes a second the profile's timetable allows now, 0 for any
	// number. RateUntil is when that changes, zero for never.
	Rate      int64
	RateUntil time.Time
	// CertificateExpiry is when our client certificate expires, zero without one.
	CertificateExpiry time.Time
}

// LinkState is one of the states of a Link.
type LinkState string

// The link states.
const (
	LinkUnknown LinkState = "unknown" // nothing tried yet
	LinkUp      LinkState = "up"
	LinkFailed  LinkState = "failed"
	LinkUnready LinkState = "unready" // the server answers, but says that it takes no uploads
)
