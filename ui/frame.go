package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"github.com/artstore/ingester/ui/history"
	"github.com/artstore/ingester/ui/logs"
	"github.com/artstore/ingester/ui/metrics"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/settings"
	"github.com/artstore/ingester/ui/transfers"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
)

// assemble makes the parts of the window and puts them into it.
func (w *Window) assemble() {
	host, t := w.host, w.host.Text
	at := w.shown
	if w.pages != nil {
		w.pages[at].Hidden()
	}
	w.pieces = pieces{shown: at, ticked: w.ticked}
	if w.permanent == nil {
		w.permanent = transfers.NewFinaliser(host)
	}
	w.permanent.Notices, w.permanent.Changed = w.permanentNotices, w.permanentChanged
	w.header = newHeader(host)
	w.header.pauseAll = w.pauseAll
	w.header.onImport, w.header.onSandbox = w.importProfile, w.startSandbox
	w.header.onNew = func() { settings.ShowNew(host, nil) }
	w.banner = newBanner(host, w.icons)
	w.expiry = newExpiryBar(host, w.icons, func() { w.page.Refresh() })
	w.recovered = newRecoveredBar(host, w.icons, func(paths []string) { w.intake.add(paths) }, func() { w.page.Refresh() })
	w.transfers = transfers.New(host, w.model, w.icons, w.permanent)
	w.intake = &intake{
		host: host, permanent: w.permanent, notice: w.transfers.Notice, options: w.transfers.Options, used: w.transfers.Used, point: w.transfers.Point, goTo: w.transfers.GoTo,
		front: w.showTransfers, undecided: w.undecided, state: w.stateOf,
		receipts: &receipts{host: host, notice: w.transfers.Notice},
	}
	w.bar = newStatusBar(host, w.icons, func() {
		w.choose(0)
		w.transfers.ShowGroup(queue.GroupAttention)
	})
	w.header.add.OnTapped = w.pickFiles
	w.transfers.OnPick(w.pickFiles, w.pickFolders)

	w.pages = w.views()
	names := []struct{ icon, key string }{{"sending", "nav.transfers"}, {"history", "nav.history"}, {"metrics", "nav.metrics"}, {"log", "nav.log"}}
	buttons := make([]*widgets.NavButton, len(w.pages))
	for i := range w.pages {
		buttons[i] = widgets.NewNavButton(w.icons, names[i].icon, t.S(names[i].key), func() { w.choose(i) })
	}
	w.nav = widgets.NewNavigation(buttons...)
	w.holder = container.NewStack()
	w.page = container.New(widgets.VBox{Gap: 12, Grow: func() fyne.CanvasObject { return w.holder }}, w.recovered.content, w.banner.content, w.expiry.content, w.holder)
	w.win.SetContent(container.New(&frame{nav: w.nav},
		w.header.content, w.nav.Content, widgets.Inset(pageEdge, pageEdge, pageEdge, pageEdge, w.page), w.bar.content))
	w.win.SetPadded(false)
	w.choose(min(at, len(w.pages)-1))
	w.show(w.now())
	w.recovered.read()
}

// views are the pages, in the order of the navigation.
func (w *Window) views() []view.Page {
	stored := func() int { return w.model.Totals.Stored + w.model.Totals.Taken }
	w.history = history.New(w.host, w.permanent, stored)
	return []view.Page{w.transfers, w.history, metrics.New(w.host, w.recorder), logs.New(w.host, w.buffer)}
}

// permanentNotices are the notices that say how far files are with becoming permanent.
func (w *Window) permanentNotices() []*view.Notice {
	return []*view.Notice{w.transfers.Notice, w.history.Notice}
}

// permanentChanged draws what the pages say about that.
func (w *Window) permanentChanged(done bool) {
	w.transfers.Refresh()
	if done && w.history.Visible {
		w.history.Read()
	}
}

// pageEdge is the margin of a page.
const pageEdge = 16

// compactBelow is the width of the window below which the navigation has symbols only.
const compactBelow = 860

// frame lays out the header, the navigation, the page and the status bar. The Tab key
// goes through them in this order.
type frame struct{ nav *widgets.Navigation }

// Layout implements fyne.Layout.
func (f *frame) Layout(o []fyne.CanvasObject, size fyne.Size) {
	head, nav, page, status := o[0], o[1], o[2], o[3]
	compact := size.Width < compactBelow
	f.nav.SetCompact(compact)
	width := float32(widgets.NavWide)
	if compact {
		width = widgets.NavNarrow
	}
	top, bottom := float32(headerHeight), float32(statusHeight)
	middle := max(0, size.Height-top-bottom)
	put := func(o fyne.CanvasObject, x, y, w, h float32) {
		o.Move(fyne.NewPos(x, y))
		o.Resize(fyne.NewSize(w, h))
	}
	put(head, 0, 0, size.Width, top)
	put(nav, 0, top, width, middle)
	put(page, width, top, max(0, size.Width-width), middle)
	put(status, 0, size.Height-bottom, size.Width, bottom)
}

// MinSize implements fyne.Layout. A page that needs more scrolls or omits something.
func (f *frame) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(view.LeastWidth, view.LeastHeight)
}
