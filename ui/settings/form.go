package settings

import (
	"strconv"

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

// formLabelWidth is the width of the label column.
const formLabelWidth = 160

// form has the fields of the settings dialog and the profile that they make.
type form struct {
	text    *wording.Text
	opened  core.Profile // what the form started from; fields without a row keep its values
	fields  []*field
	combine []func(*core.Profile) []core.FieldError // read what more than one field decides
	checked func([]core.FieldError)                 // called after every edit, with what is wrong
	escaped func()                                  // called when Escape is pressed in a field
	goOn    func()                                  // called when Return is pressed in a field
	keys    func(fyne.Shortcut)                     // called for a key combination in a field
	moved   func()                                  // called when rows were shown, hidden or changed in height
}

// show shows a part of the form or hides it.
func (f *form) show(o fyne.CanvasObject, visible bool) {
	if o.Visible() != visible {
		widgets.SetVisible(o, visible)
		f.relayout()
	}
}

// relayout lays the rows out again.
func (f *form) relayout() {
	if f.moved != nil {
		f.moved()
	}
}

// field is one row: a label, an input, and what is wrong with it.
type field struct {
	key     string // as in the profile file; "" where nothing can be wrong
	label   string
	tab     view.Tab
	row     *fyne.Container
	problem *widgets.Label
	left    bool // the user has been there, so problems are shown
	read    func(*core.Profile) *core.FieldError
}

// add appends a row to a tab. read puts the input into the profile; it may be nil.
func (f *form) add(tab view.Tab, key, label string, input fyne.CanvasObject, read func(*core.Profile) *core.FieldError) *field {
	fl := &field{key: key, label: label, tab: tab, read: read}
	fl.problem = widgets.NewLabel("", theme.SizeNameCaptionText, widget.DangerImportance, false)
	fl.problem.Wrapping = fyne.TextWrapWord
	fl.problem.Hide()
	name := widgets.NewLabel(label, theme.SizeNameText, widget.LowImportance, false)
	name.Wrapping = fyne.TextWrapWord
	fl.row = container.New(widgets.Columns{Widths: []float32{formLabelWidth, 0}, Gap: theme.Padding()}, name,
		container.New(layout.NewCustomPaddedVBoxLayout(0), input, fl.problem))
	f.fields = append(f.fields, fl)
	return fl
}

// note is a remark in the input column.
type note struct {
	*widgets.Label
	row *fyne.Container
}

// note shows a remark in the input column of a tab.
func (f *form) note(tab view.Tab, words string) note {
	l := widgets.NewLabel(words, theme.SizeNameCaptionText, widget.LowImportance, false)
	l.Wrapping = fyne.TextWrapWord
	return note{l, f.add(tab, "", "", l, nil).row}
}

// tab is the rows of a tab, one below the other.
func (f *form) tab(tab view.Tab) *fyne.Container {
	box := container.NewVBox()
	for _, fl := range f.fields {
		if fl.tab == tab {
			box.Add(fl.row)
		}
	}
	return box
}

// profile is the profile that the fields make, and everything that is wrong with it.
func (f *form) profile() (core.Profile, []core.FieldError) {
	p := f.opened
	var found []core.FieldError
	for _, fl := range f.fields {
		if fl.read == nil {
			continue
		}
		if e := fl.read(&p); e != nil {
			found = append(found, *e)
		}
	}
	for _, c := range f.combine {
		found = append(found, c(&p)...)
	}
	own := len(found)
	for _, e := range p.Validate() {
		if !has(found[:own], e.Field) {
			found = append(found, e)
		}
	}
	return p, found
}

func has(problems []core.FieldError, key string) bool {
	for _, e := range problems {
		if e.Field == key {
			return true
		}
	}
	return false
}

// check validates the profile and shows what is wrong below the fields where the user
// has been.
func (f *form) check() []core.FieldError {
	_, found := f.profile()
	for _, fl := range f.fields {
		if fl.key == "" {
			continue
		}
		words := ""
		for _, e := range found {
			if fl.left && e.Field == fl.key {
				words = f.text.Reason(e)
				break
			}
		}
		if fl.problem.Text != words {
			fl.problem.SetText(words)
		}
		f.show(fl.problem, words != "")
	}
	if f.checked != nil {
		f.checked(found)
	}
	return found
}

// leaveAll marks the fields of a tab as visited and returns what is wrong with them.
func (f *form) leaveAll(tab view.Tab) []core.FieldError {
	of := map[string]bool{}
	for _, fl := range f.fields {
		if fl.tab == tab {
			fl.left = true
			of[fl.key] = true
		}
	}
	var found []core.FieldError
	for _, e := range f.check() {
		if of[e.Field] {
			found = append(found, e)
		}
	}
	return found
}

// entryOf is the entry of a field, nil if there is none.
func (f *form) entryOf(key string) fyne.Focusable {
	for _, fl := range f.fields {
		if fl.key == key && key != "" {
			return firstEntry(fl.row)
		}
	}
	return nil
}

// reveal marks a field as visited, so that check shows what is wrong with it.
func (f *form) reveal(key string) {
	for _, fl := range f.fields {
		fl.left = fl.left || fl.key == key
	}
}

// leave marks a field as visited and checks the form.
func (f *form) leave(fl *field) {
	fl.left = true
	f.check()
}

// wire makes entries report to the form for a row; then is called when one of them
// has lost the focus.
func (f *form) wire(fl *field, then func(), entries ...*formEntry) {
	for _, e := range entries {
		e.OnChanged = func(string) { f.check() }
		e.onEscape = func() { f.escaped() }
		e.onShortcut = func(s fyne.Shortcut) { f.keys(s) }
		e.OnSubmitted = func(string) {
			e.onLeave()
			f.goOn()
		}
		e.onLeave = func() {
			f.leave(fl)
			if then != nil {
				then()
			}
		}
	}
}

// entry adds a row with a line of text that set puts into the profile.
func (f *form) entry(tab view.Tab, key, label, value, placeholder string, set func(*core.Profile, string)) *formEntry {
	e := newFormEntry(value, placeholder)
	fl := f.add(tab, key, label, e, func(p *core.Profile) *core.FieldError {
		set(p, e.value())
		return nil
	})
	f.wire(fl, nil, e)
	return e
}

// number adds a row with a whole number; empty is 0.
func (f *form) number(tab view.Tab, key, label string, value int, placeholder string, set func(*core.Profile, int)) *formEntry {
	start := ""
	if value != 0 {
		start = strconv.Itoa(value)
	}
	e := newFormEntry(start, placeholder)
	fl := f.add(tab, key, label, e, func(p *core.Profile) *core.FieldError {
		if e.value() == "" {
			set(p, 0)
			return nil
		}
		n, err := strconv.Atoi(e.value())
		if err != nil {
			return &core.FieldError{Field: key, Reason: core.ReasonRange, Detail: e.value()}
		}
		set(p, n)
		return nil
	})
	f.wire(fl, nil, e)
	return e
}

// selectRow adds a row with a choice that set puts into the profile; then may be nil.
func selectRow[T ~string](f *form, tab view.Tab, key, label string, c choice[T], set func(*core.Profile, T), then func()) *field {
	fl := f.add(tab, key, label, narrow(selectWidth, widgets.Outlined(c.DropDown)), func(p *core.Profile) *core.FieldError {
		set(p, c.value())
		return nil
	})
	c.OnChanged = func(string) {
		if then != nil {
			then()
		}
		f.leave(fl)
	}
	return fl
}

// problemSummary names what keeps a form from being saved: at most three rows, or
// fields without a row.
func problemSummary(t *wording.Text, fields []*field, problems []core.FieldError) string {
	if len(problems) == 0 {
		return ""
	}
	const most = 3
	names := ""
	for i, e := range problems {
		if i == most {
			names += " …"
			break
		}
		name := e.Field
		for _, fl := range fields {
			if fl.key == e.Field && fl.label != "" {
				name = fl.label
				break
			}
		}
		if i > 0 {
			names += ", "
		}
		names += name
	}
	return t.S("settings.problems", wording.Args{"Names": names})
}
