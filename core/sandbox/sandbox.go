// Package sandbox is a complete ArtStore in one process, for trying the program
// out and for testing it: token endpoint and upload service, behind mutual TLS
// with a CA of its own.
//
// By default it is a server that offers everything the program can use. As
// generation 1 or 2 it behaves like a real ArtStore of that generation, bugs and
// limits included: see generation.go.
//
// Nothing is simulated: tokens are signed and verified, files are durable on disk
// before they are confirmed, and an Idempotency-Key still works after a crash.
// What it leaves out is scale: it has one machine and one account, and it keeps
// files after they have expired.
//
// Files are uploaded in one multipart request, or resumably by tus 1.0.
//
// Its folder contains
//
//	tls/ca.pem, server.pem, client.pem and their .key files
//	credentials.json   client ID and secret of the one account
//	token.key, token.pub.pem   the key pair that signs and verifies tokens
//	files/<file ID>, files/<file ID>.json   content and description
//	index.db   one row for each stored file; without a row a file is not stored
//	tus/   unfinished resumable uploads
//	port, port-admin, port-element, lock
//
// A description repeats its file's row in the index. If a crash or an editor
// damages one of the two, it is restored from the other.
package sandbox

import (
	"context"
	"crypto/tls"
	"os"
	"path/filepath"
	"sync"

	"github.com/gofrs/flock"

	"github.com/artstore/ingester/core"
)

// Server is the embedded server. It listens as soon as New returns, and answers
// while Serve runs.
type Server struct {
	cfg      Config
	lock     *flock.Flock
	modules  []*module // the Ingester is the first
	identity tls.Certificate
	ca       *authority
	account  credentials
	tokens   *keyring
	vault    *vault
	tus      *resumable // nil without resumable uploads
	finals   finalizer
	metrics  *metrics
	buffers  sync.Pool // *bufio.Writer of copyBuffer bytes

	mu       sync.Mutex
	state    state
	requests sync.WaitGroup
}

// state is where a server is between New and its end.
type state int

const (
	listening state = iota // New returned
	serving                // Serve runs
	stopping               // Serve takes no more requests
	closed
)

// New opens the folder, creates what is missing (CA, certificates, keys,
// account), finishes what a crash interrupted, and listens. The caller has to
// call Serve or Close afterwards. Errors are *core.Error: CodeAlreadyRunning if
// another server uses the folder, CodeStoreNewer if a newer version has written it.
func New(ctx context.Context, cfg Config) (*Server, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	host, port, err := splitAddr(cfg.Addr)
	if err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, lock: flock.New(filepath.Join(cfg.Dir, "lock"), flock.SetPermissions(privateFile)), metrics: newMetrics()}
	s.buffers.New = newCopyBuffer
	if err := s.open(ctx, host, port); err != nil {
		_ = s.release() // the first error is the one to report
		return nil, err
	}
	cfg.Log.Info("sandbox listens", "url", s.URL(), "dir", cfg.Dir, "generation", cfg.Generation, "mtls", !cfg.NoMTLS)
	return s, nil
}

// open acquires everything that release releases.
func (s *Server) open(ctx context.Context, host, port string) error {
	dir := s.cfg.Dir
	if err := os.MkdirAll(dir, privateDir); err != nil {
		return unusable("make the sandbox folder", err)
	}
	held, err := s.lock.TryLock()
	if err != nil {
		return unusable("lock the sandbox folder", err)
	}
	if !held {
		return &core.Error{Kind: core.KindConfig, Code: core.CodeAlreadyRunning, Op: op,
			Message: "another sandbox uses the folder " + dir + "; stop it or name another folder"}
	}
	if err := s.loadIdentity(host); err != nil {
		return unusable("prepare certificates", err)
	}
	if s.account, err = loadCredentials(filepath.Join(dir, "credentials.json")); err != nil {
		return unusable("prepare the account", err)
	}
	if s.tokens, err = loadKeyring(dir, s.cfg); err != nil {
		return unusable("prepare the token key", err)
	}
	if s.vault, err = openVault(ctx, dir, s.cfg.Log, s.cfg.Now()); err != nil {
		return unusable("open the stored files", err)
	}
	if !s.cfg.NoTus {
		if s.tus, err = openTus(ctx, s); err != nil {
			return unusable("open the unfinished uploads", err)
		}
	}
	return s.listen(host, port)
}

// loadIdentity loads or creates the CA and both certificates.
func (s *Server) loadIdentity(host string) error {
	dir, now := s.tlsDir(), s.cfg.Now()
	if err := os.MkdirAll(dir, privateDir); err != nil {
		return err
	}
	ca, err := loadAuthority(dir, now)
	if err != nil {
		return err
	}
	s.ca = ca
	if s.identity, err = ca.leaf(dir, serverLeaf(host), now); err != nil {
		return err
	}
	_, err = ca.leaf(dir, clientLeaf(), now)
	return err
}

func (s *Server) tlsDir() string { return filepath.Join(s.cfg.Dir, "tls") }

// URL is where files are uploaded to: "https://host:port".
func (s *Server) URL() string { return s.modules[0].url }

// AdminURL is where tokens come from. It differs from URL with the first generation.
func (s *Server) AdminURL() string { return s.modules[min(1, len(s.modules)-1)].url }

// ElementURL is the Storage Element. It differs from URL with the first generation.
func (s *Server) ElementURL() string { return s.modules[len(s.modules)-1].url }

// ClientSecret is the secret of the sandbox's one account.
func (s *Server) ClientSecret() core.Secret { return s.account.secret }

// Profile is a profile named "Sandbox" for this server. Its certificate paths are
// absolute. It does not contain the secret.
func (s *Server) Profile() core.Profile {
	p := core.NewProfile("Sandbox")
	p.AdminURL, p.IngesterURL = s.AdminURL(), s.URL()
	p.Auth.ClientID = s.account.clientID
	p.TLS.CACertFile = filepath.Join(s.tlsDir(), "ca.pem")
	if !s.cfg.NoMTLS {
		p.TLS.CertFile = filepath.Join(s.tlsDir(), "client.pem")
		p.TLS.KeyFile = filepath.Join(s.tlsDir(), "client.key")
	}
	return p
}

// PublicKeyFile is a PEM file with the key that verifies the sandbox's tokens. It
// is for profiles that use no JWKS.
func (s *Server) PublicKeyFile() string { return filepath.Join(s.cfg.Dir, "token.pub.pem") }

// Files returns all stored files, oldest first, with absolute paths.
func (s *Server) Files(ctx context.Context) ([]File, error) {
	files, err := s.vault.files(ctx)
	if err != nil {
		return nil, unusable("list the stored files", err)
	}
	return files, nil
}

// Close releases the folder and the address of a server that is not serving. Serve
// does so itself when it ends; closing again does nothing.
func (s *Server) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch s.state {
	case serving, stopping:
		return usage("the sandbox is serving: end the context of Serve instead", nil)
	case closed:
		return nil
	}
	s.state = closed
	return s.release()
}
