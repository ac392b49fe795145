package settings

import (
	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
)

// newCertificatesTab adds the rows of the tab Certificates to a form. saved is
// the name under which the profile is saved, "" for a new one.
func newCertificatesTab(host *view.Host, f *form, saved string) *certificatesTab {
	t, p := host.Text, f.opened.TLS
	c := &certificatesTab{host: host, form: f, saved: saved, card: newCertificateCard(t)}
	start := certPEM
	if p.PKCS12File != "" {
		start = certPKCS12
	}
	c.mutual = widgets.NewCheck(t.S("settings.mutual.use"), nil)
	c.mutual.Checked = p.Enabled && p.HasClientCertificate()
	c.ca = newFormEntry(p.CACertFile, t.S("settings.ca.system"))
	c.kind = newChoice(start,
		option[string]{certPEM, t.S("settings.cert.pem")},
		option[string]{certPKCS12, t.S("settings.cert.pkcs12")})
	c.cert = newFormEntry(p.CertFile, t.S("settings.file.pem"))
	c.key = newFormEntry(p.KeyFile, t.S("settings.key.same"))
	c.pkcs12 = newFormEntry(p.PKCS12File, t.S("settings.file.pkcs12"))
	c.passphrase = newSecretEntry(t.S("settings.passphrase.new"))
	c.addRows()
	c.addPolicy()
	f.combine = append(f.combine, c.read, c.refusals)
	c.mutual.OnChanged = func(bool) { c.changed() }
	c.kind.OnChanged = func(string) { c.changed() }
	c.arrange()
	c.inspect()
	return c
}

// changed is called when the user wants a certificate, or none, or another form.
func (c *certificatesTab) changed() {
	c.arrange()
	c.form.check()
	c.inspect()
}

func (c *certificatesTab) addRows() {
	host, t, f := c.host, c.host.Text, c.form
	f.add(view.TabCertificates, "", t.S("settings.mutual"), c.mutual, nil)
	c.caRow = f.add(view.TabCertificates, "tls.ca_cert_file", t.S("settings.ca"), fileInput(host, c.ca, caExtensions, c.inspect), nil)
	f.add(view.TabCertificates, "", t.S("settings.cert"), narrow(selectWidth, widgets.Outlined(c.kind.DropDown)), nil)
	c.certRow = f.add(view.TabCertificates, "tls.cert_file", t.S("settings.cert.file"), fileInput(host, c.cert, caExtensions, c.inspect), nil)
	c.keyRow = f.add(view.TabCertificates, "tls.key_file", t.S("settings.key"), fileInput(host, c.key, keyExtensions, c.inspect), nil)
	c.pkcs12Row = f.add(view.TabCertificates, "tls.pkcs12_file", t.S("settings.cert.file"), fileInput(host, c.pkcs12, pkcs12Extensions, c.inspect), nil)
	c.passphraseRow = f.add(view.TabCertificates, passphraseField, t.S("settings.passphrase"), c.passphrase, nil)
	c.addIdentity()
	c.cardRow = f.add(view.TabCertificates, "", "", c.card.object, nil)
	f.wire(c.caRow, c.inspect, c.ca)
	f.wire(c.certRow, c.inspect, c.cert)
	f.wire(c.keyRow, c.inspect, c.key)
	f.wire(c.pkcs12Row, c.inspect, c.pkcs12)
	f.wire(c.passphraseRow, c.inspect, c.passphrase)
	c.certRow.label = t.S("settings.cert")
	c.pkcs12Row.label = t.S("settings.cert")
}

// addPolicy adds the minimum version and, hidden at first, the cipher list.
func (c *certificatesTab) addPolicy() {
	t, f := c.host.Text, c.form
	selectRow(f, view.TabCertificates, "tls.protocol_version", t.S("settings.minimum"), newChoice(f.opened.TLS.ProtocolVersion,
		option[string]{core.TLSv13, "TLS 1.3"},
		option[string]{core.TLSv12, "TLS 1.2"}),
		func(p *core.Profile, v string) { p.TLS.ProtocolVersion = v }, nil)
	ciphers := newFormEntry(f.opened.TLS.Ciphers, t.S("settings.ciphers.hint"))
	var row *field
	var remark note
	advanced := widgets.NewCheck(t.S("settings.ciphers.show"), func(on bool) {
		f.show(row.row, on)
		f.show(remark.row, on)
	})
	advanced.Checked = ciphers.Text != ""
	f.add(view.TabCertificates, "", t.S("settings.advanced"), advanced, nil)
	row = f.add(view.TabCertificates, "tls.ciphers", t.S("settings.ciphers"), ciphers, func(p *core.Profile) *core.FieldError {
		p.TLS.Ciphers = ciphers.value()
		return nil
	})
	f.wire(row, nil, ciphers)
	remark = f.note(view.TabCertificates, t.S("settings.ciphers.note"))
	advanced.OnChanged(advanced.Checked)
}

// addIdentity adds the row of the choice.
func (c *certificatesTab) addIdentity() {
	t, f := c.host.Text, c.form
	c.identity = newIdentityChoice(t, f.opened.TLS.Identity, func() {
		f.check()
		c.inspect()
	})
	c.identityRow = f.add(view.TabCertificates, "tls.identity", t.S("settings.identity"), widgets.Outlined(c.identity.DropDown), nil)
}
