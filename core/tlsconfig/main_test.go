package tlsconfig

import (
	"crypto/tls"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// canary is the passphrase of everything in testdata. No error and no line of the log may contain
// it.
const canary = "correct horse"

// build calls Build, which must succeed.
func build(t *testing.T, s core.TLSSettings, log *coretest.Log) *tls.Config {
	t.Helper()
	if log == nil {
		log = &coretest.Log{}
	}
	s.Enabled = true
	config, err := Build(s, core.NewSecret(canary), log.Logger())
	if err != nil {
		t.Fatal(err)
	}
	return config
}

// refuse calls Build, which must fail, and checks the code and the message.
func refuse(t *testing.T, s core.TLSSettings, passphrase string, code core.Code, words string) {
	t.Helper()
	s.Enabled = true
	config, err := Build(s, core.NewSecret(passphrase), nil)
	if config != nil || core.CodeOf(err) != code {
		t.Fatalf("%v, %v; want %s", config, err, code)
	}
	e := core.AsError(err)
	if e.Kind != core.KindConfig || !strings.Contains(e.Error(), words) {
		t.Errorf("%s: %v; want the words %q", e.Kind, err, words)
	}
	if passphrase != "" && strings.Contains(err.Error(), passphrase) {
		t.Errorf("the passphrase is shown: %v", err)
	}
}

// server is a TLS server on a real socket. It answers with the common name of
// the client certificate, or "nobody".
type server struct {
	net.Listener
	served atomic.Int64 // connections whose handshake succeeded
}

func serve(t *testing.T, config *tls.Config) *server {
	t.Helper()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		t.Fatal(err)
	}
	s := &server{Listener: listener}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			s.answer(conn.(*tls.Conn))
		}
	}()
	t.Cleanup(func() { _ = listener.Close(); <-done })
	return s
}

func (s *server) answer(conn *tls.Conn) {
	defer func() { _ = conn.Close() }()
	if conn.Handshake() != nil {
		return
	}
	s.served.Add(1)
	name := "nobody"
	if certs := conn.ConnectionState().PeerCertificates; len(certs) > 0 {
		name = certs[0].Subject.CommonName
	}
	_, _ = io.WriteString(conn, name)
}

// dial connects and reads to the end.
func (s *server) dial(config *tls.Config) (name string, state tls.ConnectionState, err error) {
	conn, err := tls.Dial("tcp", s.Addr().String(), config)
	if err != nil {
		return "", state, err
	}
	defer func() { _ = conn.Close() }()
	data, err := io.ReadAll(conn)
	return string(data), conn.ConnectionState(), err
}

func (s *server) mustDial(t *testing.T, config *tls.Config) (name string, state tls.ConnectionState) {
	t.Helper()
	name, state, err := s.dial(config)
	if err != nil {
		t.Fatal(err)
	}
	return name, state
}

// files is a folder with a CA file, and a client certificate and key.
type files struct {
	ca       *coretest.CA
	dir      string
	settings core.TLSSettings
}

func newFiles(t *testing.T) files {
	t.Helper()
	f := files{ca: coretest.NewCA(t, "Test CA"), dir: t.TempDir()}
	f.settings.Enabled = true
	f.settings.CACertFile = f.ca.WritePEM(t, f.dir)
	f.settings.CertFile, f.settings.KeyFile = coretest.WritePair(t, f.dir, "client", f.ca.Client(t, "first"))
	return f
}

// file writes content to a new file.
func file(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	coretest.WriteFile(t, path, content)
	return path
}
