package settings

import (
	"context"
	"errors"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
)

// save saves the profile and closes the dialog. sessionOnly keeps secrets in memory.
func (d *Dialog) save(sessionOnly bool) {
	p, problems := d.form.profile()
	if len(problems) > 0 || d.saving {
		return
	}
	secrets := d.secrets()
	d.saving = true
	d.Say(d.host.Text.S("settings.saving"), widget.LowImportance)
	d.enable()
	d.settleQueued(p, func(q view.Queued) { d.keep(p, secrets, sessionOnly, q) }, func(err error) {
		d.saving = false
		d.Say("", widget.LowImportance)
		d.enable()
		if err != nil {
			d.Say(d.host.Text.Explained(err), widget.DangerImportance)
		}
	})
}

// keep saves the profile once it is clear what becomes of queued files.
func (d *Dialog) keep(p core.Profile, secrets view.ProfileSecrets, sessionOnly bool, q view.Queued) {
	view.Async(d.host, func(ctx context.Context) (struct{}, error) {
		err := d.host.Controller.SaveProfile(ctx, d.previous, p, secrets, sessionOnly, q)
		if err != nil {
			return struct{}{}, err
		}
		if d.previous == "" {
			err = d.host.Controller.Use(ctx, p.Name)
		}
		if d.form.opened.Metrics.Listen != "" && p.Metrics.Listen == "" {
			err = errors.Join(err, d.host.Controller.StopMetrics(ctx))
		}
		if err != nil {
			err = &view.NotReadyError{Err: err}
		}
		return struct{}{}, err
	}, func(_ struct{}, err error) {
		d.saving = false
		d.enable()
		var notReady *view.NotReadyError
		if err != nil && !errors.As(err, &notReady) {
			d.notSaved(err, secrets, sessionOnly)
			return
		}
		d.applyAppearance()
		d.Close(true)
		if notReady != nil {
			d.host.Failed(notReady)
		}
	})
}

// notSaved says why. If the keychain is the reason, it offers to keep the secrets for
// this session only.
func (d *Dialog) notSaved(err error, secrets view.ProfileSecrets, sessionOnly bool) {
	t := d.host.Text
	d.Say(t.Explained(err), widget.DangerImportance)
	if sessionOnly || secrets.Client.IsZero() && secrets.Passphrase.IsZero() || !ofKeychain(err) {
		return
	}
	words := widgets.NewLabel(t.Explained(err)+"\n\n"+t.S("settings.session.offer"), theme.SizeNameText, widget.MediumImportance, false)
	words.Wrapping = fyne.TextWrapWord
	view.Confirm(d.host, t.S("settings.session.title"), words, t.S("settings.cancel"), t.S("settings.session.yes"), func() { d.save(true) }, func() {})
}
