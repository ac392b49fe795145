package control

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/artstore/ingester/core"
)

// message is one line in either direction. Its fields depend on the request.
type message struct {
	Call    string            `json:"call,omitempty"`
	Terms   *terms            `json:"terms,omitempty"`
	Profile text              `json:"profile,omitempty"`
	Options *options          `json:"options,omitempty"`
	Drop    *drop             `json:"drop,omitempty"`
	Skipped []skipped         `json:"skipped,omitempty"`
	Sources []source          `json:"sources,omitempty"`
	Paths   []text            `json:"paths,omitempty"`
	IDs     []core.TransferID `json:"ids,omitempty"`

	Queued    []core.TransferID `json:"queued,omitempty"`
	Already   []transfer        `json:"already,omitempty"`
	Stored    []transfer        `json:"stored,omitempty"`
	Transfers []transfer        `json:"transfers,omitempty"`
	Removed   []core.TransferID `json:"removed,omitempty"`
	State     *state            `json:"state,omitempty"`
	Here      int               `json:"here,omitempty"`
	Elsewhere int               `json:"elsewhere,omitempty"`

	Finalise *words             `json:"finalise,omitempty"`
	Step     *core.Finalisation `json:"step,omitempty"`

	// Last marks the end of an answer. An answer without it was cut off.
	Last  bool     `json:"last,omitempty"`
	Error *failure `json:"error,omitempty"`
	// Ending says at the end of a call, or instead of one, that the owner ends;
	// HandedOver, that a window takes the queue.
	Ending     bool `json:"ending,omitempty"`
	HandedOver bool `json:"handed_over,omitempty"`
}

// state is the part of a snapshot or an update besides its transfers.
type state struct {
	Paused bool     `json:"paused,omitempty"`
	Halt   *failure `json:"halt,omitempty"`
	Waits  []wait   `json:"waits,omitempty"`
}

func newState(paused bool, halt *core.Error, waits []core.Wait) *state {
	s := &state{Paused: paused, Halt: newFailure(halt)}
	for _, w := range waits {
		s.Waits = append(s.Waits, wait{text(w.Profile), text(w.Path), w.Since, w.Until, newFailure(w.Reason)})
	}
	return s
}

func (s *state) waits() []core.Wait {
	var out []core.Wait
	for _, w := range s.Waits {
		out = append(out, core.Wait{Profile: string(w.Profile), Path: string(w.Path), Since: w.Since, Until: w.Until, Reason: w.Reason.error()})
	}
	return out
}

type wait struct {
	Profile text      `json:"profile,omitempty"`
	Path    text      `json:"path,omitempty"`
	Since   time.Time `json:"since"`
	Until   time.Time `json:"until"`
	Reason  *failure  `json:"reason,omitempty"`
}

// failure is a core.Error. Its cause is a text, and Fact is left out, as the other side
// shows English texts.
type failure struct {
	Kind       core.Kind     `json:"kind,omitempty"`
	Code       core.Code     `json:"code,omitempty"`
	Op         text          `json:"op,omitempty"`
	Message    text          `json:"message,omitempty"`
	Status     int           `json:"status,omitempty"`
	ServerCode text          `json:"server_code,omitempty"`
	ServerText text          `json:"server_text,omitempty"`
	RetryAfter time.Duration `json:"retry_after,omitempty"`
	Outcome    core.Outcome  `json:"outcome,omitempty"`
	Cause      *text         `json:"cause,omitempty"`
}

func newFailure(e *core.Error) *failure {
	if e == nil {
		return nil
	}
	f := &failure{e.Kind, e.Code, text(e.Op), text(e.Message), e.Status, text(e.ServerCode), text(e.ServerText), e.RetryAfter, e.Outcome, nil}
	if e.Err != nil {
		cause := text(e.Err.Error())
		f.Cause = &cause
	}
	return f
}

func (f *failure) error() *core.Error {
	if f == nil {
		return nil
	}
	e := &core.Error{Kind: f.Kind, Code: f.Code, Op: string(f.Op), Message: string(f.Message), Status: f.Status,
		ServerCode: string(f.ServerCode), ServerText: string(f.ServerText), RetryAfter: f.RetryAfter, Outcome: f.Outcome}
	if f.Cause != nil {
		e.Err = errors.New(string(*f.Cause))
	}
	return e
}

type source struct {
	Path    text      `json:"path"`
	Name    text      `json:"name"`
	Size    int64     `json:"size"`
	ModTime time.Time `json:"mod_time"`
	FileID  text      `json:"file_id,omitempty"`
	Changed time.Time `json:"changed,omitzero"`
	Copy    text      `json:"snapshot,omitempty"`
}

func newSource(s core.Source) source {
	return source{text(s.Path), text(s.Name), s.Size, s.ModTime, text(s.FileID), s.Changed, text(s.Copy)}
}

func (s source) core() core.Source {
	return core.Source{Path: string(s.Path), Name: string(s.Name), Size: s.Size, ModTime: s.ModTime, FileID: string(s.FileID), Changed: s.Changed, Copy: string(s.Copy)}
}

type options struct {
	Profile     text            `json:"profile"`
	Retention   core.Retention  `json:"retention"`
	TTLDays     int             `json:"ttl_days,omitempty"`
	Description text            `json:"description,omitempty"`
	Tags        []text          `json:"tags,omitempty"`
	Metadata    json.RawMessage `json:"metadata,omitempty"`
	Again       bool            `json:"again,omitempty"`
}

func newOptions(o core.Options) *options {
	return &options{text(o.Profile), o.Retention, o.TTLDays, text(o.Description), texts(o.Tags), o.Metadata, o.Again}
}

func (o *options) core() core.Options {
	return core.Options{Profile: string(o.Profile), Retention: o.Retention, TTLDays: o.TTLDays, Description: string(o.Description),
		Tags: stringsOf(o.Tags), Metadata: o.Metadata, Again: o.Again}
}

// words is core.FinaliseOptions.
type words struct {
	Description text            `json:"description,omitempty"`
	Metadata    json.RawMessage `json:"metadata,omitempty"`
	Target      text            `json:"target,omitempty"`
}

func newWords(o core.FinaliseOptions) *words {
	return &words{text(o.Description), o.Metadata, text(o.Target)}
}

func (w *words) core() core.FinaliseOptions {
	return core.FinaliseOptions{Description: string(w.Description), Metadata: w.Metadata, Target: string(w.Target)}
}

type transfer struct {
	ID         core.TransferID `json:"id"`
	Seq        int64           `json:"seq,omitempty"`
	Source     source          `json:"source"`
	Options    *options        `json:"options"`
	Server     text            `json:"server,omitempty"`
	Account    text            `json:"account,omitempty"`
	Drop       *drop           `json:"drop,omitempty"`
	State      core.State      `json:"state"`
	Sent       int64           `json:"sent,omitempty"`
	Attempts   int             `json:"attempts,omitempty"`
	NotBefore  time.Time       `json:"not_before,omitzero"`
	Error      *failure        `json:"error,omitempty"`
	Receipt    *core.Receipt   `json:"receipt,omitempty"`
	Resume     text            `json:"resume,omitempty"`
	QueuedAt   time.Time       `json:"queued_at,omitzero"`
	StartedAt  time.Time       `json:"started_at,omitzero"`
	FinishedAt time.Time       `json:"finished_at,omitzero"`
}

func newTransfer(t core.Transfer) transfer {
	return transfer{t.ID, t.Seq, newSource(t.Source), newOptions(t.Options), text(t.Server), text(t.Account), newDrop(t.Drop), t.State, t.Sent, t.Attempts,
		t.NotBefore, newFailure(t.Error), t.Receipt, text(t.Resume), t.QueuedAt, t.StartedAt, t.FinishedAt}
}

func (t transfer) core() core.Transfer {
	out := core.Transfer{ID: t.ID, Seq: t.Seq, Source: t.Source.core(), Server: string(t.Server), Account: string(t.Account), Drop: t.Drop.core(), State: t.State,
		Sent: t.Sent, Attempts: t.Attempts, NotBefore: t.NotBefore, Error: t.Error.error(), Receipt: t.Receipt, Resume: string(t.Resume),
		QueuedAt: t.QueuedAt, StartedAt: t.StartedAt, FinishedAt: t.FinishedAt}
	if t.Options != nil {
		out.Options = t.Options.core()
	}
	return out
}

func newTransfers(list []core.Transfer) []transfer {
	out := make([]transfer, len(list))
	for i, t := range list {
		out[i] = newTransfer(t)
	}
	return out
}

func transfersOf(list []transfer) []core.Transfer {
	if len(list) == 0 {
		return nil
	}
	out := make([]core.Transfer, len(list))
	for i, t := range list {
		out[i] = t.core()
	}
	return out
}

// terms is Terms. This is the only place where a secret is written in plain text: into
// the socket.
type terms struct {
	Profile    profile `json:"profile"`
	Secret     string  `json:"secret,omitempty"`
	Passphrase string  `json:"passphrase,omitempty"`
	HTTPProxy  text    `json:"http_proxy,omitempty"`
	HTTPSProxy text    `json:"https_proxy,omitempty"`
	NoProxy    text    `json:"no_proxy,omitempty"`
	CGI        bool    `json:"cgi,omitempty"`
}

// profile is a core.Profile, in which the names of files may have any bytes.
type profile struct {
	core.Profile
	Files map[string]text `json:"files"`
}

// files returns the fields of a profile that name files.
func files(p *core.Profile) map[string]*string {
	return map[string]*string{"ca": &p.TLS.CACertFile, "cert": &p.TLS.CertFile, "key": &p.TLS.KeyFile, "pkcs12": &p.TLS.PKCS12File, "public_key": &p.Auth.PublicKeyFile}
}

func newTerms(t Terms) *terms {
	out := &terms{Profile: profile{t.Profile, map[string]text{}}, Secret: t.Secret.Reveal(), Passphrase: t.Passphrase.Reveal(),
		HTTPProxy: text(t.Proxy.HTTP), HTTPSProxy: text(t.Proxy.HTTPS), NoProxy: text(t.Proxy.No), CGI: t.Proxy.CGI}
	for name, path := range files(&out.Profile.Profile) {
		out.Profile.Files[name] = text(*path)
	}
	return out
}

func (t *terms) core() Terms {
	out := Terms{Profile: t.Profile.Profile, Proxy: Proxy{HTTP: string(t.HTTPProxy), HTTPS: string(t.HTTPSProxy), No: string(t.NoProxy), CGI: t.CGI}}
	if t.Secret != "" {
		out.Secret = core.NewSecret(t.Secret)
	}
	if t.Passphrase != "" {
		out.Passphrase = core.NewSecret(t.Passphrase)
	}
	for name, path := range files(&out.Profile) {
		*path = string(t.Profile.Files[name])
	}
	return out
}
