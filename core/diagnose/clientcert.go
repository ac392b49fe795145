package diagnose

import (
	"context"
	"net/http"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/wire"
)

// checkClientCertificate finds out whether the server accepted our certificate. In TLS
// 1.3 the handshake is over before the server has checked it, so this needs the first
// request.
func (s *server) checkClientCertificate(ctx context.Context) verdict {
	mine := s.test.mine
	switch {
	case !s.encrypted():
		return verdict{found: say("plain", nil)}
	case mine.identity != nil:
		return failed(mine.identity, s.own()...)
	case !s.hello.asked:
		return verdict{found: say("client.not_asked", nil), todo: s.ownExpiry()}
	}
	err := s.hello.refused
	if err == nil {
		err = s.request(ctx).err
	}
	if e := s.refusal(err); e != nil {
		v := failed(e, s.presented())
		v.todo = s.refusalAdvice()
		return v
	}
	switch {
	case ctx.Err() != nil:
		return failed(wire.NetworkError(op, ctx.Err()), s.presented())
	case err != nil: // another failure, which the next step reports
		return verdict{found: facts{s.presented(), fact("client.silent", nil)}, todo: s.ownExpiry()}
	case !s.hello.sent:
		return verdict{found: facts{s.presented(), fact("client.optional", nil)}}
	}
	return verdict{found: facts{s.presented(), fact("client.accepted", nil)}, todo: s.ownExpiry()}
}

// presented tells whether a certificate was asked for and sent.
func (s *server) presented() core.Fact {
	if !s.hello.sent {
		return fact("client.none", nil)
	}
	return fact("client.sent", with{"Certificate": s.own()})
}

// own describes the profile's client certificate.
func (s *server) own() facts {
	mine := s.test.mine.facts
	if mine.NotAfter.IsZero() {
		return nil
	}
	return facts{quoted(mine.Subject, "certificate.no_subject"), validity(mine.NotBefore, mine.NotAfter, s.test.cfg.Now())}
}

func (s *server) ownExpiry() facts {
	mine := s.test.mine.facts
	if mine.NotAfter.IsZero() {
		return nil
	}
	advice := expiryAdvice(fact("what.client", nil), mine.NotAfter, s.test.cfg.Now())
	if advice != nil {
		advice = append(advice, fact("renew.client", nil))
	}
	return advice
}

// refusal returns what the end of a connection means for our certificate, nil if it is
// not about the certificate.
func (s *server) refusal(err error) *core.Error {
	if err == nil {
		if s.reply != nil && s.reply.refusesCertificate() {
			return s.refused("HTTP " + http.StatusText(s.reply.status))
		}
		return nil
	}
	e := wire.NetworkError(op, err)
	switch {
	case e.Code == core.CodeTLSClientRequired && !s.hello.sent:
		return e
	case wire.Alert(err) != "":
		return s.refused(wire.Alert(err))
	case e.Kind == core.KindTLS:
		return e
	case e.Code == core.CodeConnectionLost && !malformed(err):
		ended := problem(core.KindTLS, core.CodeTLSFailed, fact("client.ended", nil))
		if !s.hello.sent {
			ended = problem(core.KindTLS, core.CodeTLSFailed, fact("client.ended_none", nil))
		}
		ended.Err = e.Err
		return ended
	}
	return nil
}

// refused is the error of a server that refuses our certificate, or demands one.
func (s *server) refused(words string) *core.Error {
	if !s.hello.sent {
		return problem(core.KindTLS, core.CodeTLSClientRequired, fact("client.required", nil))
	}
	return problem(core.KindTLS, core.CodeTLSClientRefused, fact("client.refused", with{"Words": clean(words)}))
}

func (s *server) refusalAdvice() facts {
	advice := say("client.check", nil)
	if !s.hello.sent {
		advice = say("client.set", nil)
	} else if own := s.ownExpiry(); own != nil {
		advice = own
	}
	if len(s.hello.accepts) > 0 {
		advice = append(advice, fact("client.takes", with{"Names": list(s.hello.accepts)}))
	}
	return advice
}
