package diagnose

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"

	"golang.org/x/net/proxy"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/wire"
)

// reachProxy finds out which proxy to use, and makes it open a tunnel. Neither user name
// nor password are ever shown.
func (s *server) reachProxy(ctx context.Context) verdict {
	found, err := s.test.cfg.Proxy(&http.Request{Method: http.MethodGet, URL: s.url, Host: s.url.Host, Header: http.Header{}})
	switch {
	case err != nil: // its text contains the address with the password
		if e := core.AsError(err); e.Code == core.CodeProxyInvalid {
			return failed(wire.NetworkError(op, e))
		}
		return failed(errProxy("proxy.invalid", nil))
	case found == nil:
		return verdict{found: say("proxy.none", nil)}
	}
	told := facts{plain(clean(found.Scheme + "://" + hostPort(found)))}
	if found.User != nil {
		told = append(told, fact("proxy.user", nil))
	}
	s.proxy = found
	conn, err := dial(ctx, hostPort(found))
	if err != nil {
		return failed(proxyError(err), told...)
	}
	s.use(conn)
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	defer within(ctx, conn)()
	if e := s.passProxy(ctx); e != nil {
		return failed(e, told...)
	}
	return verdict{found: told}
}

// passProxy uses the proxy's protocol to connect to the target.
func (s *server) passProxy(ctx context.Context) *core.Error {
	switch s.proxy.Scheme {
	case "http":
	case "https":
		config := s.test.mine.config
		if config == nil {
			return s.test.mine.trust
		}
		config = config.Clone()
		config.ServerName = s.proxy.Hostname()
		secure := tls.Client(s.conn, config)
		if err := secure.HandshakeContext(ctx); err != nil {
			return proxyError(cause(ctx, err))
		}
		s.conn = secure
	case "socks5", "socks5h":
		return s.socks(ctx)
	default:
		return errProxy("proxy.scheme", nil)
	}
	if !s.encrypted() {
		return nil // such requests are sent to the proxy itself
	}
	return s.tunnel(ctx)
}

// tunnel asks an HTTP proxy for a connection to the server (RFC 9110 §9.3.6). If the
// proxy can't make one, that is the next step's failure.
func (s *server) tunnel(ctx context.Context) *core.Error {
	target := hostPort(s.url)
	req := (&http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: target}, Host: target, Header: proxyHeader(s.proxy)}).WithContext(ctx)
	if err := req.Write(s.conn); err != nil {
		return proxyError(cause(ctx, err))
	}
	resp, err := readResponse(s.conn, req) //nolint:bodyclose // the tunnel takes the place of its body
	if err != nil {
		if ctx.Err() == nil && malformed(err) {
			return errProxy("proxy.not_http", nil)
		}
		return proxyError(cause(ctx, err))
	}
	switch answered := http.StatusText(resp.StatusCode); resp.StatusCode {
	case http.StatusOK:
		return nil
	case http.StatusProxyAuthRequired:
		return errProxyLogin(s.proxy.User != nil)
	case http.StatusForbidden, http.StatusMethodNotAllowed:
		return errProxy("proxy.forbidden", with{"Target": target, "Answer": answered})
	default:
		s.unreached = errProxy("proxy.unreached", with{"Target": target, "Answer": strings.TrimSpace(clean(resp.Status))})
		return nil
	}
}

// socks makes a SOCKS5 proxy (RFC 1928) connect to the server.
func (s *server) socks(ctx context.Context) *core.Error {
	dialer, err := proxy.FromURL(s.proxy, open{s.conn})
	if err != nil {
		return errProxy("proxy.invalid", nil)
	}
	through, ok := dialer.(proxy.ContextDialer)
	if !ok {
		return errProxy("proxy.invalid", nil)
	}
	conn, err := through.DialContext(ctx, "tcp", hostPort(s.url))
	switch {
	case err == nil:
		s.conn = conn
	case ctx.Err() != nil:
		return proxyError(ctx.Err())
	case errors.Is(err, os.ErrDeadlineExceeded): // the deadline passed a moment before ctx ended
		return proxyError(context.DeadlineExceeded)
	case strings.Contains(err.Error(), "authentication"):
		return errProxyLogin(s.proxy.User != nil)
	case strings.Contains(err.Error(), "unknown error "): // x/net's text for the proxy's answer
		_, answered, _ := strings.Cut(err.Error(), "unknown error ")
		s.unreached = errProxy("proxy.unreached", with{"Target": hostPort(s.url), "Answer": clean(answered)})
	default:
		return errProxy("proxy.not_socks", nil)
	}
	return nil
}

// open is a dialer that returns an open connection.
type open struct{ conn net.Conn }

// Dial implements proxy.Dialer.
func (o open) Dial(string, string) (net.Conn, error) { return o.conn, nil }

// DialContext implements proxy.ContextDialer.
func (o open) DialContext(context.Context, string, string) (net.Conn, error) { return o.conn, nil }

// connectedByProxy is the verdict on the proxy's connection to the server.
func (s *server) connectedByProxy() verdict {
	if s.unreached != nil {
		return failed(s.unreached)
	}
	if !s.encrypted() && strings.HasPrefix(s.proxy.Scheme, "http") {
		return verdict{found: say("tcp.handed", nil)}
	}
	return verdict{found: say("tcp.proxy", with{"Target": hostPort(s.url)})}
}

func proxyHeader(u *url.URL) http.Header {
	h := http.Header{}
	if u.User != nil {
		password, _ := u.User.Password()
		h.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(u.User.Username()+":"+password)))
	}
	return h
}

// proxyError is wire.NetworkError for a connection to the proxy.
func proxyError(err error) *core.Error {
	e := wire.NetworkError(op, err)
	if e.Kind == core.KindCancelled {
		return e
	}
	key := "proxy." + string(e.Code)
	if e.Kind == core.KindTLS {
		key = "proxy.tls"
	}
	if _, ok := english[key]; ok {
		e.Fact = &core.Fact{Key: key}
	}
	e.Kind, e.Code = core.KindNetwork, core.CodeProxy
	e.Message = strings.Replace(e.Message, "The server", "The proxy", 1)
	e.Message = strings.Replace(e.Message, "to the server", "to the proxy", 1)
	return e
}

func errProxy(key string, fill with) *core.Error {
	return problem(core.KindNetwork, core.CodeProxy, fact(key, fill))
}

func errProxyLogin(tried bool) *core.Error {
	if tried {
		return errProxy("proxy.login_refused", nil)
	}
	return errProxy("proxy.login", nil)
}
