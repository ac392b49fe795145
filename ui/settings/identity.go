package settings

import (
	"strings"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// identityChoice is the drop-down for which client certificate of a file is used. It
// is shown if the file has several, or if the profile names one.
type identityChoice struct {
	*widgets.DropDown
	text  *wording.Text
	names []string // of the options, as in the profile; "" for no choice
}

func newIdentityChoice(t *wording.Text, name string, chosen func()) *identityChoice {
	c := &identityChoice{DropDown: widgets.NewDropDown(), text: t}
	c.fill(nil, name, time.Time{})
	c.OnChanged = func(string) { chosen() }
	return c
}

// value is the name for the profile.
func (c *identityChoice) value() string { return c.names[max(0, c.SelectedIndex())] }

// needed reports whether there is something to choose, or a choice to be undone.
func (c *identityChoice) needed() bool { return len(c.names) > 2 || c.value() != "" }

// fill offers all certificates. name stays chosen even if it is not among them.
func (c *identityChoice) fill(all []core.CertificateFacts, name string, now time.Time) {
	t := c.text
	nothing, usable := t.S("settings.identity.none"), 0
	c.names, c.Options = []string{""}, nil
	for _, facts := range all {
		if facts.Usable(now) {
			usable++
		}
	}
	if usable == 1 {
		nothing = t.S("settings.identity.only")
	}
	c.Options = append(c.Options, nothing)
	selected := -1
	meant := core.Called(all, name)
	for i, facts := range all {
		own := facts.NameAmong(all)
		if name != "" && len(meant) == 1 && meant[0] == i {
			selected, own = i+1, name
		}
		c.names = append(c.names, own)
		c.Options = append(c.Options, identityText(t, facts, facts.NameAmong(all), now))
	}
	switch {
	case name == "":
		selected = 0
	case selected < 0: // the name fits none of them, or several
		words := t.S("settings.identity.gone", wording.Args{"Name": name})
		if len(meant) > 0 {
			words = t.S("settings.identity.any", wording.Args{"Name": name})
		}
		selected = len(c.names)
		c.names, c.Options = append(c.names, name), append(c.Options, words)
	}
	c.Selected = c.Options[selected]
	c.Refresh()
}

// identityText says in short which certificate an option is: the list is as wide as
// its longest line, and the card says the rest.
func identityText(t *wording.Text, f core.CertificateFacts, name string, now time.Time) string {
	subject := shortName(f.Subject)
	switch name {
	case f.Fingerprint:
		name = subject + " · " + name[:min(len(name), 11)] + "…"
	case f.CommonName, f.Subject:
		name = subject
	default:
		name = core.OneLine(name, mostOfAName, "…") + " · " + subject
	}
	state := t.S("settings.identity.until", wording.Args{"Date": f.NotAfter.Local().Format(time.DateOnly)})
	switch {
	case now.After(f.NotAfter):
		state = "✗ " + t.S("settings.card.expired") + " " + f.NotAfter.Local().Format(time.DateOnly)
	case now.Before(f.NotBefore):
		state = "✗ " + t.S("settings.card.notyet")
	case !f.ClientAuth:
		state = "▲ " + t.S("settings.card.usage.no")
	}
	return name + " · " + state + " · " + t.S("settings.identity.issuer", wording.Args{"Issuer": shortName(f.Issuer)})
}

// mostOfAName is how many characters of a name an option shows at most.
const mostOfAName = 28

// shortName is the common name in a distinguished name, or else its beginning.
func shortName(name string) string {
	if _, common, found := strings.Cut(name, "CN="); found {
		name, _, _ = strings.Cut(common, ",")
	}
	return core.OneLine(name, mostOfAName, "…")
}
