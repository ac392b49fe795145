package viewtest

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
)

// SaveProfile implements view.Controller.
func (f *Fake) SaveProfile(_ context.Context, previous string, p core.Profile, s view.ProfileSecrets, sessionOnly bool, q view.Queued) error {
	asked := f.ask("save %q as %q session=%v", previous, p.Name, sessionOnly)
	if f.BoundFiles > 0 {
		_ = f.ask("queued %d", q)
	}
	if f.SaveErr != nil {
		if err := f.SaveErr(sessionOnly); err != nil {
			return err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.unsavable(previous, p, s, sessionOnly); err != nil {
		return err
	}
	if asked != nil {
		return asked // nothing is changed
	}
	was, had := f.SavedProfiles[previous]
	f.keep(previous, p.Name, s, sessionOnly)
	delete(f.SavedProfiles, previous)
	f.SavedProfiles[p.Name], f.CurrentProfile, f.SavedSecrets = p, p.Name, s
	f.rename(previous, p.Name)
	if had {
		was.Name = p.Name
		f.settle(was, p, q)
	}
	f.lift()
	if err := errors.Join(f.NotReady, f.wake(p)); err != nil {
		if notReady := new(view.NotReadyError); errors.As(err, &notReady) {
			return err
		}
		return &view.NotReadyError{Err: err}
	}
	return nil
}

// unsavable is why a profile can't be saved, nil if it can.
func (f *Fake) unsavable(previous string, p core.Profile, s view.ProfileSecrets, sessionOnly bool) error {
	const op = "save profile"
	if f.Server != nil {
		if _, err := certificate(p.TLS); err != nil {
			return err
		}
	}
	if len(p.Validate()) > 0 {
		return refusal(core.KindConfig, core.CodeProfileInvalid, op)
	}
	_, had := f.SavedProfiles[previous]
	for name := range f.SavedProfiles {
		if sameName(name, p.Name) && (!had || !sameName(previous, p.Name)) {
			e := refusal(core.KindConfig, core.CodeProfileInvalid, op)
			e.Err = fs.ErrExist
			return e
		}
	}
	typed := !s.Client.IsZero() || !s.Passphrase.IsZero()
	if f.locked && (typed && !sessionOnly || previous != "" && previous != p.Name) {
		return errLocked()
	}
	return nil
}

// keep saves the secrets that are set, and takes over those of a profile that had
// another name.
func (f *Fake) keep(previous, name string, s view.ProfileSecrets, sessionOnly bool) {
	k := f.kept[name]
	if previous != "" {
		k = f.kept[previous]
		delete(f.kept, previous)
	}
	if !s.Client.IsZero() {
		k.Client, k.session = s.Client, sessionOnly
	}
	if !s.Passphrase.IsZero() {
		k.Passphrase, k.session = s.Passphrase, sessionOnly
	}
	f.kept[name] = k
}

// rename changes the name of the profile of queued files.
func (f *Fake) rename(from, to string) {
	q := f.begin()
	for i := range q.list {
		if t := &q.list[i]; from != to && t.Options.Profile == from && !t.State.InHistory() {
			t.Options.Profile = to
			f.tell(t.ID)
		}
	}
}

// settle does with the queued files of a profile what the user has decided.
func (f *Fake) settle(was, now core.Profile, q view.Queued) {
	if q == view.QueuedWaits || now.Destination().Takes(was.Destination()) {
		return
	}
	f.each(f.bound(was), func(t *core.Transfer) {
		if q == view.QueuedCancelled {
			cancel(t)
			return
		}
		t.Server, t.Account = now.IngesterURL, now.Auth.ClientID
	})
}

// Certificate implements view.Controller.
func (f *Fake) Certificate(_ context.Context, _ string, t core.TLSSettings, passphrase core.Secret) (core.CertificateFacts, error) {
	if f.Server != nil {
		return certificate(t)
	}
	if !t.HasClientCertificate() {
		return core.CertificateFacts{}, f.CAErr
	}
	return f.CertificateFacts, errors.Join(f.CertificateErr, f.ask("certificate %s%s %v", t.CertFile, t.PKCS12File, !passphrase.IsZero()))
}

// certificate reads the files of t. It knows PEM with one certificate.
func certificate(t core.TLSSettings) (facts core.CertificateFacts, err error) {
	refused := func(code core.Code, err error) error {
		return &core.Error{Kind: core.KindConfig, Code: code, Op: "read certificate", Err: err}
	}
	read := func(path string) (*x509.Certificate, error) {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		block, _ := pem.Decode(text)
		if block == nil {
			return nil, errors.New("not PEM")
		}
		return x509.ParseCertificate(block.Bytes)
	}
	if own := t.CertFile + t.PKCS12File; own != "" {
		c, err := read(own)
		if err != nil {
			return facts, refused(core.CodeCertificateUnreadable, err)
		}
		_, err = tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
		facts = core.CertificateFacts{Subject: c.Subject.String(), Fingerprint: fmt.Sprintf("%X", sha256.Sum256(c.Raw)), NotBefore: c.NotBefore, NotAfter: c.NotAfter,
			KeyMatches: err == nil, ClientAuth: slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageClientAuth)}
		switch {
		case err != nil:
			return facts, refused(core.CodeKeyMismatch, err)
		case time.Now().After(c.NotAfter):
			return facts, refused(core.CodeCertificateExpired, nil)
		}
	}
	if t.CACertFile == "" {
		return facts, nil
	}
	ca, err := read(t.CACertFile)
	switch {
	case err != nil:
		return facts, refused(core.CodeCertificateUnreadable, err)
	case !ca.IsCA:
		return facts, refused(core.CodeCAInvalid, nil)
	}
	return facts, nil
}

// ImportProfile implements view.Controller.
func (f *Fake) ImportProfile(_ context.Context, path string) (core.Profile, error) {
	if err := f.ask("import %s", filepath.Base(path)); err != nil {
		return core.Profile{}, err
	}
	p := core.NewProfile("Imported")
	p.IngesterURL, p.AdminURL, p.Auth.ClientID = f.Imported.IngesterURL, f.Imported.AdminURL, f.Imported.Auth.ClientID
	if f.Server != nil {
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return core.Profile{}, unknown("import profile")
		}
		if err != nil || json.Unmarshal(text, &p) != nil {
			return core.Profile{}, refusal(core.KindConfig, core.CodeProfileInvalid, "import profile")
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for name := range f.SavedProfiles {
		if sameName(name, p.Name) {
			e := refusal(core.KindConfig, core.CodeProfileInvalid, "import profile")
			e.Err = fs.ErrExist
			return core.Profile{}, e
		}
	}
	f.SavedProfiles[p.Name] = p
	return p, nil
}

// ExportProfile implements view.Controller. Its files are JSON.
func (f *Fake) ExportProfile(_ context.Context, name, path string) error {
	asked := f.ask("export %s to %s", name, filepath.Base(path))
	f.mu.Lock()
	defer f.mu.Unlock()
	p, ok := f.SavedProfiles[name]
	if !ok {
		return unknown("export profile")
	}
	if f.Server == nil {
		return asked
	}
	text, err := json.Marshal(p)
	if err == nil {
		err = os.WriteFile(path, text, 0o600)
	}
	if err != nil {
		return &core.Error{Kind: core.KindFile, Code: core.CodeFileUnwritable, Op: "export profile", Err: err}
	}
	return nil
}
