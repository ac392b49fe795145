package settings

import (
	"context"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
)

// How tokens are verified, as the form offers it.
const (
	verifyJWKS = "jwks"
	verifyKey  = "key"
	verifyNone = "none"
)

// buildSignIn makes the tab Sign-in.
func (d *Dialog) buildSignIn() {
	t, p, f := d.host.Text, d.form.opened, d.form
	clientAuth := newChoice(p.Auth.ClientAuth,
		option[core.ClientAuth]{core.ClientAuthBasic, t.S("settings.client_auth.basic")},
		option[core.ClientAuth]{core.ClientAuthBody, t.S("settings.client_auth.body")})
	grant := newChoice(p.Auth.Grant,
		option[core.Grant]{core.GrantArtStore, t.S("settings.grant.artstore")},
		option[core.Grant]{core.GrantOAuth2, t.S("settings.grant.oauth2")})
	var authRow *field
	showAuth := func() { f.show(authRow.row, grant.value() == core.GrantOAuth2) }
	selectRow(f, view.TabSignIn, "auth.grant", t.S("settings.grant"), grant,
		func(p *core.Profile, v core.Grant) { p.Auth.Grant = v }, func() { showAuth() })
	authRow = selectRow(f, view.TabSignIn, "auth.client_auth", t.S("settings.client_auth"), clientAuth,
		func(p *core.Profile, v core.ClientAuth) {
			// The default is left out, as in the file.
			if p.Auth.Grant == core.GrantOAuth2 && (v != core.ClientAuthBasic || p.Auth.ClientAuth != "") {
				p.Auth.ClientAuth = v
			}
		}, nil)
	showAuth()

	f.entry(view.TabSignIn, "auth.client_id", t.S("settings.client_id"), p.Auth.ClientID, "sa_prod_reports_1a2b3c",
		func(p *core.Profile, v string) { p.Auth.ClientID = v })
	d.secret = newSecretField(d.host)
	secretRow := f.add(view.TabSignIn, "", t.S("settings.secret"), d.secret.object, nil)
	f.wire(secretRow, nil, d.secret.formEntry)
	d.secretNote = f.note(view.TabSignIn, t.S("settings.secret.new"))
	d.askSecret()

	f.entry(view.TabSignIn, "auth.scope", t.S("settings.scope"), p.Auth.Scope, t.S("settings.optional"),
		func(p *core.Profile, v string) { p.Auth.Scope = v })
	f.address(view.TabSignIn, "auth.token_url", t.S("settings.token_url"), p.Auth.TokenURL, t.S("settings.token_url.hint"),
		func(p *core.Profile, v string) { p.Auth.TokenURL = v })
	d.buildVerification()
}

// askSecret asks whether a client secret is saved, never for the secret, and shows
// the answer.
func (d *Dialog) askSecret() {
	if d.previous == "" {
		return
	}
	view.Async(d.host, func(ctx context.Context) (bool, error) {
		return d.host.Controller.HasSecret(ctx, d.previous)
	}, func(kept bool, err error) {
		t := d.host.Text
		defer d.form.relayout()
		switch {
		case err != nil:
			d.secretNote.SetText(t.Explained(err))
		case kept:
			if c := d.host.Win.Canvas(); c.Focused() == fyne.Focusable(d.secret.formEntry) {
				c.Unfocus() // or the user would type into a hidden field
			}
			d.secret.showKept(true)
			d.form.show(d.secretNote.row, false)
		default:
			d.secretNote.SetText(t.S("settings.secret.none"))
		}
	})
}

// buildVerification adds the rows for how the signatures of tokens are verified.
func (d *Dialog) buildVerification() {
	t, p, f := d.host.Text, d.form.opened, d.form
	start := verifyJWKS
	switch {
	case p.Auth.PublicKeyFile != "":
		start = verifyKey
	case p.Auth.JWKSURL == "none":
		start = verifyNone
	}
	mode := newChoice(start,
		option[string]{verifyJWKS, t.S("settings.verify.jwks")},
		option[string]{verifyKey, t.S("settings.verify.key")},
		option[string]{verifyNone, t.S("settings.verify.none")})
	url := newFormEntry("", t.S("settings.jwks_url.hint"))
	if start == verifyJWKS {
		url.Text = p.Auth.JWKSURL
	}
	key := newFormEntry(p.Auth.PublicKeyFile, t.S("settings.file.pem"))

	modeRow := f.add(view.TabSignIn, "", t.S("settings.verify"), narrow(selectWidth, widgets.Outlined(mode.DropDown)), nil)
	urlRow := f.add(view.TabSignIn, "auth.jwks_url", t.S("settings.jwks_url"), url, nil)
	keyRow := f.add(view.TabSignIn, "auth.public_key_file", t.S("settings.public_key"), fileInput(d.host, key, keyExtensions, nil), nil)
	f.wire(urlRow, nil, url)
	f.wire(keyRow, nil, key)
	f.combine = append(f.combine, func(p *core.Profile) []core.FieldError {
		p.Auth.JWKSURL, p.Auth.PublicKeyFile = "", ""
		switch mode.value() {
		case verifyJWKS:
			p.Auth.JWKSURL = url.value()
		case verifyNone:
			p.Auth.JWKSURL = "none"
		case verifyKey:
			if p.Auth.PublicKeyFile = key.value(); p.Auth.PublicKeyFile == "" {
				return []core.FieldError{{Field: "auth.public_key_file", Reason: core.ReasonRequired}}
			}
		}
		return nil
	})
	show := func(string) {
		f.show(urlRow.row, mode.value() == verifyJWKS)
		f.show(keyRow.row, mode.value() == verifyKey)
		f.leave(modeRow)
	}
	mode.OnChanged = show
	f.show(urlRow.row, start == verifyJWKS)
	f.show(keyRow.row, start == verifyKey)
}
