package settings

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// The size of the dialog where the window has room for it.
const (
	settingsWidth  = 760
	settingsHeight = 676
)

// show shows the dialog over the window.
func (d *Dialog) show(content fyne.CanvasObject) {
	host := d.host
	d.popup = widget.NewModalPopUp(content, host.Win.Canvas())
	d.form.goOn = d.goOn
	d.form.checked, d.form.escaped, d.form.keys = d.validated, d.Leave, d.TypedShortcut
	d.form.moved = d.scroll.Content.Refresh
	d.form.check()
	d.start, _ = d.form.profile()
	d.popup.Resize(view.Within(host, settingsWidth, settingsHeight))
	d.popup.Show()
	d.unscroll = host.Scrolling(d.scroll)
	host.Settings = d
}

// content is the title, the tabs, the rows of the tab with the connection test below
// them, and the footer.
func (d *Dialog) content(tab view.Tab) fyne.CanvasObject {
	t := d.host.Text
	title := t.S("settings.title.new")
	if d.previous != "" {
		title = t.S("settings.title", wording.Args{"Name": d.previous})
	}
	d.tabs = container.NewAppTabs()
	for _, name := range settingsTabs {
		// The tabs have no content: one scroll has all pages and, below them, the
		// connection test, which stays visible when the tab changes.
		d.tabs.Append(container.NewTabItem(t.S("settings.tab."+string(name)), layout.NewSpacer()))
	}
	pad := theme.Padding() * 4
	body := d.body(pad, settingsTabs)
	d.tabs.OnSelected = func(*container.TabItem) { d.turn(settingsTabs[d.tabs.SelectedIndex()]) }
	d.selectTab(tab)
	d.turn(tab)

	d.profiles = widgets.NewQuietButtonWithIcon(t.S("settings.profiles"), theme.MenuDropDownIcon(), d.showProfiles)
	d.profiles.IconPlacement = widget.ButtonIconTrailingText
	name := widgets.NewLabel(title, theme.SizeNameSubHeadingText, widget.MediumImportance, true)
	name.Truncation = fyne.TextTruncateEllipsis
	head := container.New(layout.NewCustomPaddedVBoxLayout(0),
		container.New(layout.NewCustomPaddedLayout(pad/2, 0, pad/2, pad),
			container.NewBorder(nil, nil, nil, widgets.Outlined(d.profiles), name)),
		container.New(layout.NewCustomPaddedLayout(0, 0, pad/2, pad/2), d.tabs))
	return container.NewBorder(head, d.footer(pad), nil, nil, body)
}

// body is the pages, all hidden, between what is above them and the connection test.
func (d *Dialog) body(pad float32, pages []view.Tab, above ...fyne.CanvasObject) fyne.CanvasObject {
	stack := container.New(layout.NewCustomPaddedVBoxLayout(0), above...)
	d.pages = map[view.Tab]*fyne.Container{}
	for _, name := range pages {
		page := d.form.tab(name)
		page.Hide()
		d.pages[name] = page
		stack.Add(page)
	}
	stack.Add(d.check.row)
	d.scroll = container.NewVScroll(container.New(layout.NewCustomPaddedLayout(pad/2, pad, pad, pad), stack))
	return d.scroll
}

// footer is the remark and the buttons. steps are more of them, before the one that
// saves.
func (d *Dialog) footer(pad float32, steps ...fyne.CanvasObject) fyne.CanvasObject {
	t := d.host.Text
	d.status = widgets.NewLabel("", theme.SizeNameCaptionText, widget.LowImportance, false)
	d.status.Wrapping = fyne.TextWrapWord
	d.status.Hide()
	d.test = widgets.NewQuietButton(t.S("settings.test"), d.toggleTest)
	d.copy = widgets.NewQuietButton(t.S("settings.copy"), func() { d.host.App.Clipboard().SetContent(d.check.report()) })
	d.cancel = widgets.NewQuietButton(t.S("settings.cancel"), func() { d.Close(false) })
	d.accept = widgets.NewButton(t.S("settings.save"), func() { d.save(false) })
	d.accept.Importance = widget.HighImportance
	d.copy.Disable()
	d.tools = []fyne.CanvasObject{widgets.Outlined(d.test), widgets.Outlined(d.copy)}
	row := slices.Concat(d.tools, []fyne.CanvasObject{layout.NewSpacer(), widgets.Outlined(d.cancel)}, steps, []fyne.CanvasObject{d.accept})
	buttons := container.NewHBox(row...)
	return container.New(layout.NewCustomPaddedVBoxLayout(0), widget.NewSeparator(),
		container.New(layout.NewCustomPaddedLayout(pad/2, pad/2, pad, pad),
			container.New(layout.NewCustomPaddedVBoxLayout(0), d.status, buttons)))
}
