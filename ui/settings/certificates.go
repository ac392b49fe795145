package settings

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
)

// The forms of a client certificate.
const (
	certPEM    = "pem"
	certPKCS12 = "pkcs12"
)

// certificatesTab is the part of the form about TLS: the inputs, and the card
// that shows what the chosen certificate is.
type certificatesTab struct {
	dialog     *Dialog
	mutual     *widgets.CheckBox
	ca         *formEntry
	kind       choice[string]
	cert       *formEntry // PEM
	key        *formEntry // PEM, "" where cert holds both
	pkcs12     *formEntry
	passphrase *formEntry
	identity   *identityChoice
	card       *certificateCard

	identityRow                                               *field
	caRow, certRow, pkcs12Row, keyRow, passphraseRow, cardRow *field

	asked      certificateQuestion // what the card shows, or will
	generation int                 // of the newest question; older answers are dropped
	answered   certificateQuestion
	refused    []core.FieldError // why saving would refuse the files of answered
}

// buildCertificates makes the tab Certificates.
func (d *Dialog) buildCertificates() {
	t, p := d.s.Text, d.form.opened.TLS
	c := &certificatesTab{dialog: d, card: newCertificateCard(t)}
	d.certificates = c
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
	d.form.combine = append(d.form.combine, c.read, c.refusals)
	c.mutual.OnChanged = func(bool) { c.changed() }
	c.kind.OnChanged = func(string) { c.changed() }
	c.arrange()
	c.inspect()
}

// changed is called when the form of the certificate was chosen.
func (c *certificatesTab) changed() {
	c.arrange()
	c.dialog.form.check()
	c.inspect()
}

func (c *certificatesTab) addRows() {
	d, t, f := c.dialog, c.dialog.s.Text, c.dialog.form
	f.add(view.TabCertificates, "", t.S("settings.mutual"), c.mutual, nil)
	c.caRow = f.add(view.TabCertificates, "tls.ca_cert_file", t.S("settings.ca"), d.fileInput(c.ca, caExtensions, c.inspect), nil)
	f.add(view.TabCertificates, "", t.S("settings.cert"), narrow(selectWidth, widgets.Outlined(c.kind.DropDown)), nil)
	c.certRow = f.add(view.TabCertificates, "tls.cert_file", t.S("settings.cert.file"), d.fileInput(c.cert, caExtensions, c.inspect), nil)
	c.keyRow = f.add(view.TabCertificates, "tls.key_file", t.S("settings.key"), d.fileInput(c.key, keyExtensions, c.inspect), nil)
	c.pkcs12Row = f.add(view.TabCertificates, "tls.pkcs12_file", t.S("settings.cert.file"), d.fileInput(c.pkcs12, pkcs12Extensions, c.inspect), nil)
	c.passphraseRow = f.add(view.TabCertificates, passphraseField, t.S("settings.passphrase"), c.passphrase, nil)
	c.addIdentity()
	c.cardRow = f.add(view.TabCertificates, "", "", c.card.object, nil)
	f.wire(c.caRow, c.inspect, c.ca)
	f.wire(c.certRow, c.inspect, c.cert)
	f.wire(c.keyRow, c.inspect, c.key)
	f.wire(c.pkcs12Row, c.inspect, c.pkcs12)
	f.wire(c.passphraseRow, c.inspect, c.passphrase)
	c.passphrase.OnSubmitted = func(string) { c.inspect() }
	c.certRow.label = t.S("settings.cert")
	c.pkcs12Row.label = t.S("settings.cert")
}

// addPolicy adds the minimum version and, folded away, the cipher list.
func (c *certificatesTab) addPolicy() {
	t, f := c.dialog.s.Text, c.dialog.form
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

// read takes the tab over into the profile. TLS settings stay in force
// without a client certificate: the trusted CA and the minimum version matter
// all the same.
func (c *certificatesTab) read(p *core.Profile) []core.FieldError {
	tls := &p.TLS
	tls.CACertFile, tls.CertFile, tls.KeyFile, tls.PKCS12File, tls.Identity = c.ca.value(), "", "", "", ""
	tls.Enabled = tls.Enabled || c.mutual.Checked || tls.CACertFile != ""
	if !c.mutual.Checked {
		return nil
	}
	tls.Identity = c.identity.value()
	if c.kind.value() == certPKCS12 {
		if tls.PKCS12File = c.pkcs12.value(); tls.PKCS12File == "" {
			return []core.FieldError{{Field: "tls.pkcs12_file", Reason: core.ReasonRequired}}
		}
		return nil
	}
	tls.CertFile, tls.KeyFile = c.cert.value(), c.key.value()
	if tls.CertFile == "" {
		return []core.FieldError{{Field: "tls.cert_file", Reason: core.ReasonRequired}}
	}
	return nil
}

// arrange shows the rows that the switches ask for.
func (c *certificatesTab) arrange() {
	on, bundle := c.mutual.Checked, c.kind.value() == certPKCS12
	widgets.SetEnabled(c.kind.DropDown, on)
	f := c.dialog.form
	f.show(c.certRow.row, on && !bundle)
	f.show(c.keyRow.row, on && !bundle)
	f.show(c.pkcs12Row.row, on && bundle)
	f.show(c.passphraseRow.row, on)
	f.show(c.identityRow.row, on && c.identity.needed())
}

// question is what the form asks about now.
func (c *certificatesTab) question() certificateQuestion {
	p := c.dialog.form.opened
	c.read(&p)
	return certificateQuestion{p.TLS, c.passphrase.Text}
}

// inspect asks what the chosen files hold and shows it in the card. Files that
// were refused are read again: they may have been mended.
func (c *certificatesTab) inspect() {
	question, form := c.question(), c.dialog.form
	if question == c.asked && len(c.refusals(nil)) == 0 {
		return
	}
	card := question.settings.HasClientCertificate()
	if question != c.asked {
		c.card.reading()
		form.show(c.cardRow.row, card)
	}
	c.asked = question
	c.generation++
	if !card && question.settings.CACertFile == "" {
		return
	}
	generation, s, saved := c.generation, c.dialog.s, c.dialog.previous
	view.Async(s, func(ctx context.Context) (inspection, error) { return question.inspect(ctx, s.Ctl, saved), nil },
		func(found inspection, _ error) {
			if generation == c.generation { // else the person has gone on to another file
				c.answer(question, found)
			}
		})
}

// take puts a file into the field for its kind. It reports whether there is
// one.
func (c *certificatesTab) take(path string, kind fileKind) bool {
	switch kind {
	case fileCA:
		c.ca.SetText(path)
	case fileCertificate:
		c.pem(c.cert, path)
	case fileKey:
		c.pem(c.key, path)
	case filePKCS12:
		c.mutual.SetChecked(true)
		c.kind.set(certPKCS12)
		c.pkcs12.SetText(path)
	default:
		return false
	}
	return true
}

func (c *certificatesTab) pem(e *formEntry, path string) {
	c.mutual.SetChecked(true)
	c.kind.set(certPEM)
	e.SetText(path)
}

// fileInput is an entry for a path with a button that picks a file.
func (d *Dialog) fileInput(e *formEntry, extensions []string, then func()) fyne.CanvasObject {
	button := widgets.NewQuietButton(d.s.Text.S("settings.choose"), func() {
		view.PickFile(d.s, e.value(), extensions, func(path string) {
			e.SetText(path)
			e.onLeave()
			if then != nil {
				then()
			}
		})
	})
	return container.NewBorder(nil, nil, nil, widgets.Outlined(button), e)
}
