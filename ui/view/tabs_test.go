package view

import (
	"testing"

	"github.com/artstore/ingester/core"
)

func TestTabForAnError(t *testing.T) {
	for code, want := range map[core.Code]Tab{
		core.CodeSignInRefused: TabSignIn, core.CodeTLSUntrusted: TabCertificates, core.CodeSecretMissing: TabSignIn,
		core.CodeCertificateExpired: TabCertificates, core.CodeConnectionRefused: TabServer, core.CodeProfileInvalid: TabServer,
	} {
		kind := map[core.Code]core.Kind{
			core.CodeSignInRefused: core.KindAuth, core.CodeTLSUntrusted: core.KindTLS, core.CodeConnectionRefused: core.KindNetwork,
		}[code]
		if kind == "" {
			kind = core.KindConfig
		}
		if got := TabFor(&core.Error{Kind: kind, Code: code}); got != want {
			t.Errorf("%s opens %s, want %s", code, got, want)
		}
	}
	if TabFor(nil) != TabServer {
		t.Error("no error has no tab")
	}
}
