package view

import (
	"context"
	"io"

	"github.com/artstore/ingester/core"
)

// Controller is everything the window can ask of the program. Every method
// may block (disk, keychain, network) and must be called off the UI goroutine.
type Controller interface {
	Picker

	// Scan walks dropped paths; progress is called now and then.
	Scan(ctx context.Context, paths []string, progress func(core.ScanProgress)) (core.Scan, error)
	Submit(ctx context.Context, sources []core.Source, o core.Options) (core.Submission, error)
	Pause(ctx context.Context, ids ...core.TransferID) error
	Resume(ctx context.Context, ids ...core.TransferID) error
	Retry(ctx context.Context, ids ...core.TransferID) error
	Cancel(ctx context.Context, ids ...core.TransferID) error
	Remove(ctx context.Context, ids ...core.TransferID) error
	PauseAll(ctx context.Context) error
	ResumeAll(ctx context.Context) error // also lifts a halt
	// First and Last move transfers to the head and to the end of the queue.
	First(ctx context.Context, ids ...core.TransferID) error
	Last(ctx context.Context, ids ...core.TransferID) error
	// Finalise makes a stored temporary file permanent, and returns once it
	// is. step is told how far the server is, from any goroutine.
	Finalise(ctx context.Context, t core.Transfer, o core.FinaliseOptions, step func(core.Finalisation)) error
	Subscribe() (core.Snapshot, core.Feed)

	// History returns stored transfers, newest first.
	History(ctx context.Context, q core.HistoryQuery) ([]core.Transfer, error)
	// ExportHistory writes the stored transfers that q selects.
	ExportHistory(ctx context.Context, w io.Writer, f core.HistoryFormat, q core.HistoryQuery) error
	// Attempts are those of one transfer, oldest first.
	Attempts(ctx context.Context, id core.TransferID) ([]core.Attempt, error)

	// Recoveries say what became of a queue that was damaged, until each is
	// acknowledged by its path.
	Recoveries(ctx context.Context) ([]core.Recovery, error)
	Acknowledge(ctx context.Context, path string) error

	Profiles(ctx context.Context) ([]string, error)
	Profile(ctx context.Context, name string) (core.Profile, error)
	// Current is the profile that new uploads go to.
	Current() string
	Use(ctx context.Context, name string) error
	// Bound counts the files that are queued, or failed, for where the profile
	// saved as name leads, if p leads to another server or account. They go
	// there only if SaveProfile is told so.
	Bound(ctx context.Context, name string, p core.Profile) (int, error)
	// SaveProfile checks the profile and its files, keeps the secrets that
	// are set, and puts both to use; where it fails all is as it was. The name
	// of another profile is refused: fs.ErrExist. previous is its old name, ""
	// for a new profile. sessionOnly keeps secrets in memory only. With a
	// *NotReadyError the profile is saved and in use all the same.
	SaveProfile(ctx context.Context, previous string, p core.Profile, s ProfileSecrets, sessionOnly bool, q Queued) error
	// HasSecret reports whether the profile's client secret is kept.
	HasSecret(ctx context.Context, profile string) (bool, error)
	// Certificate reads the client certificate that the settings name, if they
	// name one. An error is why SaveProfile would refuse them; there may be
	// facts all the same. Where a passphrase is needed and none is given, the
	// one that is kept with the profile saved as saved counts.
	Certificate(ctx context.Context, saved string, t core.TLSSettings, passphrase core.Secret) (core.CertificateFacts, error)
	// Check runs the connection test on a profile as it stands in the form,
	// saved or not; step is called as each step starts to have a verdict.
	Check(ctx context.Context, p core.Profile, s ProfileSecrets, step func(core.Step)) error
	// StartSandbox starts the embedded server, saves its profile and uses it.
	StartSandbox(ctx context.Context) error
	// ImportProfile copies a profile file into the program's own folder.
	ImportProfile(ctx context.Context, path string) (core.Profile, error)
	// ExportProfile writes a saved profile to a file, without secrets.
	ExportProfile(ctx context.Context, name, path string) error
	// RemoveProfile deletes a saved profile and the secrets that are kept
	// with it. Afterwards there is no current profile if it was that, even
	// where the keychain fails: then the profile is still there, to be removed
	// again.
	RemoveProfile(ctx context.Context, name string) error

	// Link is the current profile's connection.
	Link() core.Link
	Measurements(ctx context.Context) (core.Measurements, error)
	// ServeMetrics starts the /metrics listener and returns its URL.
	ServeMetrics(ctx context.Context, addr string) (string, error)
	StopMetrics(ctx context.Context) error
	// MetricsURL is the listener's URL, "" while it is off.
	MetricsURL() string

	// Tray reports whether the desktop shows tray icons now.
	Tray(ctx context.Context) bool
	// Autostart reports whether the desktop starts the program at sign-in.
	Autostart(ctx context.Context) (bool, error)
	SetAutostart(ctx context.Context, on bool) error
	// About does not block.
	About() About
}

// NotReadyError is what is amiss with a profile that is saved and in use, such as a
// port for its metrics that another program has.
type NotReadyError struct{ Err error }

func (e *NotReadyError) Error() string { return "saved, but " + e.Err.Error() }

// Unwrap returns what is amiss.
func (e *NotReadyError) Unwrap() error { return e.Err }

// About is what the program says of itself. The rest are the paths of what it
// keeps.
type About struct {
	Version, Commit, Go           string
	Profiles, Queue, Log, Sandbox string
}

// ProfileSecrets are what the settings form may hold besides the profile. A
// zero secret leaves the kept one as it is.
type ProfileSecrets struct {
	Client     core.Secret // client secret
	Passphrase core.Secret // of the private key or PKCS#12 file
}

// Queued is what becomes of the files that are queued for where a profile led
// when it is saved to lead elsewhere. What the old server may have, in whole or
// in part, stays with it.
type Queued int

// The answers.
const (
	QueuedWaits Queued = iota // until the profile leads there again
	QueuedMoves               // to where the profile leads now
	QueuedEnds                // is cancelled
)

// CertificateWarnDays is how many days before a certificate expires the card and
// the metrics panel begin to warn.
const CertificateWarnDays = 30

// DefaultMetricsAddress is where /metrics is offered unless the user says
// otherwise: this machine only.
const DefaultMetricsAddress = "127.0.0.1:9464"

// FileQuestion is what a file dialog asks for.
type FileQuestion struct {
	Title      string
	Accept     string   // words on the button
	Folders    bool     // folders, not files
	Save       bool     // a place to write to, not something that exists
	Many       bool     // any number of them
	Near       string   // folder to begin in, "" for the desktop's choice
	Name       string   // proposed, for Save
	Extensions []string // offered first, with their dots; none for all files
	All        string   // words for "all files"
	Window     uintptr  // X11 window or Windows HWND that the dialog belongs to, 0 where unknown
}

// Picker opens the desktop's own file dialogs.
type Picker interface {
	// Pick returns the absolute paths that were chosen. CodeCancelled: nothing
	// was chosen, or ctx has ended. Any other error, such as one that is
	// errors.ErrUnsupported: the desktop can't show the dialog.
	Pick(ctx context.Context, q FileQuestion) ([]string, error)
}
