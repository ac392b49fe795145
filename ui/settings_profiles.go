package ui

import (
	"context"
	"slices"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
)

// showProfiles opens the menu by which other profiles are reached.
func (d *settingsDialog) showProfiles() {
	async(d.s, d.s.ctl.Profiles, func(names []string, err error) {
		switch {
		case err != nil:
			d.s.failed(err)
		case d.s.settings == d:
			showMenuBelow(d.profilesMenu(names), d.s.win.Canvas(), d.profiles)
		}
	})
}

func (d *settingsDialog) profilesMenu(names []string) *fyne.Menu {
	t, menu := d.s.text, fyne.NewMenu("")
	slices.Sort(names)
	for _, name := range names {
		item := fyne.NewMenuItem(name, func() { d.leaveFor(func() { d.open(name) }) })
		item.Checked = name == d.previous
		menu.Items = append(menu.Items, item)
	}
	if len(names) > 0 {
		menu.Items = append(menu.Items, fyne.NewMenuItemSeparator())
	}
	menu.Items = append(menu.Items,
		fyne.NewMenuItem(t.s("profile.new"), func() { d.leaveFor(func() { showNewProfile(d.s, d.done) }) }),
		fyne.NewMenuItem(t.s("profile.import"), func() { d.leaveFor(d.importProfile) }))
	if d.previous == "" {
		return menu
	}
	menu.Items = append(menu.Items,
		fyne.NewMenuItem(t.s("profile.duplicate"), func() { d.leaveFor(func() { d.duplicate(names) }) }),
		fyne.NewMenuItem(t.s("profile.export"), d.export),
		fyne.NewMenuItemSeparator(),
		fyne.NewMenuItem(t.s("profile.remove"), d.remove))
	return menu
}

// changedByHand reports whether there is anything to lose.
func (d *settingsDialog) changedByHand() bool {
	p, _ := d.form.profile()
	return p != d.start || d.secret.Text != "" || d.certificates.passphrase.Text != ""
}

// leaveFor closes the dialog and goes on, after a question where something
// would be lost.
func (d *settingsDialog) leaveFor(then func()) {
	leave := func() {
		d.hide()
		then()
	}
	if !d.changedByHand() {
		leave()
		return
	}
	t := d.s.text
	ask(d.s, t.s("settings.discard.title"), t.s("settings.discard.text"), t.s("settings.discard.yes"), leave)
}

// open shows the settings of another profile. It does not become the current
// one by that.
func (d *settingsDialog) open(name string) {
	async(d.s, func(ctx context.Context) (core.Profile, error) { return d.s.ctl.Profile(ctx, name) },
		func(p core.Profile, err error) {
			if err != nil {
				d.s.failed(err)
				return
			}
			openSettings(d.s, p.Name, p, d.tab, d.done)
		})
}

// duplicate shows a new profile with the values of this one. Secrets are not
// copied: they belong to the profile that they were given for.
func (d *settingsDialog) duplicate(names []string) {
	p := d.form.opened
	for n := 2; ; n++ {
		name := p.Name + " " + strconv.Itoa(n)
		if !slices.Contains(names, name) {
			p.Name = name
			break
		}
	}
	openSettings(d.s, "", p, tabServer, d.done)
}

// importProfile brings a profile file in and shows it.
func (d *settingsDialog) importProfile() {
	pickFile(d.s, "", []string{profileExtension}, func(path string) {
		async(d.s, func(ctx context.Context) (core.Profile, error) { return d.s.ctl.ImportProfile(ctx, path) },
			func(p core.Profile, err error) {
				if err != nil {
					d.s.failed(err)
					return
				}
				openSettings(d.s, p.Name, p, tabSignIn, d.done)
			})
	})
}

// export writes the profile, as it is saved, to a file of the person's choice.
func (d *settingsDialog) export() {
	name := d.previous
	saveFile(d.s, name+profileExtension, []string{profileExtension}, func(ctx context.Context, path string) error {
		return d.s.ctl.ExportProfile(ctx, name, path)
	}, func(path string) { d.say(d.s.text.savedAs(path), widget.LowImportance) })
}

// remove deletes the profile after a question.
func (d *settingsDialog) remove() {
	t, name := d.s.text, d.previous
	ask(d.s, t.s("profile.remove.title", args{"Name": name}), t.s("profile.remove.text"), t.s("profile.remove.yes"), func() {
		async(d.s, func(ctx context.Context) (struct{}, error) {
			return struct{}{}, d.s.ctl.RemoveProfile(ctx, name)
		}, func(_ struct{}, err error) {
			if err != nil {
				d.s.failed(err)
				d.s.profileChanged() // it may be out of use all the same
				return
			}
			d.close(true)
		})
	})
}
