package diagnose

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/wire"
)

// asker asks the ingester for what uploads need to know, over connections like those
// of uploads. Earlier steps have shown that it can be reached.
type asker struct {
	test      *test
	transport *http.Transport
	token     core.Token // zero if signing in failed
}

func (t *test) newAsker() *asker {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(t.cfg.Profile.Upload.HTTPVersion != core.HTTP11)
	transport := &http.Transport{
		Proxy: t.cfg.Proxy, Protocols: protocols, TLSHandshakeTimeout: handshakeTimeout,
		DisableCompression: true, MaxResponseHeaderBytes: maxRead,
	}
	if t.mine.config != nil {
		transport.TLSClientConfig = t.mine.config.Clone()
	}
	if wire.AnyHasZone(t.cfg.Profile.IngesterURL, t.cfg.Profile.TusURL()) {
		transport.DialTLSContext = wire.DialTLS(new(net.Dialer).DialContext, transport.TLSClientConfig)
	}
	return &asker{test: t, transport: transport}
}

func (a *asker) close() { a.transport.CloseIdleConnections() }

// question is one request.
type question struct {
	method, url string
	header      map[string]string
	nameless    bool // without the token
}

// ask makes a request without a body. Redirects are not followed.
func (a *asker) ask(ctx context.Context, q question) (*reply, *core.Error) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, q.method, q.url, http.NoBody)
	if err != nil {
		return nil, wire.NetworkError(op, err)
	}
	wire.Address(req)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "ingester")
	for name, value := range q.header {
		req.Header.Set(name, value)
	}
	if !a.token.Value.IsZero() && !q.nameless {
		req.Header.Set("Authorization", "Bearer "+a.token.Value.Reveal())
	}
	resp, err := a.transport.RoundTrip(req)
	if err != nil {
		return nil, answerError(cause(ctx, err))
	}
	defer func() { _ = resp.Body.Close() }() // only for reading
	r := &reply{}
	if err := r.take(resp); err != nil {
		return nil, answerError(cause(ctx, err))
	}
	return r, nil
}

// at returns a URL of the ingester with this path.
func (a *asker) at(path string) string {
	return strings.TrimRight(a.test.cfg.Profile.IngesterURL, "/") + path
}

// said returns the status of an answer and, if there is one, its message.
func (a *asker) said(r *reply) core.Fact {
	words, ok := wire.Words(r.body, a.test.cfg.Redactor.Redact)
	text := words.Text
	if !ok && r.status >= 400 {
		text = wire.Page(r.body, r.header.Get("Content-Type"), a.test.cfg.Redactor.Redact)
	}
	answer := http.StatusText(r.status)
	if text = strings.TrimSpace(strings.TrimPrefix(clean(text), strconv.Itoa(r.status))); text != "" {
		answer = text
	}
	return fact("answer", with{"Status": r.status, "Words": answer})
}

// refusal is the error of an answer with which a step fails.
func (a *asker) refusal(kind core.Kind, code core.Code, f core.Fact, r *reply) *core.Error {
	e := problem(kind, code, f)
	e.Status, e.Outcome = r.status, core.OutcomeAnswered
	return e
}

// origin returns the origin of a URL. A token is never sent to another one.
func origin(u *url.URL) string {
	return u.Scheme + "://" + strings.ToLower(wire.WithoutZone(hostPort(u)))
}
