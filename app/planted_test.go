package main

import (
	"bytes"
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/artstore/ingester/app/connect"
	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/diagnose"
	"github.com/artstore/ingester/core/keychain"
	"github.com/artstore/ingester/core/metrics"
	"github.com/artstore/ingester/core/profiles"
)

// The planted secrets, with characters that each encoding changes.
var planted = map[string]string{
	"client secret":  "pl4nted/s3cret+of&the=client?",
	"passphrase":     "pl4nted/p4ss phrase+of&the=key?",
	"token":          "pl4nted-t0ken-of-the-server-0123456789",
	"proxy password": "pl4nted/pr0xy+p4ssword?",
}

// forms are the ways in which a text may leave a program: as it is, as parts of
// URLs and JSON, in hexadecimal, and in base64 at each of the three places
// where it may begin in what surrounds it.
func forms(text string) []string {
	quoted, _ := json.Marshal(text) // a string: no error
	out := []string{
		text, url.QueryEscape(text), url.PathEscape(text), strings.Trim(string(quoted), `"`),
		hex.EncodeToString([]byte(text)), strings.ToUpper(hex.EncodeToString([]byte(text))),
	}
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for before := range 3 {
			encoded := encoding.EncodeToString(append(make([]byte, before), text...))
			out = append(out, encoded[4:len(encoded)-4]) // without the characters that depend on the neighbours
		}
	}
	return out
}

// keepsBack fails if a planted secret, or its beginning, is in out.
func keepsBack(t *testing.T, where string, out []byte) {
	t.Helper()
	for name, text := range planted {
		for _, form := range append(forms(text), forms(text[:12])...) {
			if bytes.Contains(out, []byte(form)) {
				t.Errorf("the %s is in %s as %q", name, where, form)
			}
		}
	}
}

// echoes are servers that send back what they were sent, in every place that they can.
func echoes() map[string]http.HandlerFunc {
	all := func(r *http.Request) string {
		body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		return fmt.Sprintf("%v %s", r.Header, body)
	}
	answer := func(status int, text func(*http.Request) string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			said := text(r)
			w.Header().Set("Location", "https://elsewhere.test/?"+url.Values{"was": {said}}.Encode())
			w.Header().Set("WWW-Authenticate", strings.ReplaceAll(strings.ReplaceAll(said, "\n", " "), "\r", " "))
			w.WriteHeader(status)
			_, _ = io.WriteString(w, said)
		}
	}
	detail := func(r *http.Request) string {
		text, _ := json.Marshal(map[string]any{"detail": "refused: " + planted["client secret"] + all(r)})
		return string(text)
	}
	oauth := func(r *http.Request) string {
		text, _ := json.Marshal(map[string]any{"error": "invalid_" + planted["client secret"], "error_description": all(r)})
		return string(text)
	}
	return map[string]http.HandlerFunc{
		"401 with a detail": answer(http.StatusUnauthorized, detail), "403 with a detail": answer(http.StatusForbidden, detail),
		"400 of OAuth": answer(http.StatusBadRequest, oauth), "redirect": answer(http.StatusTemporaryRedirect, all),
		"500 that tells all": answer(http.StatusInternalServerError, all), "503": answer(http.StatusServiceUnavailable, detail),
		"a page": answer(http.StatusOK, func(r *http.Request) string { return "<html>" + all(r) + "</html>" }),
		"half a token": answer(http.StatusOK, func(*http.Request) string {
			return `{"access_token":"` + planted["token"] + `","token_type":"Bearer","expires_in":"` + planted["client secret"]
		}),
		"hangs up": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"token, then 401": func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/token") {
				_, _ = io.WriteString(w, `{"access_token":"`+planted["token"]+`","token_type":"Bearer","expires_in":1800}`)
				return
			}
			answer(http.StatusUnauthorized, func(r *http.Request) string {
				return `{"error":{"code":"X","message":"no ` + r.Header.Get("Authorization") + `"}}`
			})(w, r)
		},
	}
}

// unasked issues a token. After each answer it sends what it has received once more on the
// idle connection, as a response without a request: net/http logs that.
func unasked(t *testing.T, form func(string) string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		said := fmt.Sprintf("%v %s %s", r.Header, body, planted["token"])
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		t.Cleanup(func() { _ = conn.Close() })
		status, answer := "403 Forbidden", "{}" // no other token would help
		if strings.HasSuffix(r.URL.Path, "/token") {
			status, answer = "200 OK", `{"access_token":"`+planted["token"]+`","token_type":"Bearer","expires_in":1800}`
		}
		_, _ = fmt.Fprintf(conn, "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%sHTTP/1.1 400 Bad Request\r\n\r\n%s",
			status, len(answer), answer, form(said))
	}
}

// A response without a request gets into the program's log, without the secrets in it.
func TestUnaskedAnswers(t *testing.T) {
	t.Parallel()
	encoded := map[string]func(string) string{
		"as it is": func(s string) string { return s },
		"hex":      func(s string) string { return hex.EncodeToString([]byte(s)) },
		"HEX":      func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) },
		"base64":   func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
		"of URLs":  func(s string) string { return base64.URLEncoding.EncodeToString([]byte("x" + s)) },
		"escaped":  url.QueryEscape,
		"quoted":   func(s string) string { return fmt.Sprintf("%q", s) },
		"cut off": func(s string) string { // in the middle of each
			for _, text := range planted {
				s = strings.ReplaceAll(s, text, text[:14])
			}
			return s
		},
	}
	for name, form := range encoded {
		for _, args := range [][]string{{"check"}, {"check", "--json"}, {"upload"}, {"upload", "--json"}} {
			where := fmt.Sprintf("%v, unasked, %s", args, name)
			out := newVault(t, unasked(t, form)).command(t, args...)
			if !bytes.Contains(out, []byte("Unsolicited response")) {
				t.Errorf("%s: nothing was logged: %s", where, out)
			}
			keepsBack(t, where, out)
		}
	}
}

// vault is a profile whose every secret is planted, and a server.
type vault struct {
	profile core.Profile
	secrets *connect.Secrets
	client  tls.Certificate
	log     coretest.Log
}

func newVault(t *testing.T, h http.HandlerFunc) *vault {
	t.Helper()
	ca := coretest.NewCA(t, "CA")
	server := httptest.NewUnstartedServer(h)
	server.Config.ErrorLog = nil
	server.TLS = ca.ServerConfig(t)
	server.StartTLS()
	t.Cleanup(server.Close)
	dir := t.TempDir()
	v := &vault{profile: core.NewProfile("planted"), secrets: connect.NewSecrets(core.NewSecret(planted["client secret"]), nil)}
	p := &v.profile
	p.AdminURL, p.IngesterURL, p.Auth.ClientID, p.Auth.JWKSURL = server.URL, server.URL, "sa_test", "none"
	p.TLS.CACertFile, p.TLS.PKCS12File = ca.WritePEM(t, dir), filepath.Join(dir, "client.p12")
	cert := ca.Client(t, "client")
	v.client = cert
	bundle, err := pkcs12.Modern.Encode(cert.PrivateKey, cert.Leaf, nil, planted["passphrase"])
	if err != nil {
		t.Fatal(err)
	}
	coretest.WriteFile(t, p.TLS.PKCS12File, bundle)
	v.secrets.Session = keychain.NewSession()
	if err := v.secrets.Session.Set(t.Context(), p.Name, keychain.ItemPassphrase, core.NewSecret(planted["passphrase"])); err != nil {
		t.Fatal(err)
	}
	return v
}

// upload sends a file and returns everything that a person or a log could see of it.
func (v *vault) upload(t *testing.T) []byte {
	t.Helper()
	m := metrics.New(metrics.Build{})
	v.profile.Name = "shop"
	if err := v.secrets.Session.Set(t.Context(), "shop", keychain.ItemPassphrase, core.NewSecret(planted["passphrase"])); err != nil {
		t.Fatal(err)
	}
	c := connect.New(connect.Config{Load: func(string) (core.Profile, error) { return v.profile, nil }, Secrets: v.secrets, Metrics: m, Log: v.log.Logger()})
	defer c.Close()
	err := send(t, c)
	if err == nil {
		t.Error("a server that refuses stored the file")
	}
	link := c.Link("shop")
	measured, _ := m.Measurements(core.Transfer{}.FinishedAt)
	return fmt.Appendf(nil, "%v\n%+v\n%#v\n%+v\n%+v\n%s", err, err, core.AsError(err), link, measured, v.log.String())
}

// check tests the connection and returns everything that a person or a log could see.
func (v *vault) check(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	err := connect.Check(t.Context(), v.profile, v.secrets, core.Secret{}, func(s core.Step) {
		line, _ := json.Marshal(diagnose.LineOf(s))
		fmt.Fprintf(&out, "%s\n%s\n%+v\n%+v\n", line, diagnose.Text([]core.Step{s}), s, s.Err)
	})
	fmt.Fprintf(&out, "%v %+v\n%s", err, err, v.log.String())
	return out.Bytes()
}

// command runs the program and returns its output and every file of its state.
func (v *vault) command(t *testing.T, args ...string) []byte {
	t.Helper()
	home, dir := t.TempDir(), t.TempDir()
	p := v.profile
	p.TLS.PKCS12File = "" // no keychain to keep its passphrase in
	p.TLS.CertFile, p.TLS.KeyFile = coretest.WritePair(t, dir, "client", v.client)
	file := filepath.Join(dir, "p.toml")
	if err := profiles.WriteFile(file, p); err != nil {
		t.Fatal(err)
	}
	coretest.WriteFile(t, filepath.Join(dir, "a.txt"), []byte("a"))
	cmd := exec.Command("ingester", append(args, "--profile-file", file)...)
	if args[0] == "upload" {
		cmd.Args = append(cmd.Args, filepath.Join(dir, "a.txt"))
	}
	cmd.Env = append(os.Environ(), "INGESTER_HOME="+home, "INGESTER_LOG=debug", "INGESTER_CLIENT_SECRET="+planted["client secret"])
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil || err == nil {
		t.Errorf("%v: %v, %s", args, err, out)
	}
	err = filepath.WalkDir(home, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			var data []byte
			if data, err = os.ReadFile(path); err == nil {
				out = append(out, data...)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// The planted secrets come out nowhere and in no form, in more than fifty scenarios:
// servers that echo what they were sent, and proxies that refuse or fail, with uploads and
// connection tests in this process, and with commands and all the files that they leave.
func TestPlantedSecrets(t *testing.T) {
	scenarios := 0
	run := func(name string, out []byte) {
		scenarios++
		if len(out) == 0 {
			t.Errorf("%s: nothing came out", name)
		}
		keepsBack(t, name, out)
	}
	for name, h := range echoes() {
		run("upload, "+name, newVault(t, h).upload(t))
		run("check, "+name, newVault(t, h).check(t))
		run("command check, "+name, newVault(t, h).command(t, "check", "--json"))
	}
	password := planted["proxy password"]
	for name, set := range map[string]func(p *coretest.Proxy) string{
		"wrong login":  func(p *coretest.Proxy) string { p.Login = true; return p.URL("http", password) },
		"SOCKS5":       func(p *coretest.Proxy) string { p.Login = true; return p.URL("socks5", password) },
		"forbidden":    func(p *coretest.Proxy) string { p.Refuse = http.StatusForbidden; return p.URL("http", password) },
		"bad gateway":  func(p *coretest.Proxy) string { p.Refuse = http.StatusBadGateway; return p.URL("http", password) },
		"no scheme":    func(*coretest.Proxy) string { return "ftp://user:" + url.QueryEscape(password) + "@proxy.test" },
		"no port":      func(*coretest.Proxy) string { return "http://user:" + password + "@proxy.test:port" },
		"unknown name": func(*coretest.Proxy) string { return "http://user:" + url.QueryEscape(password) + "@proxy.invalid:1" },
		"a bad escape": func(*coretest.Proxy) string { return "http://user:%zz" + password + "@proxy.test" },
	} {
		t.Setenv("HTTPS_PROXY", set(coretest.NewProxy(t)))
		beyond := func() *vault {
			v := newVault(t, echoes()["503"])
			v.profile.AdminURL, v.profile.IngesterURL = "https://server.test:8000", "https://server.test:8020"
			return v
		}
		run("upload, proxy, "+name, beyond().upload(t))
		run("check, proxy, "+name, beyond().check(t))
		run("command check, proxy, "+name, beyond().command(t, "check"))
	}
	if scenarios < 50 {
		t.Errorf("only %d scenarios", scenarios)
	}
}

// forms has what the encodings produce, wherever the text begins.
func TestPlantedForms(t *testing.T) {
	text := planted["client secret"]
	for _, out := range []string{
		"x" + text, url.Values{"a": {text}}.Encode(), hex.EncodeToString([]byte("ab" + text)),
		base64.StdEncoding.EncodeToString([]byte("id:" + text)), base64.URLEncoding.EncodeToString([]byte("id2:" + text + "!")),
		base64.StdEncoding.EncodeToString([]byte("sa_x:" + text)),
	} {
		found := false
		for _, form := range forms(text) {
			found = found || strings.Contains(out, form)
		}
		if !found {
			t.Errorf("not found in %q", out)
		}
	}
}
