package ui

import (
	"context"
	"errors"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/transfers"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/wording"
)

// For more than this the user is asked before anything is queued.
const (
	manyFiles = 1000
	manyBytes = 10 << 30
)

// intake adds files, from drops, file dialogs, pasted paths and the command line.
type intake struct {
	host      *view.Host
	permanent *transfers.Finaliser
	notice    *view.Notice
	// options are the options as they are set now.
	options func(profile string) core.Options
	// used notes the options of files that were queued.
	used func(core.Options)
	// point selects transfers that are in the list already.
	point func([]core.TransferID)
	// goTo scrolls to the first of the transfers that are added.
	goTo func([]core.TransferID)
	// front shows the page that has the notice.
	front func()
	// receipts offers the receipt when the files of a drop have ended.
	receipts *receipts
	// state is where a transfer stands, "" for one that is not in the list yet.
	state func(core.TransferID) core.State
	// undecided reports whether there is no profile yet, and says so, and whether the
	// files are kept.
	undecided func(kept bool) bool

	kept []string       // paths that came before there was a profile
	left []core.Skipped // what came with them and is no path
}

// add adds the files below paths; left is what came with them and is no path. It says so
// at once and does the work on another goroutine.
func (in *intake) add(paths []string, left ...core.Skipped) {
	t := in.host.Text
	in.front()
	if in.undecided(len(paths) > 0) {
		in.keep(paths, left...)
		return
	}
	if len(paths) == 0 {
		in.result(t.S("drop.nothing"), left)
		return
	}
	ctx, cancel := context.WithCancel(in.host.Tasks.Context)
	in.progress(core.ScanProgress{}, cancel)
	var last time.Time
	in.host.Tasks.Run(func(context.Context) func() {
		defer cancel()
		scan, err := in.host.Controller.Scan(ctx, paths, func(p core.ScanProgress) {
			// It may be called for every file, and is drawn ten times a second.
			if now := in.host.Now(); now.Sub(last) >= 100*time.Millisecond {
				last = now
				in.host.Tasks.Post(func() {
					if ctx.Err() == nil {
						in.progress(p, cancel)
					}
				})
			}
		})
		return func() { //nolint:contextcheck // what may follow has a context of its own
			scan.Skipped = slices.Concat(left, scan.Skipped)
			in.scanned(scan, err)
		}
	})
}

func (in *intake) progress(p core.ScanProgress, cancel func()) {
	t := in.host.Text
	words := t.S("drop.looking")
	if p.Files > 0 {
		words = t.S("drop.counting", wording.Args{"Files": t.N("count.files", p.Files), "Size": t.Size(p.Bytes)})
	}
	in.notice.Show(theme.SearchIcon(), words, t.S("button.stop"), func() {
		cancel()
		in.say(t.S("drop.stopped"))
	})
}

// scanned submits what was found, after a question if it is much.
func (in *intake) scanned(scan core.Scan, err error) {
	t := in.host.Text
	switch {
	case errors.Is(err, context.Canceled), core.CodeOf(err) == core.CodeCancelled:
		in.say(t.S("drop.stopped"))
	case err != nil:
		in.notice.Hide()
		in.host.Failed(err)
	case len(scan.Sources) == 0:
		in.result(t.S("drop.none")+in.skipped(scan.Skipped), scan.Skipped)
	case len(scan.Sources) > manyFiles || scan.Bytes > manyBytes:
		in.say(t.S("drop.asking"))
		view.AskElse(in.host, t.S("drop.many.title"), t.S("drop.many.text", wording.Args{"What": in.found(scan), "Size": t.Size(scan.Bytes)}),
			t.S("drop.many.yes"), func() { in.submit(scan) }, func() { in.result(t.S("drop.stopped")+in.skipped(scan.Skipped), scan.Skipped) })
	default:
		in.submit(scan)
	}
}

func (in *intake) submit(scan core.Scan) {
	t := in.host.Text
	in.say(t.S("drop.queueing"))
	in.sendOr(scan.Sources, false, core.NewIntake(scan), func() {
		for _, r := range scan.Roots {
			in.keep([]string{r.Named})
		}
	}, func(s core.Submission) {
		words := t.S("drop.added", wording.Args{"What": in.found(scan)})
		switch n := len(s.Queued); {
		case n == 0:
			words = t.S("drop.nothing_new")
		case n < len(scan.Sources): // the others are there already
			words = t.S("drop.added", wording.Args{"What": t.N("count.files", n)})
		}
		if n := len(s.Already); n > 0 {
			words += " · " + t.N("drop.already", n)
			ids := make([]core.TransferID, 0, n)
			for i := range s.Already {
				ids = append(ids, s.Already[i].ID)
			}
			in.point(ids)
		}
		if len(s.Queued) > 0 {
			in.goTo(s.Queued)
		}
		in.result(words+in.skipped(scan.Skipped), scan.Skipped)
		if len(s.Stored) > 0 {
			in.askPermanent(s)
		}
	})
}

// keep keeps paths until there is a profile.
func (in *intake) keep(paths []string, left ...core.Skipped) {
	for _, p := range paths {
		if !slices.Contains(in.kept, p) {
			in.kept = append(in.kept, p)
		}
	}
	in.left = append(in.left, left...)
}

// offerKept offers what was kept, now that there is a profile.
func (in *intake) offerKept() {
	if len(in.kept) == 0 {
		return
	}
	in.notice.Show(theme.InfoIcon(), in.host.Text.N("drop.kept", len(in.kept)), in.host.Text.S("drop.kept.add"), func() {
		paths, left := in.kept, in.left
		in.kept, in.left = nil, nil
		in.add(paths, left...)
	})
}

// send submits sources with the options as they are set now.
func (in *intake) send(sources []core.Source, again bool, from *core.Intake, then func(core.Submission)) {
	in.sendOr(sources, again, from, func() {}, then)
}

// sendOr is send, and calls keep if there is no profile yet.
func (in *intake) sendOr(sources []core.Source, again bool, from *core.Intake, keep func(), then func(core.Submission)) {
	options := in.options("")
	options.Again, options.Intake = again, from
	view.Async(in.host, func(ctx context.Context) (core.Submission, error) {
		options.Profile = in.host.Controller.Current()
		return in.host.Controller.Submit(ctx, sources, options)
	}, func(s core.Submission, err error) {
		if err != nil {
			in.notice.Hide()
			if core.CodeOf(err) == core.CodeProfileNotFound && in.undecided(len(sources) > 0) {
				keep()
				return // the files were named on the command line
			}
			in.host.Failed(err)
			return
		}
		in.used(s.Asked)
		then(s)
		skipped := 0
		if from != nil {
			skipped = len(from.Skipped)
		}
		in.receipts.watch(s, skipped, in.state)
	})
}

// askPermanent offers to make files permanent that the server has as temporary ones and
// that are to be permanent now.
func (in *intake) askPermanent(s core.Submission) {
	var files []transfers.StoredFile
	for i := range s.Stored {
		if file, ok := transfers.StoredOf(&s.Stored[i]); ok && s.Asked.Retention == core.RetentionPermanent {
			files = append(files, file)
		}
	}
	if len(files) == 0 {
		in.askStored(s)
		return
	}
	t := in.host.Text
	view.AskElse(in.host, t.S("stored.permanent"), t.N("stored.permanent.text", len(files)), t.S("action.permanent"),
		func() { in.permanent.Add(files) }, func() { in.askStored(s) })
}

// mostNamed is how many files a question names.
const mostNamed = 5

// storedNames are the first of the stored files, with when they were stored.
func storedNames(t *wording.Text, stored []core.Transfer) fyne.CanvasObject {
	list := container.NewVBox()
	line := func(words string) {
		l := widget.NewLabel(words)
		l.Truncation = fyne.TextTruncateEllipsis
		list.Add(l)
	}
	for i := range stored[:min(len(stored), mostNamed)] {
		x := &stored[i]
		at := x.FinishedAt
		if x.Receipt != nil && !x.Receipt.UploadedAt.IsZero() {
			at = x.Receipt.UploadedAt
		}
		_, name := wording.SplitName(x.Source.Name)
		line(t.S("stored.line", wording.Args{"Time": t.Moment(at), "Name": wording.Plain(name)}))
	}
	if more := len(stored) - mostNamed; more > 0 {
		line(t.N("drop.more", more))
	}
	return list
}

// askStored offers to send files again that the server has already. To skip them is the
// first choice.
func (in *intake) askStored(of core.Submission) {
	t, stored := in.host.Text, of.Stored
	words := widget.NewLabel(storedAlready(t, stored, of.Asked))
	words.Wrapping = fyne.TextWrapWord
	again := func() {
		sources := make([]core.Source, 0, len(stored))
		for i := range stored {
			sources = append(sources, stored[i].Source)
		}
		in.send(sources, true, &core.Intake{Name: of.Drop.Name, Join: of.Drop.ID}, func(s core.Submission) {
			in.say(t.S("drop.added", wording.Args{"What": t.N("count.files", len(s.Queued))}))
		})
	}
	skip := t.S("stored.skip.one")
	if len(stored) > 1 {
		skip = t.S("stored.skip.many")
	}
	view.Choose(in.host, t.S("stored.title"), container.NewVBox(words, storedNames(t, stored)),
		view.Answer{Words: t.S("stored.yes"), Do: again}, view.Answer{Words: skip, Do: func() {}})
}

// storedAlready says that the server has these files already, and how they differ from
// what is asked for now.
func storedAlready(t *wording.Text, stored []core.Transfer, asked core.Options) string {
	if len(stored) == 1 {
		only := &stored[0]
		_, name := wording.SplitName(only.Source.Name)
		if found := only.DiffersFrom(asked); len(found) > 0 {
			return t.S("stored.one.differs", wording.Args{"Name": name, "What": t.Differences(found, only.Kept().TTLDays)})
		}
		return t.S("stored.one", wording.Args{"Name": name})
	}
	differ := 0
	for i := range stored {
		if len(stored[i].DiffersFrom(asked)) > 0 {
			differ++
		}
	}
	words := t.N("stored.text", len(stored))
	if differ > 0 {
		words += " " + t.N("stored.differs", differ)
	}
	return words
}

// found says what a scan found: "340 files in 12 folders".
func (in *intake) found(scan core.Scan) string {
	t := in.host.Text
	files := t.N("count.files", len(scan.Sources))
	if scan.Folders == 0 {
		return files
	}
	return t.S("drop.in", wording.Args{"Files": files, "Folders": t.N("count.folders", scan.Folders)})
}

func (in *intake) skipped(s []core.Skipped) string {
	if len(s) == 0 {
		return ""
	}
	return " · " + in.host.Text.N("drop.skipped", len(s))
}

func (in *intake) say(words string) { in.result(words, nil) }

func (in *intake) result(words string, skipped []core.Skipped) {
	button, tapped := "", func() {}
	if len(skipped) > 0 {
		button = in.host.Text.S("drop.why")
		tapped = func() { transfers.ShowSkipped(in.host, skipped) }
	}
	in.notice.Show(theme.InfoIcon(), words, button, tapped)
}
