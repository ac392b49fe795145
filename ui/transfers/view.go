package transfers

import (
	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
)

// nextRow is the row that is selected once those that were have left the list at
// the user's wish: whoever works by keys goes on from there.
type nextRow struct {
	id core.TransferID
	of map[core.TransferID]bool // the selection that leaves
}

// View is the first page: what is dropped next, and what became of
// what was dropped before.
type View struct {
	host    *view.Host
	model   *queue.Model
	icons   *widgets.Icons
	content *fyne.Container

	permanent *Permanents
	Drop      *dropArea
	Notice    *view.Notice
	Options   *optionsRow
	search    *view.LineEntry
	group     *widgets.QuietButton
	retry     *fyne.Container // around the button that retries what failed
	filters   *fyne.Container // search, group and retry
	head      *tableHead
	table     fyne.CanvasObject
	list      *widgets.RowList
	none      *widgets.Caption // said where the filter takes nothing

	live     map[int]*transferRow // rows of the list, by the index they show; see transferRow.at
	drawn    int                  // model.counter of what the list shows
	selected map[core.TransferID]bool
	anchor   int // index of the row that the keys act on
	from     int // index of the row that a range starts at
	next     nextRow
}

// Content implements view.
func (v *View) Content() fyne.CanvasObject { return v.content }

// Search is the entry that Ctrl+F goes to.
func (v *View) Search() fyne.Focusable { return v.search }

// Hidden implements view.
func (v *View) Hidden() {}

// Selected is how many transfers are selected.
func (v *View) Selected() int { return len(v.selected) }
