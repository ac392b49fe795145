package diagnose

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"

	"github.com/artstore/ingester/core"
)

// checkClientCertificate says what became of our certificate. In TLS 1.3 the
// handshake is over before the server has looked at it, so the verdict needs
// the first request.
func (s *server) checkClientCertificate(ctx context.Context) verdict {
	mine := s.test.mine
	switch {
	case !s.encrypted():
		return verdict{detail: "not used: plain HTTP"}
	case mine.identity != nil:
		return failed(s.own(), mine.identity)
	case !s.hello.asked:
		return verdict{detail: "the server does not ask for one", advice: s.ownExpiry()}
	}
	err := s.hello.refused
	if err == nil {
		err = s.request(ctx).err
	}
	if e := s.refusal(err); e != nil {
		v := failed(s.presented(), e)
		v.advice = s.refusalAdvice()
		return v
	}
	switch {
	case ctx.Err() != nil:
		return failed(s.presented(), core.NetworkError(op, ctx.Err()))
	case err != nil: // and not about the certificate: the next step tells
		return verdict{detail: s.presented() + "; the server has not said whether it accepts that", advice: s.ownExpiry()}
	case !s.hello.sent:
		return verdict{detail: s.presented() + "; the server does without"}
	}
	return verdict{detail: s.presented() + ", accepted", advice: s.ownExpiry()}
}

// presented is what was asked for and sent.
func (s *server) presented() string {
	if !s.hello.sent {
		return "asked for, none is configured"
	}
	return "asked for, sent: " + s.own()
}

// own describes the profile's certificate.
func (s *server) own() string {
	facts := s.test.mine.facts
	if facts.NotAfter.IsZero() {
		return ""
	}
	subject := quoted(facts.Subject, "a certificate without a subject")
	return subject + validity(facts.NotBefore, facts.NotAfter, s.test.cfg.Now())
}

func (s *server) ownExpiry() string {
	facts := s.test.mine.facts
	if facts.NotAfter.IsZero() {
		return ""
	}
	advice := expiryAdvice("client certificate", facts.NotAfter, s.test.cfg.Now())
	if advice != "" {
		advice += " Ask whoever issued it for a new one."
	}
	return advice
}

// refusal makes of the end of a connection what it says about our
// certificate; nil when it says nothing about it.
func (s *server) refusal(err error) *core.Error {
	if err == nil {
		if s.reply != nil && s.reply.refusesCertificate() {
			return s.refused("HTTP " + http.StatusText(s.reply.status))
		}
		return nil
	}
	e := core.NetworkError(op, err)
	switch {
	case e.Code == core.CodeTLSClientRequired && !s.hello.sent:
		return e
	case alert(err) != "":
		return s.refused(alert(err))
	case e.Kind == core.KindTLS:
		return e
	case e.Code == core.CodeConnectionLost && !malformed(err):
		e.Kind, e.Code = core.KindTLS, core.CodeTLSFailed
		e.Message = "The server ended the connection where it would look at the client certificate; it may not accept it."
		if !s.hello.sent {
			e.Message = "The server ended the connection where it would look at the client certificate; it may demand one."
		}
		return e
	}
	return nil
}

// refused is the error of a server that does not take our certificate, or
// not none.
func (s *server) refused(words string) *core.Error {
	e := &core.Error{Kind: core.KindTLS, Code: core.CodeTLSClientRefused, Op: op,
		Message: "The server refused the client certificate (" + clean(words) + ")."}
	if !s.hello.sent {
		e.Code, e.Message = core.CodeTLSClientRequired, "The server demands a client certificate, and this profile has none."
	}
	return e
}

func (s *server) refusalAdvice() string {
	from := ""
	if len(s.hello.accepts) > 0 {
		from = " It takes certificates of " + list(s.hello.accepts) + "."
	}
	if !s.hello.sent {
		return "Set the client certificate and its key." + from
	}
	if own := s.ownExpiry(); own != "" {
		return own + from
	}
	return "Check that the server knows the authority that issued it, and that it has not been revoked." + from
}

// alert is the text of a TLS alert that the server sent, "" for other errors.
func alert(err error) string {
	var remote *net.OpError
	if errors.As(err, &remote) && remote.Op == "remote error" {
		return strings.TrimPrefix(remote.Err.Error(), "tls: ")
	}
	return ""
}
