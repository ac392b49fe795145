package settings

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// certificateCard shows the facts of a client certificate. Its rows are made once
// and shown when they have something to say.
type certificateCard struct {
	text    *wording.Text
	rows    *fyne.Container
	values  map[string]*cardRow // by the key of their names
	message *widgets.Label
	object  fyne.CanvasObject
}

// cardRow is a name and a value.
type cardRow struct {
	*fyne.Container
	value *widgets.Label
}

// cardLabelWidth is the width of the card's column of names.
const cardLabelWidth = 110

func newCertificateCard(t *wording.Text) *certificateCard {
	c := &certificateCard{text: t, rows: container.New(layout.NewCustomPaddedVBoxLayout(0)), values: map[string]*cardRow{}}
	for _, key := range []string{"settings.card.subject", "settings.card.issuer", "settings.card.names", "settings.card.valid",
		"settings.card.serial", "settings.card.fingerprint", "settings.card.key", "settings.card.usage"} {
		r := &cardRow{value: widgets.NewTightLabel("", widget.MediumImportance)}
		r.value.Wrapping = fyne.TextWrapBreak
		r.Container = container.New(widgets.Columns{Widths: []float32{cardLabelWidth, 0}, Gap: theme.Padding()},
			widgets.NewTightLabel(t.S(key), widget.LowImportance), r.value)
		c.values[key] = r
		c.rows.Add(r.Container)
	}
	c.message = widgets.NewTightLabel("", widget.MediumImportance)
	c.message.Wrapping = fyne.TextWrapWord
	c.rows.Add(c.message)
	c.object = widgets.NewPanel(widgets.ColorSunken, c.rows)
	c.clear()
	return c
}

func (c *certificateCard) clear() {
	for _, o := range c.rows.Objects {
		o.Hide()
	}
}

// reading says that the file is being read.
func (c *certificateCard) reading() {
	c.clear()
	c.say(c.text.S("settings.card.reading"), widget.LowImportance)
}

// show fills the card, and reports false if there is nothing to show. Errors are
// shown below the fields.
func (c *certificateCard) show(facts core.CertificateFacts, err error, now time.Time) bool {
	c.clear()
	switch {
	case core.CodeOf(err) == core.CodePassphraseMissing, ofKeychain(err):
		c.say(c.text.S("settings.card.passphrase"), widget.MediumImportance)
	case facts.Fingerprint == "":
		return false
	default:
		c.facts(facts, now)
		c.key(facts, err)
	}
	return true
}

// say shows a message below the facts.
func (c *certificateCard) say(words string, importance widget.Importance) {
	c.message.Restyle(words, importance, false)
}

func (c *certificateCard) facts(f core.CertificateFacts, now time.Time) {
	t := c.text
	validity, importance := validityText(t, f, now)
	c.set("settings.card.subject", f.Subject, widget.MediumImportance, true)
	c.set("settings.card.issuer", f.Issuer, widget.MediumImportance, false)
	if len(f.Names) > 0 {
		c.set("settings.card.names", strings.Join(f.Names, ", "), widget.MediumImportance, false)
	}
	c.set("settings.card.valid", validity, importance, importance != widget.MediumImportance)
	c.set("settings.card.serial", f.Serial, widget.MediumImportance, false)
	c.set("settings.card.fingerprint", "SHA-256 "+f.Fingerprint, widget.MediumImportance, false)
	if !f.ClientAuth {
		c.set("settings.card.usage", "▲ "+t.S("settings.card.usage.no"), widget.WarningImportance, true)
	}
}

// key says whether the private key belongs to the certificate. If the key could not be
// read, nobody knows.
func (c *certificateCard) key(f core.CertificateFacts, err error) {
	t := c.text
	switch {
	case f.KeyMatches:
		c.set("settings.card.key", "✓ "+t.S("settings.card.key.yes"), widget.SuccessImportance, false)
	case err == nil, core.CodeOf(err) == core.CodeKeyMismatch:
		c.set("settings.card.key", "✗ "+t.S("settings.card.key.no"), widget.DangerImportance, true)
	}
}

func (c *certificateCard) set(key, value string, importance widget.Importance, bold bool) {
	r := c.values[key]
	r.value.Restyle(value, importance, bold)
	r.Show()
}

// validityText says from when until when a certificate is valid and how many days
// are left, with a sign where that needs attention.
func validityText(t *wording.Text, f core.CertificateFacts, now time.Time) (string, widget.Importance) {
	span := t.S("settings.card.span", wording.Args{
		"From": f.NotBefore.Local().Format(time.DateOnly), "To": f.NotAfter.Local().Format(time.DateOnly)}) + " · "
	days := f.DaysLeft(now)
	switch {
	case now.Before(f.NotBefore):
		return span + "✗ " + t.S("settings.card.notyet"), widget.DangerImportance
	case days < 0:
		return span + "✗ " + t.S("settings.card.expired"), widget.DangerImportance
	case days < view.CertificateWarnDays:
		return span + "▲ " + t.N("settings.card.days", days), widget.WarningImportance
	}
	return span + t.N("settings.card.days", days), widget.MediumImportance
}
