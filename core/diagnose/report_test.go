package diagnose

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/artstore/ingester/core"
)

func TestText(t *testing.T) {
	steps := []core.Step{
		{Name: TCP, Target: core.TargetAdmin, Status: core.StepOK, Detail: "connected", Took: 1234 * time.Microsecond},
		{Name: Clock, Target: core.TargetAdmin, Status: core.StepWarning, Detail: "ahead", Advice: "Set it."},
		{Name: Token, Target: core.TargetAdmin, Status: core.StepFailed, Advice: "Check the secret.", Took: time.Second,
			Err: &core.Error{Code: core.CodeSignInRefused, Message: "Refused.", ServerText: "no such client"}},
		{Name: Ready, Status: core.StepNotReached},
	}
	want := strings.Join([]string{
		"ok           admin     tcp                     1.2 ms  connected",
		"warning      admin     clock                           ahead",
		"    → Set it.",
		"failed       admin     token                1000.0 ms",
		"    Refused: no such client [sign_in_refused]",
		"    → Check the secret.",
		"not reached            ready",
		"",
	}, "\n")
	if diff := cmp.Diff(want, Text(steps)); diff != "" {
		t.Error(diff)
	}
}

func TestLine(t *testing.T) {
	for _, tt := range []struct {
		step core.Step
		want string
	}{
		{
			core.Step{Name: TCP, Target: core.TargetIngester, Status: core.StepOK, Detail: "connected", Took: 1234567},
			`{"step":"tcp","target":"ingester","status":"ok","detail":"connected","seconds":0.0012}`,
		},
		{
			core.Step{Name: Ready, Status: core.StepFailed, Advice: "Wait.", Err: &core.Error{
				Kind: core.KindServer, Code: core.CodeServerBusy, Status: 503, Message: "Busy.", Err: errors.New("not shown"),
			}},
			`{"step":"ready","status":"failed","advice":"Wait.","seconds":0,"error":{"kind":"server","code":"server_busy","status":503,"message":"Busy."}}`,
		},
		{
			core.Step{Name: Token, Target: core.TargetAdmin, Status: core.StepNotReached},
			`{"step":"token","target":"admin","status":"not_reached","seconds":0}`,
		},
		{
			core.Step{Name: TLS, Status: core.StepFailed, Err: &core.Error{Kind: core.KindTLS, Code: core.CodeTLSFailed}},
			`{"step":"tls","status":"failed","seconds":0,"error":{"kind":"tls","code":"tls_failed","message":"tls_failed"}}`,
		},
	} {
		got, err := json.Marshal(LineOf(tt.step))
		if err != nil || string(got) != tt.want {
			t.Errorf("%s, %v\nnot %s", got, err, tt.want)
		}
	}
}

func TestClean(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{" a\tb\r\nc ", "a b  c"},
		{"\x1b[31mred\x00\u202e", "[31mred"},
		{"\xff\xfeok", "ok"},
		{strings.Repeat("é", 201), strings.Repeat("é", 200) + "…"},
	} {
		if got := clean(tt.in); got != tt.want {
			t.Errorf("clean(%q) = %q, not %q", tt.in, got, tt.want)
		}
	}
	if got := inEnglish(list([]string{"1", "2", "1", "3", "4", "5", "6", "7"})); got != "1, 2, 3, 4, 5 and 2 more" {
		t.Error(got)
	}
}

// Every code with which a step can fail has advice of its own or of its kind.
func TestAdvice(t *testing.T) {
	for kind, want := range map[core.Kind]string{
		core.KindConfig: "profile", core.KindCancelled: "again", core.KindServer: "later", core.KindAuth: "administrator",
	} {
		if got := inEnglish(adviceFor(&core.Error{Kind: kind, Code: "new"})...); !strings.Contains(got, want) {
			t.Errorf("%s: %s", kind, got)
		}
	}
	for _, code := range []core.Code{core.CodeUnreachable, core.CodePassphraseWrong, core.CodeCAInvalid} {
		if adviceByCode[code] == "" {
			t.Errorf("no advice for %s", code)
		}
	}
}

// noSecrets looks for every planted secret, in all possible forms, in all output of a run.
func noSecrets(t *testing.T, o outcome, more ...string) {
	t.Helper()
	var all strings.Builder
	all.WriteString(Text(o.steps))
	for _, s := range o.steps {
		line, err := json.Marshal(LineOf(s))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&all, "%s %+v %v\n", line, s, s.Err)
	}
	if o.err != nil {
		fmt.Fprintf(&all, "%v %+v", o.err, *o.err)
	}
	all.WriteString(strings.Join(more, "\n"))
	for _, secret := range []string{"canary", "eyJ", "hunter2"} {
		for _, form := range []string{secret, base64.StdEncoding.EncodeToString([]byte(secret))[:len(secret)], url.QueryEscape(secret)} {
			if strings.Contains(all.String(), form) {
				t.Errorf("%q is in\n%s", form, all.String())
			}
		}
	}
}

// The canary: secret, token, passphrase and proxy password are shown nowhere, whatever servers
// echo.
func TestNoSecretIsShown(t *testing.T) {
	echo := func(w http.ResponseWriter, r *http.Request) {
		answer(http.StatusUnauthorized, `{"detail":"bad secret `+testSecret+`"}`)(w, r)
	}
	for name, change := range map[string]func(*testing.T, *world){
		"all well":        func(*testing.T, *world) {},
		"opaque token":    admin(always(answer(http.StatusOK, `{"access_token":"opaque-canary-token","token_type":"Bearer"}`)), nil),
		"echoed secret":   admin(always(echo), nil),
		"forged token":    admin(signed(nil), always(answer(http.StatusOK, newSigner(t).jwks()))),
		"keys unreadable": admin(signed(nil), always(answer(http.StatusOK, "canary"))),
		"secret not read": func(_ *testing.T, w *world) { w.cfg.Secret = nil },
		"wrong file":      func(_ *testing.T, w *world) { w.profile.TLS.KeyFile = w.profile.TLS.CACertFile },
	} {
		t.Run(name, func(t *testing.T) {
			w, f := newWorld(t, change), newForwarder(t, nil)
			f.login = true
			w.through(t, login(f.URL))
			w.cfg.Passphrase = core.NewSecret("canary-passphrase")
			var logged bytes.Buffer
			w.cfg.Log = slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
			o := w.run(t)
			if logged.Len() == 0 {
				t.Error("nothing was logged")
			}
			noSecrets(t, o, logged.String())
		})
	}
}
