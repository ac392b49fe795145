package transfers

import (
	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
)

// nextRow is the row to select after the user has removed the selected ones, so
// that the keys can go on from there.
type nextRow struct {
	id core.TransferID
	of map[core.TransferID]bool // the selection that is removed
}

// View is the first page: the drop area and the list of transfers.
type View struct {
	host    *view.Host
	model   *queue.Model
	icons   *widgets.Icons
	content *fyne.Container

	permanent *Finaliser
	drop      *dropArea
	Notice    *view.Notice
	undo      *view.Notice // what can be undone
	options   *optionsRow
	search    *view.LineEntry
	group     *widgets.QuietButton
	retry     *fyne.Container // around the button that retries what failed
	filters   *fyne.Container // search, group and retry
	columns   *widgets.ColumnSet
	head      *widgets.TableHead
	table     fyne.CanvasObject
	list      *widgets.RowList
	none      *widgets.Caption // shown if no row passes the filter

	live     map[int]*transferRow // rows of the list, by the index they show; see transferRow.at
	drawn    int                  // Model.Version of what the list shows
	selected map[core.TransferID]bool
	anchor   int // index of the row that the keys act on
	from     int // index of the row that a range starts at
	next     nextRow
	goTo     []core.TransferID // see GoTo; nil for nowhere
	takings  []taking          // what can be undone, the newest last
}

// Content implements view.Page.
func (v *View) Content() fyne.CanvasObject { return v.content }

// Search is the entry that Ctrl+F goes to.
func (v *View) Search() fyne.Focusable { return v.search }

// Hidden implements view.Page.
func (v *View) Hidden() {}

// Selected is how many transfers are selected.
func (v *View) Selected() int { return len(v.selected) }

// OnPick sets what the buttons of the drop area do.
func (v *View) OnPick(files, folder func()) {
	v.drop.files.OnTapped, v.drop.folder.OnTapped = files, folder
}

// Options are the options for the files that are dropped next.
func (v *View) Options(profile string) core.Options { return v.options.chosen(profile) }

// Used notes the options of files that were queued, so that they are offered again.
func (v *View) Used(o core.Options) { v.options.used(o) }

// LoadOptions takes over the default options of a profile.
func (v *View) LoadOptions(profile string) { v.options.load(profile) }
