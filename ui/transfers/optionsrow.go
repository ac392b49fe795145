package transfers

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode"

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

// optionsRow has the options for the files that are dropped next.
type optionsRow struct {
	host        *view.Host
	content     *fyne.Container
	keep        *widgets.QuietButton
	retention   core.Retention
	days        int
	tags        *recentEntry
	description *recentEntry
}

func newOptionsRow(host *view.Host) *optionsRow {
	o := &optionsRow{host: host, retention: core.RetentionTemporary, days: core.DefaultTTLDays}
	label := widgets.NewCaption(host.Text.S("options.title"), widgets.ColorMuted, widgets.SizeSmall)
	o.keep = widgets.NewQuietButtonWithIcon("", theme.MenuDropDownIcon(), o.showKeep)
	o.keep.IconPlacement = widget.ButtonIconTrailingText
	o.tags = newRecentEntry(host, host.Text.S("options.tags"), prefTags)
	o.tags.take = o.addTag
	o.description = newRecentEntry(host, host.Text.S("options.description"), prefDescriptions)
	o.description.Validator = func(text string) error {
		return core.Options{Retention: core.RetentionPermanent, Description: text}.Validate()
	}
	tags := container.New(widgets.FixedWidth(132), o.tags.LineEntry)
	description := container.New(widgets.FixedWidth(132), o.description.LineEntry)
	o.content = container.New(&widgets.HBox{Gap: 8, Stretch: description, Optional: []fyne.CanvasObject{label}},
		label, widgets.Outlined(o.keep), tags, description)
	o.name()
	return o
}

// optionsLayout puts the options and the filter on one line, or on two if there is
// too little room.
type optionsLayout struct {
	two             bool
	options, filter *fyne.Container
}

// filterWidth is the width of the filter if it is beside the options.
func (l *optionsLayout) filterWidth() float32 { return max(288, l.filter.MinSize().Width+90) }

// prepare decides between one line and two for a width.
func (l *optionsLayout) prepare(width float32) {
	l.two = width < max(860, l.options.MinSize().Width+16+l.filterWidth())
}

// Layout implements fyne.Layout.
func (l *optionsLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	options, filter, height := o[0], o[1], o[0].MinSize().Height
	switch {
	case !filter.Visible():
		options.Resize(fyne.NewSize(size.Width, height))
	case l.two:
		options.Resize(fyne.NewSize(size.Width, height))
		filter.Resize(fyne.NewSize(size.Width, height))
		filter.Move(fyne.NewPos(0, height+8))
	default:
		width := l.filterWidth()
		options.Resize(fyne.NewSize(size.Width-width-16, height))
		filter.Resize(fyne.NewSize(width, height))
		filter.Move(fyne.NewPos(size.Width-width, 0))
	}
}

// MinSize implements fyne.Layout.
func (l *optionsLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	least := o[0].MinSize()
	if l.two && o[1].Visible() {
		least.Height = 2*least.Height + 8
	}
	return least
}

// defaults sets the default options of a profile.
func (o *optionsRow) defaults(d core.Options) {
	o.retention, o.days = d.Retention, d.TTLDays
	if o.days == 0 {
		o.days = core.DefaultTTLDays
	}
	o.name()
}

// chosen are the options as they are set now.
func (o *optionsRow) chosen(profile string) core.Options {
	out := core.Options{Profile: profile, Retention: o.retention, Description: strings.TrimSpace(o.description.Text), Tags: splitTags(o.tags.Text)}
	if o.retention == core.RetentionTemporary {
		out.TTLDays = o.days
	}
	return out
}

// addTag adds a tag to those that are typed.
func (o *optionsRow) addTag(tag string) {
	tags := splitTags(o.tags.Text)
	if !slices.Contains(tags, tag) {
		tags = append(tags, tag)
	}
	o.tags.SetText(strings.Join(tags, ", "))
}

// used notes the tags and the description of files that were queued.
func (o *optionsRow) used(last core.Options) {
	o.tags.remember(last.Tags...)
	o.description.remember(last.Description)
}

func (o *optionsRow) name() {
	t := o.host.Text
	if o.retention == core.RetentionPermanent {
		o.keep.SetText(t.S("keep.permanent"))
		return
	}
	o.keep.SetText(t.S("keep.temporary", wording.Args{"Days": t.N("keep.days", o.days)}))
}

// showKeep offers the usual times, any number of days, and permanent.
func (o *optionsRow) showKeep() {
	t, menu := o.host.Text, fyne.NewMenu("")
	for _, days := range []int{7, 30, 90, core.MaxTTLDays} {
		item := fyne.NewMenuItem(t.S("keep.temporary", wording.Args{"Days": t.N("keep.days", days)}), func() { o.set(core.RetentionTemporary, days) })
		item.Checked = o.retention == core.RetentionTemporary && o.days == days
		menu.Items = append(menu.Items, item)
	}
	permanent := fyne.NewMenuItem(t.S("keep.permanent"), func() { o.set(core.RetentionPermanent, o.days) })
	permanent.Checked = o.retention == core.RetentionPermanent
	menu.Items = append(menu.Items, fyne.NewMenuItem(t.S("keep.other"), o.askDays), permanent)
	view.ShowMenuBelow(menu, o.host.Win.Canvas(), o.keep)
}

func (o *optionsRow) set(r core.Retention, days int) {
	o.retention, o.days = r, days
	o.name()
}

// askDays asks for a number of days.
func (o *optionsRow) askDays() {
	t := o.host.Text
	days := view.NewLineEntry(o.host, "")
	days.Text = strconv.Itoa(o.days)
	problem := widgets.NewLabel("", theme.SizeNameCaptionText, widget.DangerImportance, false)
	problem.Wrapping = fyne.TextWrapWord
	name := widgets.NewLabel(t.S("keep.field", wording.Args{"Most": core.MaxTTLDays}), theme.SizeNameText, widget.LowImportance, false)
	field := container.New(layout.NewFormLayout(), name, container.New(layout.NewCustomPaddedVBoxLayout(0), days, problem))
	accept := view.Confirm(o.host, t.S("keep.title"), field, t.S("button.back"), t.S("button.ok"), func() {
		if n, err := readDays(days.Text); err == nil {
			o.set(core.RetentionTemporary, n)
		}
	}, func() {})
	days.OnChanged = func(text string) {
		words := ""
		if _, err := readDays(text); err != nil {
			words = t.Reason(core.FieldError{Field: "upload.ttl_days", Reason: core.ReasonRange})
		}
		problem.SetText(words)
		widgets.SetEnabled(accept, words == "")
	}
	days.OnSubmitted = func(string) {
		if !accept.Disabled() { // tapping it would take the focus away
			accept.OnTapped()
		}
	}
	o.host.Win.Canvas().Focus(days)
	days.TypedShortcut(&fyne.ShortcutSelectAll{}) // so that typing replaces it
}

// readDays reads a number of days for which a file can be kept.
func readDays(text string) (int, error) {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil {
		return 0, err
	}
	return n, core.Options{Retention: core.RetentionTemporary, TTLDays: n}.Validate()
}

// load reads the default options of a profile.
func (o *optionsRow) load(profile string) {
	if profile == "" {
		return
	}
	view.Async(o.host, func(ctx context.Context) (core.Profile, error) { return o.host.Controller.Profile(ctx, profile) },
		func(p core.Profile, err error) {
			if err == nil {
				o.defaults(p.DefaultOptions())
			}
		})
}

// splitTags reads tags that are separated by commas or semicolons.
func splitTags(text string) []string {
	var tags []string
	seen := map[string]bool{}
	for _, tag := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || unicode.IsControl(r) }) {
		if tag = core.Trimmed(tag); tag != "" && !seen[tag] {
			seen[tag] = true
			tags = append(tags, tag)
		}
	}
	return tags
}
