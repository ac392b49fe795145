package ui

import (
	"context"
	"errors"
	"slices"
	"time"

	"fyne.io/fyne/v2/theme"

	"github.com/artstore/ingester/core"
)

// A drop of more than this is counted aloud before anything is queued.
const (
	manyFiles = 1000
	manyBytes = 10 << 30
)

// intake is the one way in: drops, pickers, pasted paths, the command line.
type intake struct {
	sh        *shell
	permanent *permanents
	notice    *notice
	// options are those of the options row at the moment of the drop.
	options func(profile string) core.Options
	// point shows transfers that are in the list already.
	point func([]core.TransferID)
	// front shows the page that says what becomes of it.
	front func()
	// undecided reports whether there is no profile yet, and says so.
	undecided func() bool
}

// add takes paths, and what else came with them and is no path. It answers at
// once and does the rest elsewhere.
func (in *intake) add(paths []string, left ...core.Skipped) {
	t := in.sh.text
	in.front()
	if in.undecided() {
		return
	}
	if len(paths) == 0 {
		in.result(t.s("drop.nothing"), left)
		return
	}
	ctx, cancel := context.WithCancel(in.sh.tasks.ctx)
	in.progress(core.ScanProgress{}, cancel)
	var last time.Time
	in.sh.tasks.run(func(context.Context) func() {
		defer cancel()
		scan, err := in.sh.ctl.Scan(ctx, paths, func(p core.ScanProgress) {
			// Told for every file perhaps; drawn ten times a second.
			if now := in.sh.now(); now.Sub(last) >= 100*time.Millisecond {
				last = now
				in.sh.tasks.show(func() {
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
	t := in.sh.text
	words := t.s("drop.looking")
	if p.Files > 0 {
		words = t.s("drop.counting", args{"Files": t.n("count.files", p.Files), "Size": t.size(p.Bytes)})
	}
	in.notice.show(theme.SearchIcon(), words, t.s("button.stop"), func() {
		cancel()
		in.say(t.s("drop.stopped"))
	})
}

// scanned asks where there is much, and otherwise goes on.
func (in *intake) scanned(scan core.Scan, err error) {
	t := in.sh.text
	switch {
	case errors.Is(err, context.Canceled), core.CodeOf(err) == core.CodeCancelled:
		in.say(t.s("drop.stopped"))
	case err != nil:
		in.notice.hide()
		in.sh.failed(err)
	case len(scan.Sources) == 0:
		in.result(t.s("drop.none")+in.skipped(scan.Skipped), scan.Skipped)
	case len(scan.Sources) > manyFiles || scan.Bytes > manyBytes:
		in.say(t.s("drop.asking"))
		askElse(in.sh, t.s("drop.many.title"), t.s("drop.many.text", args{"What": in.found(scan), "Size": t.size(scan.Bytes)}),
			t.s("drop.many.yes"), func() { in.submit(scan) }, func() { in.result(t.s("drop.stopped")+in.skipped(scan.Skipped), scan.Skipped) })
	default:
		in.submit(scan)
	}
}

func (in *intake) submit(scan core.Scan) {
	t := in.sh.text
	in.say(t.s("drop.queueing"))
	in.send(scan.Sources, false, func(s core.Submission) {
		words := t.s("drop.added", args{"What": in.found(scan)})
		switch n := len(s.Queued); {
		case n == 0:
			words = t.s("drop.nothing_new")
		case n < len(scan.Sources): // the others were there before
			words = t.s("drop.added", args{"What": t.n("count.files", n)})
		}
		if n := len(s.Already); n > 0 {
			words += " · " + t.n("drop.already", n)
			ids := make([]core.TransferID, 0, n)
			for i := range s.Already {
				ids = append(ids, s.Already[i].ID)
			}
			in.point(ids)
		}
		in.result(words+in.skipped(scan.Skipped), scan.Skipped)
		if len(s.Stored) > 0 {
			in.askPermanent(s)
		}
	})
}

// send submits sources with the options of this moment.
func (in *intake) send(sources []core.Source, again bool, then func(core.Submission)) {
	options := in.options("")
	options.Again = again
	async(in.sh, func(ctx context.Context) (core.Submission, error) {
		options.Profile = in.sh.ctl.Current()
		return in.sh.ctl.Submit(ctx, sources, options)
	}, func(s core.Submission, err error) {
		if err != nil {
			in.notice.hide()
			if core.CodeOf(err) == core.CodeProfileNotFound && in.undecided() {
				return // named on the command line, before the window knew
			}
			in.sh.failed(err)
			return
		}
		then(s)
	})
}

// askPermanent offers to make permanent what the server has for a time only, and
// is asked for as permanent now.
func (in *intake) askPermanent(s core.Submission) {
	var files []storedFile
	for i := range s.Stored {
		if file, ok := storedOf(&s.Stored[i]); ok && s.Asked.Retention == core.RetentionPermanent {
			files = append(files, file)
		}
	}
	if len(files) == 0 {
		in.askStored(s.Stored, s.Asked)
		return
	}
	t := in.sh.text
	askElse(in.sh, t.s("stored.permanent"), t.n("stored.permanent.text", len(files)), t.s("action.permanent"),
		func() { in.permanent.add(files) }, func() { in.askStored(s.Stored, s.Asked) })
}

// askStored offers to send once more what the server has already.
func (in *intake) askStored(stored []core.Transfer, asked core.Options) {
	t := in.sh.text
	ask(in.sh, t.s("stored.title"), storedAlready(t, stored, asked), t.s("stored.yes"), func() {
		sources := make([]core.Source, 0, len(stored))
		for i := range stored {
			sources = append(sources, stored[i].Source)
		}
		in.send(sources, true, func(s core.Submission) {
			in.say(t.s("drop.added", args{"What": t.n("count.files", len(s.Queued))}))
		})
	})
}

// storedAlready says of files that were asked for that the server has them, and
// what it keeps otherwise than asked.
func storedAlready(t *text, stored []core.Transfer, asked core.Options) string {
	if len(stored) == 1 {
		only := &stored[0]
		_, name := splitName(only.Source.Name)
		if found := only.DiffersFrom(asked); len(found) > 0 {
			return t.s("stored.one.differs", args{"Name": name, "What": t.differences(found, only.Kept().TTLDays)})
		}
		return t.s("stored.one", args{"Name": name})
	}
	differ := 0
	for i := range stored {
		if len(stored[i].DiffersFrom(asked)) > 0 {
			differ++
		}
	}
	words := t.n("stored.text", len(stored))
	if differ > 0 {
		words += " " + t.n("stored.differs", differ)
	}
	return words
}

// found says what a scan found: "340 files in 12 folders".
func (in *intake) found(scan core.Scan) string {
	t := in.sh.text
	files := t.n("count.files", len(scan.Sources))
	if scan.Folders == 0 {
		return files
	}
	return t.s("drop.in", args{"Files": files, "Folders": t.n("count.folders", scan.Folders)})
}

func (in *intake) skipped(s []core.Skipped) string {
	if len(s) == 0 {
		return ""
	}
	return " · " + in.sh.text.n("drop.skipped", len(s))
}

func (in *intake) say(words string) { in.result(words, nil) }

func (in *intake) result(words string, skipped []core.Skipped) {
	button, tapped := "", func() {}
	if len(skipped) > 0 {
		button = in.sh.text.s("drop.why")
		tapped = func() { showSkipped(in.sh, skipped) }
	}
	in.notice.show(theme.InfoIcon(), words, button, tapped)
}
