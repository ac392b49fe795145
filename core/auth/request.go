package auth

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/wire"
)

// maxBody is how many bytes of an answer are read at most.
const maxBody = 64 << 10

// slowRequest is how long a token request may take without a warning.
const slowRequest = time.Second

// newClient returns the client of the token server. It follows no redirect, as that
// could send the secret elsewhere. It asks for no compression; the limit of 64 KiB
// holds for a compressed answer as well. It uses HTTP/1.1: one request in half an hour
// gains nothing from HTTP/2, and net/http's HTTP/2 loses the alert of a server that
// refuses our certificate.
func newClient(cfg Config, presented func(sent bool)) *http.Client {
	protocols := &http.Protocols{}
	protocols.SetHTTP1(true)
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	transport := &http.Transport{
		Proxy:                  cfg.Proxy,
		OnProxyConnectResponse: wire.ProxyAnswered,
		DialContext:            wire.Patient(dialer.DialContext),
		TLSClientConfig:        wire.Presented(cfg.TLS, presented),
		TLSHandshakeTimeout:    10 * time.Second,
		Protocols:              protocols,
		DisableCompression:     true,
		MaxResponseHeaderBytes: maxBody,
		IdleConnTimeout:        wire.IdleLimit,
	}
	if wire.AnyHasZone(cfg.TokenURL, cfg.JWKSURL) {
		transport.DialTLSContext = wire.DialTLS(transport.DialContext, transport.TLSClientConfig)
	}
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     transport,
	}
}

// fetch fetches and checks one token.
func (s *Source) fetch(ctx context.Context) (*lease, error) {
	secret, err := s.cfg.Secret(ctx)
	if err != nil {
		return nil, secretError(err)
	}
	if secret.IsZero() {
		return nil, secretError(nil)
	}
	s.cfg.Redactor.Learn(secret)
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()

	start := s.mono()
	s.mu.Lock()
	s.pace.begin(start)
	s.mu.Unlock()
	if err := s.keys.renewMissed(ctx); err != nil && !errors.Is(err, errNoKeys) {
		return nil, err
	}
	a, err := s.request(ctx, secret)
	s.requested(ctx, s.mono()-start, err)
	if err != nil {
		return nil, err
	}
	wall, mono := s.cfg.Now(), s.mono()
	token, lifetime, err := s.accept(ctx, a)
	if err != nil {
		return nil, err
	}
	s.cfg.Log.Debug("token received", "lifetime", lifetime, "verified", token.Verified, "opaque", token.Opaque)
	fresh := newLease(token, lifetime, wall, mono)
	fresh.untold = a.lifetime == 0
	return fresh, nil
}

func (s *Source) requested(ctx context.Context, took time.Duration, err error) {
	result := ResultSuccess
	if err != nil {
		if core.CodeOf(err) == core.CodeCancelled {
			return // says nothing about the server
		}
		result = ResultFailure
	}
	s.cfg.Observer.TokenRequest(result, took)
	if took > slowRequest {
		s.cfg.Log.WarnContext(ctx, "token request was slow", "duration", took, "result", result)
	}
}

// request sends one token request and reads its answer.
func (s *Source) request(ctx context.Context, secret core.Secret) (answer, error) {
	status, header, body, err := s.ask(ctx, secret)
	if errors.Is(err, net.ErrClosed) && ctx.Err() == nil {
		// The server had ended the connection, and net/http lost the reason: the
		// second try shows it.
		status, header, body, err = s.ask(ctx, secret)
	}
	if err != nil {
		return answer{}, s.silence.judge(cannotConnect(err))
	}
	if status != http.StatusOK && status != http.StatusCreated {
		return answer{}, refusal(status, header, body, s.cfg.Redactor.Redact, s.cfg.Now())
	}
	a, err := parseAnswer(body)
	if err != nil {
		return answer{}, err
	}
	s.cfg.Redactor.Learn(core.NewSecret(a.token))
	return a, nil
}

// ask sends the token request.
func (s *Source) ask(ctx context.Context, secret core.Secret) (status int, header http.Header, body []byte, err error) {
	req, err := newRequest(ctx, s.cfg, secret)
	if err != nil {
		return 0, nil, nil, err
	}
	return s.do(req)
}

// do sends a request and reads at most maxBody of the answer. If the answer is longer,
// one more byte is returned.
func (s *Source) do(req *http.Request) (status int, header http.Header, body []byte, err error) {
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "ingester")
	resp, err := s.client.Do(req)
	if err != nil {
		return 0, nil, nil, err
	}
	s.silence.broken()
	defer func() { _ = resp.Body.Close() }() // an error here doesn't matter
	wire.Decode(resp)
	body, err = io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err != nil {
		return 0, nil, nil, err
	}
	return resp.StatusCode, resp.Header, body, nil
}

// newRequest makes the request of the configured grant.
func newRequest(ctx context.Context, cfg Config, secret core.Secret) (*http.Request, error) {
	var body []byte
	contentType := "application/json"
	form := url.Values{"grant_type": {"client_credentials"}}
	if cfg.Grant == core.GrantArtStore {
		var err error
		body, err = json.Marshal(map[string]string{"client_id": cfg.ClientID, "client_secret": secret.Reveal()})
		if err != nil {
			return nil, core.AsError(fmt.Errorf("building the token request: %w", err))
		}
	} else {
		contentType = "application/x-www-form-urlencoded"
		if cfg.Scope != "" {
			form.Set("scope", cfg.Scope)
		}
		if cfg.ClientAuth == core.ClientAuthBody {
			form.Set("client_id", cfg.ClientID)
			form.Set("client_secret", secret.Reveal())
		}
		body = []byte(form.Encode())
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, cfg.TokenURL, bytes.NewReader(body))
	if err != nil {
		return nil, core.AsError(fmt.Errorf("building the token request: %w", err))
	}
	req.Header.Set("Content-Type", contentType)
	if cfg.Grant == core.GrantOAuth2 && cfg.ClientAuth == core.ClientAuthBasic {
		// RFC 6749 §2.3.1: both parts are form-encoded first, so that a
		// colon in the ID or any character in the secret survives.
		req.SetBasicAuth(url.QueryEscape(cfg.ClientID), url.QueryEscape(secret.Reveal()))
	}
	return req, nil
}

func secretError(err error) *core.Error {
	if err == nil {
		return &core.Error{Kind: core.KindConfig, Code: core.CodeSecretMissing, Op: opToken, Message: "No client secret is set."}
	}
	e := *core.AsError(err)
	if e.Code == core.CodeInternal {
		e = *wire.NetworkError(opToken, err) // a cancelled prompt; anything else falls through
		if e.Kind != core.KindCancelled {
			e = core.Error{Kind: core.KindConfig, Code: core.CodeSecretMissing, Message: "The client secret could not be read.", Err: err}
		}
	}
	e.Op = opToken
	return &e
}

// cannotConnect returns an error of the network or of TLS that is also an error of
// signing in.
func cannotConnect(err error) *core.Error {
	e := wire.NetworkError(opToken, err)
	switch e.Kind {
	case core.KindCancelled:
		return e
	case core.KindServer: // it has answered something that can't be read
		e.Kind, e.Code, e.Message = core.KindAuth, core.CodeTokenInvalid, "Invalid token response: "+lowerFirst(e.Message)
		return e
	}
	e.Message = "Cannot connect to Admin Module: " + lowerFirst(e.Message)
	if e.Err == nil {
		e.Err = core.ErrSignIn
	} else {
		e.Err = notSignedIn{e.Err}
	}
	return e
}

// notSignedIn is a cause that is also core.ErrSignIn.
type notSignedIn struct{ error }

func (notSignedIn) Is(target error) bool { return target == core.ErrSignIn }
func (n notSignedIn) Unwrap() error      { return n.error }

// lowerFirst makes the first letter lower case, for a sentence after a colon.
func lowerFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 || strings.HasPrefix(s, "TLS") {
		return s
	}
	return string(unicode.ToLower(r)) + s[n:]
}
