package diagnose

import (
	"strings"

	"github.com/artstore/ingester/core"
)

// firstAdvice returns what to do about a failure. A failure with the same cause as an
// earlier one needs no advice of its own, and advice about a wrong clock comes before
// advice about what the clock makes look wrong.
func (t *test) firstAdvice(v verdict) facts {
	todo := v.todo
	if todo == nil {
		todo = adviceFor(v.err)
	}
	if v.err.Code == core.CodeTokenUntrusted && t.clocks.wrong() && strings.Contains(v.err.Message, "check the clock") {
		todo = say("clock.set", nil)
	}
	if t.advised(todo) {
		return say("advice.above", nil)
	}
	return todo
}

// advised notes that advice was given, and reports whether it was given before.
func (t *test) advised(todo facts) bool {
	words := inEnglish(todo...)
	before := t.said[words]
	if t.said == nil {
		t.said = map[string]bool{}
	}
	t.said[words] = true
	return before
}

// adviceFor returns the advice for an error if its step has no better one.
func adviceFor(e *core.Error) facts {
	key, ok := adviceByCode[e.Code]
	if !ok {
		switch e.Kind {
		case core.KindConfig:
			key = "advice.config"
		case core.KindCancelled:
			key = "advice.cancelled"
		case core.KindServer:
			key = "advice.later"
		default:
			key = "advice.report"
		}
	}
	return say(key, nil)
}

var adviceByCode = map[core.Code]string{ //nolint:gochecknoglobals // a table
	core.CodeNameNotFound:          "advice.name",
	core.CodeConnectionRefused:     "advice.port",
	core.CodeUnreachable:           "advice.network",
	core.CodeTimeout:               "advice.timeout",
	core.CodeConnectionLost:        "advice.lost",
	core.CodeProxy:                 "advice.proxy",
	core.CodeProxyInvalid:          "advice.proxy",
	core.CodeTLSPolicy:             "advice.policy",
	core.CodeTLSFailed:             "advice.tls",
	core.CodeSecretMissing:         "advice.secret",
	core.CodeKeychainUnavailable:   "advice.keychain",
	core.CodeKeychainFailed:        "advice.keychain",
	core.CodeKeychainLocked:        "advice.unlock",
	core.CodeSignInRefused:         "advice.refused",
	core.CodeSignInDisabled:        "advice.disabled",
	core.CodeTokenInvalid:          "advice.token",
	core.CodeTokenUntrusted:        "advice.untrusted",
	core.CodeScopeMissing:          "advice.scope",
	core.CodeRedirect:              "advice.redirect",
	core.CodeAnswerInvalid:         "advice.answer",
	core.CodeCertificateUnreadable: "advice.certificate",
	core.CodeCertificateExpired:    "advice.certificate",
	core.CodeCertificateNotYet:     "advice.certificate",
	core.CodeCertificateUsage:      "advice.certificate",
	core.CodeKeyMismatch:           "advice.certificate",
	core.CodeIdentityChoice:        "advice.identity",
	core.CodeIdentityMissing:       "advice.identity",
	core.CodeKeyUnsupported:        "advice.certificate",
	core.CodePassphraseMissing:     "advice.passphrase",
	core.CodePassphraseWrong:       "advice.passphrase",
	core.CodeCAInvalid:             "advice.ca",
}
