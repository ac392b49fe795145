package settings

import (
	"context"
	"slices"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/wording"
)

// showProfiles opens the menu of the other profiles.
func (d *Dialog) showProfiles() {
	view.Async(d.host, d.host.Controller.Profiles, func(names []string, err error) {
		switch {
		case err != nil:
			d.host.Failed(err)
		case d.host.Settings == d:
			view.ShowMenuBelow(d.profilesMenu(names), d.host.Win.Canvas(), d.profiles)
		}
	})
}

func (d *Dialog) profilesMenu(names []string) *fyne.Menu {
	t, menu := d.host.Text, fyne.NewMenu("")
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
		fyne.NewMenuItem(t.S("profile.new"), func() { d.leaveFor(func() { d.replace("", core.NewProfile(""), view.TabServer) }) }),
		fyne.NewMenuItem(t.S("profile.import"), func() { d.leaveFor(d.importProfile) }))
	if d.previous == "" {
		return menu
	}
	menu.Items = append(menu.Items,
		fyne.NewMenuItem(t.S("profile.duplicate"), func() { d.leaveFor(func() { d.duplicate(names) }) }),
		fyne.NewMenuItem(t.S("profile.export"), d.export),
		fyne.NewMenuItemSeparator(),
		fyne.NewMenuItem(t.S("profile.remove"), d.remove))
	return menu
}

// changedByHand reports whether the user has changed anything.
func (d *Dialog) changedByHand() bool {
	p, _ := d.form.profile()
	return p != d.start || d.secret.Text != "" || d.certificates.passphrase.Text != ""
}

// Leave implements view.Settings: it closes the dialog without saving, and asks first if
// changes would be lost.
func (d *Dialog) Leave() {
	switch {
	case d.saving:
	case d.changedByHand():
		t := d.host.Text
		view.Ask(d.host, t.S("settings.discard.title"), t.S("settings.discard.text"), t.S("settings.discard.yes"), func() { d.Close(false) })
	default:
		d.Close(false)
	}
}

// leaveFor hides the dialog and calls then. It asks first if changes would be lost.
func (d *Dialog) leaveFor(then func()) {
	leave := func() {
		d.hide()
		then()
	}
	if !d.changedByHand() {
		leave()
		return
	}
	t := d.host.Text
	view.Ask(d.host, t.S("settings.discard.title"), t.S("settings.discard.text"), t.S("settings.discard.yes"), leave)
}

// open shows the settings of another profile, which doesn't become the current one.
func (d *Dialog) open(name string) {
	view.Async(d.host, func(ctx context.Context) (core.Profile, error) { return d.host.Controller.Profile(ctx, name) },
		func(p core.Profile, err error) {
			if err != nil {
				d.host.Failed(err)
				return
			}
			d.replace(p.Name, p, d.tab)
		})
}

// duplicate shows a new profile with the values of this one, except secrets, which
// belong to the profile that they were given for.
func (d *Dialog) duplicate(names []string) {
	p := d.form.opened
	for n := 2; ; n++ {
		name := p.Name + " " + strconv.Itoa(n)
		if !slices.Contains(names, name) {
			p.Name = name
			break
		}
	}
	d.replace("", p, view.TabServer)
}

// importProfile copies a profile file to the program's own and shows it.
func (d *Dialog) importProfile() {
	view.PickFile(d.host, "", []string{ProfileExtension}, func(path string) {
		view.Async(d.host, func(ctx context.Context) (core.Profile, error) { return d.host.Controller.ImportProfile(ctx, path) },
			func(p core.Profile, err error) {
				if err != nil {
					d.host.Failed(err)
					return
				}
				d.replace(p.Name, p, view.TabSignIn)
			})
	})
}

// export writes the profile, as it is saved, to a file that the user chooses.
func (d *Dialog) export() {
	name := d.previous
	view.SaveFile(d.host, name+ProfileExtension, []string{ProfileExtension}, func(ctx context.Context, path string) error {
		return d.host.Controller.ExportProfile(ctx, name, path)
	}, func(path string) { d.Say(d.host.Text.SavedAs(path), widget.LowImportance) })
}

// remove asks and then deletes the profile. The question says how many queued files are
// for it.
func (d *Dialog) remove() {
	name := d.previous
	view.Async(d.host, func(ctx context.Context) (int, error) {
		return d.host.Controller.Bound(ctx, name, core.Profile{}) // which leads nowhere
	}, func(bound int, err error) {
		if err != nil {
			d.host.Failed(err)
			return
		}
		t := d.host.Text
		words := t.S("profile.remove.text")
		if bound > 0 {
			words += " " + t.N("profile.remove.bound", bound)
		}
		view.Ask(d.host, t.S("profile.remove.title", wording.Args{"Name": name}), words, t.S("profile.remove.yes"), func() {
			view.Async(d.host, func(ctx context.Context) (struct{}, error) {
				return struct{}{}, removeProfile(ctx, d.host.Controller, name)
			},
				func(_ struct{}, err error) {
					if err != nil {
						d.host.Failed(err)
						d.host.ProfileChanged() // it may no longer be the current one
						return
					}
					d.Close(true)
				})
		})
	})
}

// removeProfile deletes a profile. If it was the current one, the next one by name is
// used instead.
func removeProfile(ctx context.Context, ctl view.Controller, name string) error {
	current := ctl.Current() == name
	if err := ctl.RemoveProfile(ctx, name); err != nil || !current {
		return err
	}
	left, err := ctl.Profiles(ctx)
	if err != nil || len(left) == 0 {
		return err
	}
	slices.Sort(left)
	next, _ := slices.BinarySearch(left, name)
	return ctl.Use(ctx, left[next%len(left)])
}
