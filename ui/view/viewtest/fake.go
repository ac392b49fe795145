package viewtest

import (
	"fmt"
	"sync"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
)

// Fake is a program in memory. It refuses what the real one refuses, and package
// controllertest tests that of both. Tests set what a server or a disk would
// answer, and ask what the window asked for.
type Fake struct {
	mu               sync.Mutex
	Snapshot         core.Snapshot // the queue at the start
	Updates          chan core.Update
	ScanResult       core.Scan
	ScanErr          error
	OnSubmit         func(sources []core.Source, o core.Options) (core.Submission, error)
	CurrentLink      core.Link
	SavedProfiles    map[string]core.Profile
	CurrentProfile   string
	VerbErr          error
	asked            []string
	StoredFiles      []core.Transfer
	Drops            map[core.DropID]core.DropRecord // what Receipt says was left out
	Damaged          []core.Recovery
	historyErr       error
	CertificateFacts core.CertificateFacts
	Measured         core.Measurements
	CheckSteps       []core.Step
	AttemptsOf       map[core.TransferID][]core.Attempt
	Serving          string // URL of the /metrics listener
	SavedSecrets     view.ProfileSecrets
	SaveErr          func(sessionOnly bool) error
	BoundFiles       int // what Bound counts, besides the files of the queue
	BoundErr         error
	NotReady         error // the error of SaveProfile when all is saved
	CertificateErr   error
	CAErr            error
	CheckErr         error
	CheckGate        chan struct{} // a connection test waits for it; nil for none
	NoSecret         bool
	changed          chan struct{}
	Desktop          Desktop
	Dialogs          Dialogs
	Imported         core.Profile // what a profile file holds, besides its name

	// Server is where files are sent. With it, the fake reads and writes files.
	// Without it, all stays in the queue as it was put there.
	Server *Server

	queue   queue
	kept    map[string]kept // secrets, by profile
	locked  bool            // the keychain
	taken   map[string]bool // addresses that other programs listen at
	links   map[string]core.Link
	sandbox bool // SavedProfiles["Sandbox"] is the embedded server's
}

// NewFake returns a program that is connected, has one profile, and does what it is
// asked.
func NewFake() *Fake {
	p := core.NewProfile("Production")
	return &Fake{
		Updates: make(chan core.Update, 16), SavedProfiles: map[string]core.Profile{p.Name: p}, CurrentProfile: p.Name,
		changed:     make(chan struct{}, 64),
		CurrentLink: core.Link{State: core.LinkUp, TLSVersion: "TLS 1.3", MutualTLS: true, HTTP: "HTTP/2"},
		queue:       queue{halts: map[string]*core.Error{}, feeds: map[*feed]struct{}{}},
		kept:        map[string]kept{p.Name: {ProfileSecrets: view.ProfileSecrets{Client: core.NewSecret("kept")}}},
		taken:       map[string]bool{}, links: map[string]core.Link{},
	}
}

var _ view.Controller = (*Fake)(nil)

// ask records a call, and returns the error that the test has set.
func (f *Fake) ask(format string, a ...any) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, fmt.Sprintf(format, a...))
	select {
	case f.changed <- struct{}{}:
	default:
	}
	return f.VerbErr
}

// Change changes what the program says while the window may be asking it.
func (f *Fake) Change(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

// Calls are the calls so far.
func (f *Fake) Calls() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.asked...)
}

// refusal is an error as the program gives it.
func refusal(kind core.Kind, code core.Code, op string) *core.Error {
	return &core.Error{Kind: kind, Code: code, Op: op}
}

// stopped is the error of what was given up.
func stopped(op string) error { return refusal(core.KindCancelled, core.CodeCancelled, op) }
