package settings

import (
	"context"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
)

// question is about the files and the passphrase that are in the form now.
func (c *certificatesTab) question() certificateQuestion {
	p := c.form.opened
	c.read(&p)
	return certificateQuestion{p.TLS, c.passphrase.Text}
}

// inspect reads the chosen files and shows in the card what they hold. Files that
// were refused are read again, since they may have changed.
func (c *certificatesTab) inspect() {
	question := c.question()
	if question == c.asked && len(c.refusals(nil)) == 0 {
		return
	}
	card := question.settings.HasClientCertificate()
	if question != c.asked {
		c.card.reading()
		c.form.show(c.cardRow.row, card)
	}
	c.asked = question
	c.generation++
	if !card && question.settings.CACertFile == "" {
		return
	}
	generation, host, saved := c.generation, c.host, c.saved
	view.Async(host, func(ctx context.Context) (inspection, error) {
		return question.inspect(ctx, host.Controller, saved), nil
	},
		func(found inspection, _ error) {
			if generation == c.generation { // else the user has chosen another file meanwhile
				c.answer(question, found)
			}
		})
}

// offer lists the certificates of the files that were read.
func (c *certificatesTab) offer(all []core.CertificateFacts) {
	c.identity.fill(all, c.identity.value(), c.host.Now())
	c.arrange()
}

// refusals is why saving would refuse the files of the form, if they have been
// read.
func (c *certificatesTab) refusals(*core.Profile) []core.FieldError {
	if c.question() != c.answered {
		return nil
	}
	return c.refused
}

// answer shows what was found in the files, and below the fields what is wrong.
func (c *certificatesTab) answer(question certificateQuestion, found inspection) {
	before := len(c.refusals(nil))
	c.offer(found.facts.Identities)
	c.answered, c.refused = question, question.refusals(found)
	if !c.card.show(found.facts, found.err, c.host.Now()) {
		c.form.show(c.cardRow.row, false)
	}
	c.passphrase.SetPlaceHolder(c.host.Text.S(passphraseHint(found.facts, found.err, question.passphrase != "")))
	c.form.relayout()
	if before+len(c.refused) == 0 {
		return
	}
	for _, e := range c.refused {
		if e.Reason != core.Reason(core.CodePassphraseMissing) { // the user has still to type it
			c.form.reveal(e.Field)
		}
	}
	c.form.check()
	if c.onRefused != nil && len(c.refused) > 0 {
		c.onRefused()
	}
}
