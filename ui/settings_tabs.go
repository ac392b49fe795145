package ui

import (
	"context"
	"net"
	"net/netip"

	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
)

// buildServer makes the tab Server.
func (d *settingsDialog) buildServer() {
	t, p, f := d.s.text, d.form.opened, d.form
	f.entry(tabServer, "name", t.s("settings.name"), p.Name, t.s("settings.name.hint"),
		func(p *core.Profile, v string) { p.Name = v })
	f.entry(tabServer, "ingester_url", t.s("settings.ingester_url"), p.IngesterURL, "https://ingester.example:8020",
		func(p *core.Profile, v string) { p.IngesterURL = v })
	f.entry(tabServer, "admin_url", t.s("settings.admin_url"), p.AdminURL, "https://admin.example:8000",
		func(p *core.Profile, v string) { p.AdminURL = v })
	f.note(tabServer, t.s("settings.server.note"))
}

// buildTransfers makes the tab Transfers.
func (d *settingsDialog) buildTransfers() {
	t, p, f := d.s.text, d.form.opened, d.form
	retention := newChoice(p.Upload.RetentionPolicy,
		option[core.Retention]{core.RetentionTemporary, t.s("settings.retention.temporary")},
		option[core.Retention]{core.RetentionPermanent, t.s("settings.retention.permanent")})
	var days *formEntry
	showDays := func() {
		if retention.value() == core.RetentionPermanent {
			days.Disable()
		} else {
			days.Enable()
		}
	}
	selectRow(f, tabTransfers, "upload.retention_policy", t.s("settings.retention"), retention,
		func(p *core.Profile, v core.Retention) { p.Upload.RetentionPolicy = v }, func() { showDays() })
	days = f.number(tabTransfers, "upload.ttl_days", t.s("settings.days"), p.Upload.TTLDays, "30",
		func(p *core.Profile, v int) { p.Upload.TTLDays = v })
	showDays()
	f.number(tabTransfers, "upload.concurrency", t.s("settings.concurrency"), p.Upload.Concurrency, t.s("settings.automatic"),
		func(p *core.Profile, v int) { p.Upload.Concurrency = v })
	f.entry(tabTransfers, "upload.bandwidth_limit", t.s("settings.bandwidth"), p.Upload.BandwidthLimit, t.s("settings.bandwidth.hint"),
		func(p *core.Profile, v string) { p.Upload.BandwidthLimit = v })
	selectRow(f, tabTransfers, "upload.protocol", t.s("settings.protocol"), newChoice(p.Upload.Protocol,
		option[core.Protocol]{core.ProtocolAuto, t.s("settings.automatic")},
		option[core.Protocol]{core.ProtocolMultipart, t.s("settings.protocol.multipart")},
		option[core.Protocol]{core.ProtocolTus, t.s("settings.protocol.tus")}),
		func(p *core.Profile, v core.Protocol) { p.Upload.Protocol = v }, nil)
	selectRow(f, tabTransfers, "upload.tus_complete", t.s("settings.tus_complete"), newChoice(p.Upload.TusComplete,
		option[string]{"", t.s("settings.tus_complete.auto")},
		option[string]{core.TusCompleteStored, t.s("settings.tus_complete.stored")}),
		func(p *core.Profile, v string) { p.Upload.TusComplete = v }, nil)
	selectRow(f, tabTransfers, "upload.http_version", t.s("settings.http"), newChoice(p.Upload.HTTPVersion,
		option[string]{core.HTTPAuto, t.s("settings.automatic")},
		option[string]{core.HTTP2, "HTTP/2"},
		option[string]{core.HTTP11, "HTTP/1.1"}),
		func(p *core.Profile, v string) { p.Upload.HTTPVersion = v }, nil)
}

// buildMetrics makes the tab Metrics.
func (d *settingsDialog) buildMetrics() {
	t, p, f := d.s.text, d.form.opened, d.form
	listen := newFormEntry(p.Metrics.Listen, defaultMetricsAddress)
	serve := newCheck(t.s("settings.metrics.serve"), nil)
	serve.SetChecked(p.Metrics.Listen != "")
	setEnabled(listen, serve.Checked)
	f.add(tabMetrics, "", t.s("settings.metrics"), serve, nil)
	row := f.add(tabMetrics, "metrics.listen", t.s("settings.metrics.address"), narrow(selectWidth, listen), func(p *core.Profile) *core.FieldError {
		p.Metrics.Listen = ""
		if serve.Checked {
			if p.Metrics.Listen = listen.value(); p.Metrics.Listen == "" {
				p.Metrics.Listen = defaultMetricsAddress
			}
		}
		return nil
	})
	warning := f.note(tabMetrics, "")
	warning.Importance = widget.WarningImportance
	note := f.note(tabMetrics, t.s("settings.metrics.note"))
	remark := func() {
		open := serve.Checked && listen.value() != "" && !loopbackAddress(listen.value())
		warning.SetText(t.s("settings.metrics.open"))
		f.show(warning.row, open)
		f.show(note.row, !open)
	}
	d.buildListener()
	remark()
	f.wire(row, remark, listen)
	serve.OnChanged = func(on bool) {
		setEnabled(listen, on)
		remark()
		f.leave(row)
	}
}

// buildListener adds the row that says whether /metrics is served now, and
// where.
func (d *settingsDialog) buildListener() {
	t, s := d.s.text, d.s
	state := newLabel(t.s("settings.metrics.off"), theme.SizeNameText, widget.MediumImportance, false)
	url := ""
	button := newQuietButton(t.s("metrics.copy_url"), func() { s.app.Clipboard().SetContent(url) })
	button.Disable()
	d.form.add(tabMetrics, "", t.s("settings.metrics.state"), container.NewBorder(nil, nil, nil, outlined(button), state), nil)
	async(s, func(context.Context) (string, error) { return s.ctl.MetricsURL(), nil }, func(at string, _ error) {
		if url = at; url != "" {
			state.SetText(url)
			button.Enable()
		}
	})
}

// buildAppearance makes the tab Appearance. Its values belong to the person,
// not to the profile; apply puts them into the preferences.
func (d *settingsDialog) buildAppearance() {
	t, f, prefs := d.s.text, d.form, d.s.app.Preferences()
	appearance := newChoice(prefs.String(prefTheme),
		option[string]{"", t.s("settings.system")},
		option[string]{"light", t.s("settings.theme.light")},
		option[string]{"dark", t.s("settings.theme.dark")})
	language := newChoice(prefs.String(prefLanguage),
		option[string]{"", t.s("settings.system")},
		option[string]{"en", "English"},
		option[string]{"ru", "Русский"})
	f.add(tabAppearance, "", t.s("settings.theme"), narrow(selectWidth, outlined(appearance.dropDown)), nil)
	f.add(tabAppearance, "", t.s("settings.language"), narrow(selectWidth, outlined(language.dropDown)), nil)
	size := d.buildScale()
	f.note(tabAppearance, t.s("settings.appearance.note"))
	applyAutostart := d.buildAutostart()
	d.applyAppearance = func() {
		applyAutostart()
		chosen := map[string]string{prefTheme: appearance.value(), prefLanguage: language.value(), prefScale: size()}
		changed := false
		for key, value := range chosen {
			changed = changed || prefs.String(key) != value
			prefs.SetString(key, value)
		}
		if changed {
			d.s.appearanceChanged()
		}
	}
}

// buildScale adds the choice of the size, where there is one. What it returns
// is the choice.
func (d *settingsDialog) buildScale() (chosen func() string) {
	t, was := d.s.text, d.s.app.Preferences().String(prefScale)
	if !d.s.scales {
		return func() string { return was }
	}
	options := []option[string]{{"", t.s("settings.system")}}
	for _, s := range scales() {
		options = append(options, option[string]{s, t.percent100(factorOf(s))})
	}
	size := newChoice(was, options...)
	d.form.add(tabAppearance, "", t.s("settings.scale"), narrow(selectWidth, outlined(size.dropDown)), nil)
	return size.value
}

// buildAutostart adds the choice whether the desktop starts the program. What
// it returns carries the choice out.
func (d *settingsDialog) buildAutostart() (apply func()) {
	t, s := d.s.text, d.s
	check := newCheck(t.s("settings.autostart.use"), nil)
	check.Disable()
	d.form.add(tabAppearance, "", t.s("settings.autostart"), check, nil)
	remark := d.form.note(tabAppearance, t.s("settings.autostart.note"))
	was := false
	async(s, s.ctl.Autostart, func(on bool, err error) {
		if err != nil {
			remark.SetText(explained(t, err))
			return
		}
		was = on
		check.SetChecked(on)
		check.Enable()
	})
	return func() {
		on := check.Checked
		if check.Disabled() || on == was {
			return
		}
		s.act(func(ctx context.Context) error { return s.ctl.SetAutostart(ctx, on) })
	}
}

// loopbackAddress reports whether host:port is reached from this machine only.
func loopbackAddress(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
