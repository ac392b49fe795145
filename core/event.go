package core

import (
	"context"
	"time"
)

// Snapshot is the whole visible state at one moment.
type Snapshot struct {
	Transfers []Transfer // in queue order
	Paused    bool       // the user paused everything
	Halt      *Error     // why nothing is sent until someone acts; nil while all is well
	Waits     []Wait     // what is left alone for a while, oldest first
}

// Update is what changed since the last one: the newest full value of every
// transfer that changed, never a difference.
type Update struct {
	Changed []Transfer
	Removed []TransferID // no longer in the list (history keeps what was stored)
	Paused  bool
	Halt    *Error
	Waits   []Wait
}

// Wait is why some transfers are left alone for a while, though nobody has to
// act: a server that can't be reached, a share that is away.
type Wait struct {
	Profile string    // of the transfers, "" for those of all profiles
	Path    string    // the folder below which files can't be read, "" where the server is waited for
	Since   time.Time // when it began
	Until   time.Time // when the next attempt is made; past while it is
	Reason  *Error
}

// Feed hands out what changed. It never blocks a worker, never loses a final
// state, and holds at most one value a transfer.
type Feed interface {
	// Next waits until something has changed and returns it. It returns
	// ctx's error when that ends first, and io.EOF once the engine has
	// ended and everything has been handed out.
	Next(ctx context.Context) (Update, error)
	// Close ends the subscription.
	Close()
}

// ScanProgress is how far a scan of dropped folders has come.
type ScanProgress struct {
	Files   int
	Folders int
	Bytes   int64
	Skipped int
}

// SkipReason says why a scan left something out.
type SkipReason string

// The reasons.
const (
	SkipSymlink    SkipReason = "symlink"    // found in a folder, or leading nowhere
	SkipSpecial    SkipReason = "special"    // pipe, socket, device: never opened
	SkipUnreadable SkipReason = "unreadable" // folder or file that can't be read
	SkipMissing    SkipReason = "missing"    // named, and not there
	SkipDuplicate  SkipReason = "duplicate"  // the same path again in this drop
)

// Skipped is one thing a scan left out.
type Skipped struct {
	Path   string
	Reason SkipReason
	Err    error // for SkipUnreadable and SkipMissing
}

// Scan is what was found below the paths that the user named.
type Scan struct {
	Sources []Source
	Skipped []Skipped
	Folders int
	Bytes   int64
	Roots   []Root // what the user named, in order
}

// Root is a path that the user named, and where it leads: paths of sources and
// skipped things begin with one of the two.
type Root struct {
	Named string // as it was named
	Path  string // absolute; of a link, what it leads to
}

// Submission is what became of submitted sources.
type Submission struct {
	Queued []TransferID // new, durable
	// Already were in the queue before: still under way, or failed and
	// queued again by this call.
	Already []Transfer
	// Stored are in the history: same server and account, path, size and time.
	// Options.Again sends them once more. The server may keep them otherwise
	// than this call asks: see Transfer.DiffersFrom.
	Stored []Transfer
	// Permanent were stored as temporary files, and have been made permanent
	// since, as this call asks.
	Permanent []Transfer
	Asked     Options // by this call
}

// HistoryQuery selects stored transfers, newest first.
type HistoryQuery struct {
	Text  string         // words, each in name, path, file ID, SHA-256, size, time, tag or server; "" for all
	Limit int            // rows, 0 for all
	Zone  *time.Location // that times in Text are meant in, nil for the local one
}

// Link is the connection of the current profile as the window shows it.
type Link struct {
	State      LinkState
	TLSVersion string // "TLS 1.3", "" without TLS
	MutualTLS  bool   // our certificate was asked for and sent
	HTTP       string // "HTTP/2", "HTTP/1.1"
	Err        *Error // Failed and Unready only
	// CertificateEnd is when our client certificate ends, zero without one.
	CertificateEnd time.Time
}

// LinkState is one of the states of a Link.
type LinkState string

// The link states.
const (
	LinkUnknown LinkState = "unknown" // nothing tried yet
	LinkUp      LinkState = "up"
	LinkFailed  LinkState = "failed"
	LinkUnready LinkState = "unready" // the server answers, and says that it takes no uploads
)

// StepStatus is the verdict on one step of the connection test.
type StepStatus string

// The verdicts.
const (
	StepOK         StepStatus = "ok"
	StepWarning    StepStatus = "warning"
	StepFailed     StepStatus = "failed"
	StepNotReached StepStatus = "not_reached" // an earlier step failed
)

// Target is the server that a step of the connection test is about.
type Target string

// The targets. A step without one is about both: they have one address.
const (
	TargetAdmin    Target = "admin"    // the token server
	TargetIngester Target = "ingester" // where files go
)

// Step is one line of the connection test.
type Step struct {
	// Name is stable: "address", "proxy", "dns", "tcp", "tls",
	// "client_certificate", "http", "clock", "token", "signature",
	// "permission", "ready", "storage", "authorization", "tus".
	Name   string        `json:"step"`
	Target Target        `json:"target,omitempty"`
	Status StepStatus    `json:"status"`
	Detail string        `json:"detail,omitempty"` // what was found, in English
	Advice string        `json:"advice,omitempty"` // what to do, for warnings and failures
	Took   time.Duration `json:"-"`
	Err    *Error        `json:"-"`
	// Found and Todo are Detail and Advice for those who speak another
	// language. The keys are those of package diagnose.
	Found []Fact `json:"-"`
	Todo  []Fact `json:"-"`
}

// HistoryFormat is a form in which the history can be written.
type HistoryFormat string

// The formats.
const (
	FormatJSON HistoryFormat = "json"       // one object a line
	FormatCSV  HistoryFormat = "csv"        // RFC 4180, with a head
	FormatSums HistoryFormat = "sha256sums" // for sha256sum -c
)
