package auth

import (
	"net/http"
	"strings"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// Tokens, keys and refusals that a proxy has compressed are read, up to the limit of an
// answer. An unknown encoding is named in the error.
func TestEncodedAnswers(t *testing.T) {
	key := signers()["rsa"]
	in := func(encoding string, h http.HandlerFunc) http.HandlerFunc {
		return coretest.Encoded(h, encoding).ServeHTTP
	}
	for _, encoding := range []string{"gzip", "deflate"} {
		a := newAdmin(t, nil)
		a.respond(in(encoding, issue(mint(t, key, nil, nil))))
		a.publish(in(encoding, jwks(t, jwkOf(t, key, fields{"kid": "key-1"}))))
		f := newSource(t, a, verified(a))
		token := f.mustToken(t)
		if !token.Verified {
			t.Errorf("%s: %+v", encoding, token)
		}
		f.Invalidate(token)
		f.clock.AdvanceMono(quiet)
		a.respond(in(encoding, reply(with()+strings.Repeat(" ", 10<<20)))) // a bomb
		f.mustFail(t, core.KindAuth, core.CodeTokenInvalid)
		f.clock.AdvanceMono(quiet)
		a.respond(in(encoding, refuse(403, `{"detail":"Account disabled"}`)))
		if e := f.failure(t, core.KindAuth, core.CodeSignInDisabled); e.ServerText != "Account disabled" {
			t.Errorf("%s: %+v", encoding, e)
		}
	}
	a := newAdmin(t, nil)
	f := newSource(t, a, verified(a))
	a.respond(in("br", issue(mint(t, key, nil, nil))))
	if e := f.failure(t, core.KindAuth, core.CodeTokenInvalid); !strings.Contains(e.Message, "(br)") || strings.Contains(e.Message, "connect") {
		t.Errorf("%+v", e)
	}
	f.clock.AdvanceMono(quiet)
	a.respond(issue(mint(t, key, nil, nil)))
	a.publish(in("br", jwks(t, jwkOf(t, key, fields{"kid": "key-1"}))))
	if e := f.failure(t, core.KindServer, core.CodeAnswerInvalid); !strings.Contains(e.Message, "keys: ") || !strings.Contains(e.Message, "(br)") {
		t.Errorf("%+v", e)
	}
}
