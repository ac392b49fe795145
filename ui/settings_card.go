package ui

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
)

// Days before the end of a certificate at which the card and the metrics
// panel begin to warn.
const certificateWarnDays = 30

// certificateCard shows what a client certificate is, or why it can't be read.
type certificateCard struct {
	text   *text
	rows   *fyne.Container
	object fyne.CanvasObject
}

func newCertificateCard(t *text) *certificateCard {
	c := &certificateCard{text: t, rows: container.New(layout.NewCustomPaddedVBoxLayout(0))}
	c.object = newPanel(colorSunken, newDense(c.rows))
	return c
}

// reading says that the file is being read.
func (c *certificateCard) reading() {
	c.replace(c.line(c.text.s("settings.card.reading"), widget.LowImportance))
}

// show fills the card with the facts or with the reason why there are none.
func (c *certificateCard) show(facts core.CertificateFacts, err error, now time.Time) {
	switch code := core.CodeOf(err); {
	case code == core.CodePassphraseMissing:
		c.replace(c.line(c.text.s("settings.card.passphrase"), widget.MediumImportance))
	case err != nil && facts.Fingerprint == "":
		c.replace(c.line(explained(c.text, err), widget.DangerImportance))
	default:
		c.replace(c.facts(facts, now)...)
		if err != nil && facts.KeyMatches {
			c.rows.Add(c.line(explained(c.text, err), widget.DangerImportance))
		}
	}
}

func (c *certificateCard) replace(rows ...fyne.CanvasObject) {
	c.rows.Objects = rows
	c.rows.Refresh()
}

func (c *certificateCard) line(words string, importance widget.Importance) fyne.CanvasObject {
	l := newLabel(words, sizeSmall, importance, false)
	l.Wrapping = fyne.TextWrapWord
	return l
}

// cardLabelWidth is the width of the card's own label column.
const cardLabelWidth = 110

func (c *certificateCard) facts(f core.CertificateFacts, now time.Time) []fyne.CanvasObject {
	t := c.text
	validity, importance := validityText(t, f, now)
	rows := []fyne.CanvasObject{
		c.row("settings.card.subject", f.Subject, widget.MediumImportance, true),
		c.row("settings.card.issuer", f.Issuer, widget.MediumImportance, false),
	}
	if len(f.Names) > 0 {
		rows = append(rows, c.row("settings.card.names", strings.Join(f.Names, ", "), widget.MediumImportance, false))
	}
	rows = append(rows,
		c.row("settings.card.valid", validity, importance, importance != widget.MediumImportance),
		c.row("settings.card.serial", f.Serial, widget.MediumImportance, false),
		c.row("settings.card.fingerprint", "SHA-256 "+f.Fingerprint, widget.MediumImportance, false))
	if f.KeyMatches {
		rows = append(rows, c.row("settings.card.key", "✓ "+t.s("settings.card.key.yes"), widget.SuccessImportance, false))
	} else {
		rows = append(rows, c.row("settings.card.key", "✗ "+t.s("settings.card.key.no"), widget.DangerImportance, true))
	}
	if !f.ClientAuth {
		rows = append(rows, c.row("settings.card.usage", "▲ "+t.s("settings.card.usage.no"), widget.WarningImportance, true))
	}
	return rows
}

func (c *certificateCard) row(key, value string, importance widget.Importance, bold bool) fyne.CanvasObject {
	v := newLabel(value, sizeSmall, importance, bold)
	v.Wrapping = fyne.TextWrapBreak
	return container.New(columns{[]float32{cardLabelWidth, 0}, theme.Padding()},
		newLabel(c.text.s(key), sizeSmall, widget.LowImportance, false), v)
}

// validityText says from when until when a certificate counts and how many
// days are left, with a sign where that needs attention.
func validityText(t *text, f core.CertificateFacts, now time.Time) (string, widget.Importance) {
	span := t.s("settings.card.span", args{
		"From": f.NotBefore.Local().Format(time.DateOnly), "To": f.NotAfter.Local().Format(time.DateOnly)}) + " · "
	days := f.DaysLeft(now)
	switch {
	case now.Before(f.NotBefore):
		return span + "✗ " + t.s("settings.card.notyet"), widget.DangerImportance
	case days < 0:
		return span + "✗ " + t.s("settings.card.expired"), widget.DangerImportance
	case days < certificateWarnDays:
		return span + "▲ " + t.n("settings.card.days", days), widget.WarningImportance
	}
	return span + t.n("settings.card.days", days), widget.MediumImportance
}
