package tlsconfig

import (
	"crypto/tls"
	"log/slog"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/artstore/ingester/core"
)

// identity is the client certificate in use. It checks its files before every
// handshake and uses a certificate that was put there meanwhile.
//
// It is also the session cache, because a resumed session presents no certificate.
// When a new certificate comes, sessions of the old one have to be dropped, and none
// may be kept from a handshake that began before.
type identity struct {
	settings   core.TLSSettings
	passphrase core.Secret
	log        *slog.Logger
	now        func() time.Time

	mu       sync.Mutex
	current  *tls.Certificate
	seen     []os.FileInfo // the files as they were when last read
	sessions tls.ClientSessionCache
	replaced time.Time // when the certificate was replaced, zero for never
}

// sessionGrace is how long after a certificate was replaced a handshake with the old
// one may still end. crypto/tls doesn't tell to which certificate a session belongs,
// so none is kept during that time. Handshakes have a shorter time limit.
const sessionGrace = 30 * time.Second

// newIdentity reads and checks the certificate.
func newIdentity(s core.TLSSettings, passphrase core.Secret, log *slog.Logger) (*identity, error) {
	id := &identity{settings: s, passphrase: passphrase, log: log, now: time.Now}
	id.seen = id.look()
	if err := id.load(); err != nil {
		return nil, err
	}
	return id, nil
}

// load reads the files and uses what they contain.
func (id *identity) load() error {
	m, err := readMaterial(id.settings, id.passphrase)
	if err != nil {
		return err
	}
	now := id.now()
	p, err := m.choose(id.settings.Identity, now)
	if err != nil {
		return err
	}
	if err := p.check(now); err != nil {
		return err
	}
	for _, left := range m.leftOut {
		id.log.Warn("something is left out of the key store", "file", m.path, "entry", left)
	}
	id.current = p.certificate()
	id.sessions = tls.NewLRUClientSessionCache(sessionsKept)
	if facts := factsOf(p); facts.ExpiryLevel(now) > core.ExpiryFar {
		id.log.Warn("the client certificate expires soon", "days", facts.DaysLeft(now), "expires", facts.NotAfter)
	}
	id.warnReadable()
	return nil
}

// refresh loads the files again if they have changed. While they can't be used, because
// only one of two was replaced or one is half written, the old certificate stays in
// use.
func (id *identity) refresh() {
	found := id.look()
	if found == nil || unchanged(id.seen, found) {
		return
	}
	id.seen = found
	if err := id.load(); err != nil {
		id.log.Warn("the client certificate was replaced by one that can't be used; the old one stays", "code", core.CodeOf(err), "error", err)
		return
	}
	id.replaced = id.now()
	id.log.Info("the client certificate was replaced", "expires", id.current.Leaf.NotAfter)
}

// look returns the state of the files, nil while one of them is missing.
func (id *identity) look() []os.FileInfo {
	var found []os.FileInfo
	for _, path := range []string{id.settings.PKCS12File, id.settings.CertFile, id.settings.KeyFile} {
		if path == "" {
			continue
		}
		info, err := os.Stat(path)
		if err != nil {
			return nil
		}
		found = append(found, info)
	}
	return found
}

func unchanged(a, b []os.FileInfo) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Size() != b[i].Size() || !a[i].ModTime().Equal(b[i].ModTime()) || !os.SameFile(a[i], b[i]) {
			return false
		}
	}
	return true
}

// warnReadable warns of a private key that other users can read.
func (id *identity) warnReadable() {
	if runtime.GOOS == "windows" || len(id.seen) == 0 {
		return // the mode means nothing there
	}
	key := id.seen[len(id.seen)-1]
	if key.Mode().Perm()&0o077 != 0 {
		id.log.Warn("the private key can be read by other users of this computer", "file", key.Name(), "mode", key.Mode().Perm().String())
	}
}

// certificate is the tls.Config.GetClientCertificate of this identity. It does not
// check whether the server accepts the certificate's issuer: a server that refuses the
// certificate says so, but one that gets none can't say why.
func (id *identity) certificate(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
	id.mu.Lock()
	defer id.mu.Unlock()
	id.refresh()
	return id.current, nil
}

// Get implements tls.ClientSessionCache.
func (id *identity) Get(key string) (*tls.ClientSessionState, bool) {
	id.mu.Lock()
	defer id.mu.Unlock()
	id.refresh()
	return id.sessions.Get(key)
}

// Put implements tls.ClientSessionCache.
func (id *identity) Put(key string, session *tls.ClientSessionState) {
	id.mu.Lock()
	defer id.mu.Unlock()
	if !id.replaced.IsZero() && id.now().Sub(id.replaced).Abs() < sessionGrace {
		return
	}
	id.sessions.Put(key, session)
}
