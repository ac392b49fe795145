package view

import (
	"context"
	"time"

	"github.com/artstore/ingester/core"
)

// Controller is everything the window can ask of the program. Every method
// may block (disk, keychain, network) and must be called off the UI goroutine.
type Controller interface {
	Picker

	// Scan finds the files below dropped paths; progress is called now and then.
	Scan(ctx context.Context, paths []string, progress func(core.ScanProgress)) (core.Scan, error)
	Submit(ctx context.Context, sources []core.Source, o core.Options) (core.Submission, error)
	Pause(ctx context.Context, ids ...core.TransferID) error
	// PauseAfter lets attempts end that are under way, and pauses the other transfers.
	PauseAfter(ctx context.Context, ids ...core.TransferID) error
	Resume(ctx context.Context, ids ...core.TransferID) error
	Retry(ctx context.Context, ids ...core.TransferID) error
	// Ask asks the server again about transfers of unknown outcome; nothing is sent.
	Ask(ctx context.Context, ids ...core.TransferID) error
	// Take records transfers of unknown outcome as taken as arrived by the user.
	Take(ctx context.Context, ids ...core.TransferID) error
	Cancel(ctx context.Context, ids ...core.TransferID) error
	Remove(ctx context.Context, ids ...core.TransferID) error
	// Undo brings back what Cancel and Remove took less than UndoTime ago.
	Undo(ctx context.Context, ids ...core.TransferID) error
	PauseAll(ctx context.Context) error
	PauseAllAfter(ctx context.Context) error // lets attempts end that are under way
	ResumeAll(ctx context.Context) error     // also lifts a halt
	// Lift ends every halt and tries at once what waits. What is paused stays so.
	Lift(ctx context.Context) error
	// First and Last move transfers to the head and to the end of the queue.
	First(ctx context.Context, ids ...core.TransferID) error
	Last(ctx context.Context, ids ...core.TransferID) error
	// Finalise makes a stored temporary file permanent, and returns when it is.
	// step is called from any goroutine, with how far the server is.
	Finalise(ctx context.Context, t core.Transfer, o core.FinaliseOptions, step func(core.Finalisation)) error
	Subscribe() (core.Snapshot, core.Feed)

	// History returns what was stored or taken as arrived, newest first.
	History(ctx context.Context, q core.HistoryQuery) ([]core.Transfer, error)
	// ExportHistory writes the stored transfers that q selects into a file, whole
	// or not at all: where it fails, the file that was there stays.
	ExportHistory(ctx context.Context, path string, f core.HistoryFormat, q core.HistoryQuery) error
	// Receipt is what became of a drop, CodeUsage if nothing is known of it.
	Receipt(ctx context.Context, id core.DropID) (core.DropReport, error)
	// ExportReceipt writes what became of a drop into a file, whole or not at all. The
	// words of a page are in a language of wording.Languages.
	ExportReceipt(ctx context.Context, path string, f core.HistoryFormat, id core.DropID, language string) error
	// Attempts are the attempts of a transfer, oldest first.
	Attempts(ctx context.Context, id core.TransferID) ([]core.Attempt, error)

	// Recoveries say what was saved of a damaged queue, until each is acknowledged
	// by its path.
	Recoveries(ctx context.Context) ([]core.Recovery, error)
	Acknowledge(ctx context.Context, path string) error

	Profiles(ctx context.Context) ([]string, error)
	Profile(ctx context.Context, name string) (core.Profile, error)
	// Current is the profile that new uploads go to.
	Current() string
	Use(ctx context.Context, name string) error
	// Bound counts the queued and failed files of the profile saved as name, if p
	// leads to another server or account than it does. They go there only if
	// SaveProfile is told so.
	Bound(ctx context.Context, name string, p core.Profile) (int, error)
	// SaveProfile checks the profile and its files, saves it and the secrets that
	// are set, and uses them from now on. If it fails, nothing has changed, unless
	// the error is a *NotReadyError: then all is saved and in use. The name of
	// another profile is refused with fs.ErrExist. previous is the old name, "" for
	// a new profile. sessionOnly keeps the secrets in memory only.
	SaveProfile(ctx context.Context, previous string, p core.Profile, s ProfileSecrets, sessionOnly bool, q Queued) error
	// HasSecret reports whether the profile's client secret is saved.
	HasSecret(ctx context.Context, profile string) (bool, error)
	// Certificate reads the client certificate of the settings, if they have one.
	// Its error is why SaveProfile would refuse them; it may come with facts. A
	// passphrase that is needed and not given is that of the profile named saved.
	Certificate(ctx context.Context, saved string, t core.TLSSettings, passphrase core.Secret) (core.CertificateFacts, error)
	// Check runs the connection test on a profile, saved or not; step is called with
	// each step that is done.
	Check(ctx context.Context, p core.Profile, s ProfileSecrets, step func(core.Step)) error
	// StartSandbox starts the embedded server, saves its profile and uses it.
	StartSandbox(ctx context.Context) error
	// ImportProfile copies a profile file into the program's own folder.
	ImportProfile(ctx context.Context, path string) (core.Profile, error)
	// ExportProfile writes a saved profile to a file, without secrets.
	ExportProfile(ctx context.Context, name, path string) error
	// RemoveProfile deletes a saved profile and its secrets. If it was the current
	// one there is none afterwards. If the keychain fails, that is so too, but the
	// profile remains, so that it can be removed again.
	RemoveProfile(ctx context.Context, name string) error

	// Link is the current profile's connection.
	Link() core.Link
	Measurements(ctx context.Context) (core.Measurements, error)
	// ServeMetrics starts the /metrics listener and returns its URL.
	ServeMetrics(ctx context.Context, addr string) (string, error)
	StopMetrics(ctx context.Context) error
	// MetricsURL is the listener's URL, "" while it is off.
	MetricsURL() string
	// MetricsAddress is the address that it listens on, with its real port, "" while
	// it is off. 0.0.0.0 and [::] are all of this computer's addresses.
	MetricsAddress() string

	// Tray reports whether the desktop shows tray icons now.
	Tray(ctx context.Context) bool
	// Autostart reports whether the desktop starts the program at sign-in.
	Autostart(ctx context.Context) (bool, error)
	SetAutostart(ctx context.Context, on bool) error
	// About does not block.
	About() About
}

// NotReadyError is what is wrong with a profile that is saved and in use all the
// same, such as a metrics port that another program has.
type NotReadyError struct{ Err error }

func (e *NotReadyError) Error() string { return "saved, but " + e.Err.Error() }

// Unwrap returns what is wrong.
func (e *NotReadyError) Unwrap() error { return e.Err }

// About is what the program says about itself, and where it keeps its files.
type About struct {
	Version, Commit, Go           string
	Profiles, Queue, Log, Sandbox string
}

// ProfileSecrets are the secrets of a profile as they were typed. A zero secret
// leaves the saved one as it is.
type ProfileSecrets struct {
	Client     core.Secret // client secret
	Passphrase core.Secret // of the private key or PKCS#12 file
}

// Queued is what becomes of a profile's queued files when it is saved with another
// server or account. Files that the old server may have, in whole or in part, stay
// with that server.
type Queued int

// The answers.
const (
	QueuedWaits     Queued = iota // wait until the profile has the old server again
	QueuedMoves                   // go to the new server
	QueuedCancelled               // are cancelled
)

// UndoTime is how long the user can undo what was cancelled or removed. Until then
// nothing of it is deleted on the server.
const UndoTime = 10 * time.Second

// CertificateWarnDays is how many days before a certificate expires the window
// begins to warn.
const CertificateWarnDays = 30

// DefaultMetricsAddress is where /metrics is served by default: to this machine
// only.
const DefaultMetricsAddress = "127.0.0.1:9464"

// FileQuestion is what a file dialog asks for.
type FileQuestion struct {
	Title      string
	Accept     string   // words on the button
	Folders    bool     // folders, not files
	Save       bool     // a place to write to, not something that exists
	Many       bool     // any number of them
	Near       string   // folder to show first, "" for the desktop's choice
	Name       string   // proposed, for Save
	Extensions []string // offered first, with their dots; none for all files
	All        string   // words for "all files"
	Window     uintptr  // X11 window or Windows HWND that the dialog belongs to, 0 where unknown
}

// Picker opens the desktop's own file dialogs.
type Picker interface {
	// Pick returns the absolute paths that were chosen. CodeCancelled says that
	// nothing was chosen, or ctx was cancelled. Any other error, such as
	// errors.ErrUnsupported, says that the desktop can't show the dialog.
	Pick(ctx context.Context, q FileQuestion) ([]string, error)
}
