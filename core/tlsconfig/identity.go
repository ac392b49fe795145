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

// identity is the client certificate in use. It looks at its files before
// every handshake and takes what has been put there in the meantime.
//
// It is also the session cache: a resumed session presents no certificate, so
// sessions of the old one must go when a new one comes, and none may be kept
// that a handshake brings which had begun before.
type identity struct {
	settings   core.TLSSettings
	passphrase core.Secret
	log        *slog.Logger
	now        func() time.Time

	mu       sync.Mutex
	current  *tls.Certificate
	seen     []os.FileInfo // the files as they were when last read
	sessions tls.ClientSessionCache
	replaced time.Time // when the certificate was, zero for never
}

// sessionGrace is how long after a new certificate has come a handshake may end
// that presented the old one. crypto/tls doesn't say which a session is of, so
// none is kept meanwhile. Handshakes are limited to less.
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

// load reads the files and puts what they hold to use.
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

// refresh loads the files again if they have changed. While they can't be
// used, because only one of two has been replaced or one is half written, the
// certificate of before stays.
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

// look returns the state of the files, nil while one of them is not there.
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
		return // the mode says nothing there
	}
	key := id.seen[len(id.seen)-1]
	if key.Mode().Perm()&0o077 != 0 {
		id.log.Warn("the private key can be read by other users of this computer", "file", key.Name(), "mode", key.Mode().Perm().String())
	}
}

// certificate is the tls.Config.GetClientCertificate of this identity. It
// does not ask whether the server accepts the certificate's issuer: a server
// that refuses it says so, one that gets none can't say why.
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
