package settings

import (
	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
)

// The forms of a client certificate.
const (
	certPEM    = "pem"
	certPKCS12 = "pkcs12"
)

// certificatesTab is the part of the form about TLS: the inputs, and the card that
// shows the chosen certificate.
type certificatesTab struct {
	host       *view.Host
	form       *form
	saved      string // name under which the profile is saved, "" for a new one
	onRefused  func() // called if saving would refuse a file that was read; may be nil
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

	asked      certificateQuestion // whose answer the card shows or will show
	generation int                 // of the newest question; older answers are dropped
	answered   certificateQuestion
	refused    []core.FieldError // why saving would refuse the files of answered
}

// read puts the inputs into the profile. TLS stays enabled without a client
// certificate, since the trusted CA and the minimum version still matter.
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

// arrange shows the rows that go with the form of the certificate.
func (c *certificatesTab) arrange() {
	on, bundle := c.mutual.Checked, c.kind.value() == certPKCS12
	widgets.SetEnabled(c.kind.DropDown, on)
	f := c.form
	f.show(c.certRow.row, on && !bundle)
	f.show(c.keyRow.row, on && !bundle)
	f.show(c.pkcs12Row.row, on && bundle)
	f.show(c.passphraseRow.row, on)
	f.show(c.identityRow.row, on && c.identity.needed())
}

// take puts a file into the field for its kind. It reports whether there is one.
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
