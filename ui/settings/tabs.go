package settings

import (
	"context"
	"net"
	"net/netip"

	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
)

// buildServer makes the tab Server.
func (d *Dialog) buildServer() {
	t, p, f := d.host.Text, d.form.opened, d.form
	f.entry(view.TabServer, "name", t.S("settings.name"), p.Name, t.S("settings.name.hint"),
		func(p *core.Profile, v string) { p.Name = v })
	f.address(view.TabServer, "ingester_url", t.S("settings.ingester_url"), p.IngesterURL, "https://ingester.example:8020",
		func(p *core.Profile, v string) { p.IngesterURL = v })
	f.address(view.TabServer, "admin_url", t.S("settings.admin_url"), p.AdminURL, "https://admin.example:8000",
		func(p *core.Profile, v string) { p.AdminURL = v })
	f.note(view.TabServer, t.S("settings.server.note"))
}

// buildTransfers makes the tab Transfers.
func (d *Dialog) buildTransfers() {
	t, p, f := d.host.Text, d.form.opened, d.form
	retention := newChoice(p.Upload.RetentionPolicy,
		option[core.Retention]{core.RetentionTemporary, t.S("settings.retention.temporary")},
		option[core.Retention]{core.RetentionPermanent, t.S("settings.retention.permanent")})
	var days *formEntry
	showDays := func() {
		if retention.value() == core.RetentionPermanent {
			days.Disable()
		} else {
			days.Enable()
		}
	}
	selectRow(f, view.TabTransfers, "upload.retention_policy", t.S("settings.retention"), retention,
		func(p *core.Profile, v core.Retention) { p.Upload.RetentionPolicy = v }, func() { showDays() })
	days = f.number(view.TabTransfers, "upload.ttl_days", t.S("settings.days"), p.Upload.TTLDays, "30",
		func(p *core.Profile, v int) { p.Upload.TTLDays = v })
	showDays()
	f.number(view.TabTransfers, "upload.concurrency", t.S("settings.concurrency"), p.Upload.Concurrency, t.S("settings.automatic"),
		func(p *core.Profile, v int) { p.Upload.Concurrency = v })
	f.entry(view.TabTransfers, "upload.bandwidth_limit", t.S("settings.bandwidth"), p.Upload.BandwidthLimit, t.S("settings.bandwidth.hint"),
		func(p *core.Profile, v string) { p.Upload.BandwidthLimit = v })
	selectRow(f, view.TabTransfers, "upload.protocol", t.S("settings.protocol"), newChoice(p.Upload.Protocol,
		option[core.Protocol]{core.ProtocolAuto, t.S("settings.automatic")},
		option[core.Protocol]{core.ProtocolMultipart, t.S("settings.protocol.multipart")},
		option[core.Protocol]{core.ProtocolTus, t.S("settings.protocol.tus")}),
		func(p *core.Profile, v core.Protocol) { p.Upload.Protocol = v }, nil)
	selectRow(f, view.TabTransfers, "upload.tus_complete", t.S("settings.tus_complete"), newChoice(p.Upload.TusComplete,
		option[string]{"", t.S("settings.tus_complete.auto")},
		option[string]{core.TusCompleteStored, t.S("settings.tus_complete.stored")}),
		func(p *core.Profile, v string) { p.Upload.TusComplete = v }, nil)
	selectRow(f, view.TabTransfers, "upload.http_version", t.S("settings.http"), newChoice(p.Upload.HTTPVersion,
		option[string]{core.HTTPAuto, t.S("settings.automatic")},
		option[string]{core.HTTP2, "HTTP/2"},
		option[string]{core.HTTP11, "HTTP/1.1"}),
		func(p *core.Profile, v string) { p.Upload.HTTPVersion = v }, nil)
}

// buildMetrics makes the tab Metrics.
func (d *Dialog) buildMetrics() {
	t, p, f := d.host.Text, d.form.opened, d.form
	listen := newFormEntry(p.Metrics.Listen, view.DefaultMetricsAddress)
	serve := widgets.NewCheck(t.S("settings.metrics.serve"), nil)
	serve.SetChecked(p.Metrics.Listen != "")
	widgets.SetEnabled(listen, serve.Checked)
	f.add(view.TabMetrics, "", t.S("settings.metrics"), serve, nil)
	row := f.add(view.TabMetrics, "metrics.listen", t.S("settings.metrics.address"), narrow(selectWidth, listen), func(p *core.Profile) *core.FieldError {
		p.Metrics.Listen = ""
		if serve.Checked {
			if p.Metrics.Listen = listen.value(); p.Metrics.Listen == "" {
				p.Metrics.Listen = view.DefaultMetricsAddress
			}
		}
		return nil
	})
	warning := f.note(view.TabMetrics, "")
	warning.Importance = widget.WarningImportance
	note := f.note(view.TabMetrics, t.S("settings.metrics.note"))
	remark := func() {
		open := serve.Checked && listen.value() != "" && !loopbackAddress(listen.value())
		warning.SetText(t.S("settings.metrics.open"))
		f.show(warning.row, open)
		f.show(note.row, !open)
	}
	d.buildListener()
	remark()
	f.wire(row, remark, listen)
	serve.OnChanged = func(on bool) {
		widgets.SetEnabled(listen, on)
		remark()
		f.leave(row)
	}
}

// buildListener adds the row that says whether /metrics is served now, and where.
func (d *Dialog) buildListener() {
	t, host := d.host.Text, d.host
	state := widgets.NewLabel(t.S("settings.metrics.off"), theme.SizeNameText, widget.MediumImportance, false)
	url := ""
	button := widgets.NewQuietButton(t.S("metrics.copy_url"), func() { host.App.Clipboard().SetContent(url) })
	button.Disable()
	d.form.add(view.TabMetrics, "", t.S("settings.metrics.state"), container.NewBorder(nil, nil, nil, widgets.Outlined(button), state), nil)
	view.Async(host, func(context.Context) (string, error) { return host.Controller.MetricsURL(), nil }, func(at string, _ error) {
		if url = at; url != "" {
			state.SetText(url)
			button.Enable()
		}
	})
}

// buildAppearance makes the tab Appearance. Its values are preferences of the user and
// not part of the profile; applyAppearance saves them.
func (d *Dialog) buildAppearance() {
	t, f, prefs := d.host.Text, d.form, d.host.App.Preferences()
	appearance := newChoice(prefs.String(view.PrefTheme),
		option[string]{"", t.S("settings.system")},
		option[string]{"light", t.S("settings.theme.light")},
		option[string]{"dark", t.S("settings.theme.dark")})
	language := newChoice(prefs.String(view.PrefLanguage),
		option[string]{"", t.S("settings.system")},
		option[string]{"en", "English"},
		option[string]{"ru", "Русский"})
	f.add(view.TabAppearance, "", t.S("settings.theme"), narrow(selectWidth, widgets.Outlined(appearance.DropDown)), nil)
	f.add(view.TabAppearance, "", t.S("settings.language"), narrow(selectWidth, widgets.Outlined(language.DropDown)), nil)
	size := d.buildScale()
	f.note(view.TabAppearance, t.S("settings.appearance.note"))
	applyAutostart := d.buildAutostart()
	d.applyAppearance = func() {
		applyAutostart()
		chosen := map[string]string{view.PrefTheme: appearance.value(), view.PrefLanguage: language.value(), view.PrefScale: size()}
		changed := false
		for key, value := range chosen {
			changed = changed || prefs.String(key) != value
			prefs.SetString(key, value)
		}
		if changed {
			d.host.AppearanceChanged()
		}
	}
}

// buildScale adds the choice of the size, if there is one. chosen returns it.
func (d *Dialog) buildScale() (chosen func() string) {
	t, was := d.host.Text, d.host.App.Preferences().String(view.PrefScale)
	if !d.host.CanScale {
		return func() string { return was }
	}
	options := []option[string]{{"", t.S("settings.system")}}
	for _, s := range view.Scales() {
		options = append(options, option[string]{s, t.Factor(view.ScaleFactor(s))})
	}
	size := newChoice(was, options...)
	d.form.add(view.TabAppearance, "", t.S("settings.scale"), narrow(selectWidth, widgets.Outlined(size.DropDown)), nil)
	return size.value
}

// buildAutostart adds the choice whether the desktop starts the program. apply carries
// it out.
func (d *Dialog) buildAutostart() (apply func()) {
	t, host := d.host.Text, d.host
	check := widgets.NewCheck(t.S("settings.autostart.use"), nil)
	check.Disable()
	d.form.add(view.TabAppearance, "", t.S("settings.autostart"), check, nil)
	remark := d.form.note(view.TabAppearance, t.S("settings.autostart.note"))
	was := false
	view.Async(host, host.Controller.Autostart, func(on bool, err error) {
		if err != nil {
			remark.SetText(t.Explained(err))
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
		host.Act(func(ctx context.Context) error { return host.Controller.SetAutostart(ctx, on) })
	}
}

// loopbackAddress reports whether host:port can be reached from this machine only.
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
