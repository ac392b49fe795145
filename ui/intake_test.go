package ui

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/view/viewtest"
)

func TestDropIsScannedAndSubmitted(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.ScanResult = core.Scan{
		Sources: []core.Source{{Path: "/a/b", Name: "b"}, {Path: "/a/c", Name: "c"}}, Folders: 1,
		Skipped: []core.Skipped{{Path: "/a/link", Reason: core.SkipSymlink}},
	}
	h := open(t, ctl, "en", "light")
	h.Entry("Tags…").SetText("scans, box-14")
	h.Entry("Description…").SetText("from the attic")
	h.drop(storage.NewFileURI("/a"))
	h.Says("Looking at what was dropped…")
	h.Called(`scan ["/a"]`)
	h.Called(`submit 2 again=false Production temporary 30 ["scans" "box-14"] "from the attic"`)
	h.Until("the result", func() bool { return strings.Contains(h.Words(), "Added 2 files in 1 folder · 1 skipped") })
	h.Tap("Why?")
	h.Says("Link, not followed")
	h.Says("/a/link")
}

// drop drops URIs on the window, as the driver does.
func (h *harness) drop(uris ...fyne.URI) {
	paths, left := view.LocalPaths(uris)
	h.w.dropped(paths, left...)
}

// TestWhatCannotBeUsedIsSaid checks drops and pastes, on each page.
func TestWhatCannotBeUsedIsSaid(t *testing.T) {
	web, err := storage.ParseURI("sftp://elsewhere/x.txt")
	if err != nil {
		t.Fatal(err)
	}
	ctl := viewtest.NewFake()
	h := open(t, ctl, "en", "light")
	for i, do := range []func(){
		func() { h.drop(storage.NewFileURI("/a"), web) },
		func() {
			h.App.Clipboard().SetContent("copy\nfile:///a\nsftp://elsewhere/x.txt")
			h.press(&fyne.ShortcutPaste{})
		},
	} {
		h.w.choose(i + 1)
		ctl.ScanResult = core.Scan{Sources: []core.Source{{Path: fmt.Sprint("/", i)}}, Skipped: []core.Skipped{{Path: "/link", Reason: core.SkipSymlink}}}
		do()
		if h.w.shown != 0 {
			t.Fatal("the answer is out of sight")
		}
		h.Until("the result", func() bool { return h.SaysNow("Added 1 file · 2 skipped") })
		h.Tap("Why?")
		h.Says("sftp://elsewhere/x.txt")
		h.Says("Not a file of this computer")
		h.Says("Link, not followed")
		h.Clear()
		h.w.intake.say("")
	}
	h.w.choose(3)
	h.drop(web)
	h.Says("That was not a file or a folder of this computer")
	h.Tap("Why?")
	h.Says("sftp://elsewhere/x.txt")
	h.Clear()
	h.w.choose(3)
	h.App.Clipboard().SetContent("hunter2")
	h.press(&fyne.ShortcutPaste{})
	h.Says("The clipboard holds no full paths of files; drop the files here instead")
	if h.SaysNow("hunter2") || h.SaysNow("Why?") {
		t.Error("what the clipboard holds besides is shown")
	}
}

// TestDroppedLists checks that the paths of a dropped list are added, that
// addresses of other kinds are named, and that a list that did not arrive is
// reported on every page and in the settings.
func TestDroppedLists(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.ScanResult = core.Scan{Sources: []core.Source{{Path: "/a b"}}}
	h := open(t, ctl, "en", "light")
	h.w.choose(2)
	h.w.listDropped("file:///a%20b\r\nhttps://example.invalid/x\r\nfile://otherhost/c\r\nfile://nohost-no-slash\r\n", nil)
	h.Called(`scan ["/a b"]`)
	h.Until("the result", func() bool { return h.SaysNow("Added 1 file · 3 skipped") })
	h.Tap("Why?")
	for _, left := range []string{"https://example.invalid/x", "file://otherhost/c", "file://nohost-no-slash"} {
		h.Says(left)
	}
	h.Clear()
	const lost = "What was dropped did not arrive whole: nothing was added. Drop fewer files, or their folder"
	h.w.choose(3)
	h.w.listDropped("", errors.New("broken"))
	h.Until("the word", func() bool { return h.SaysNow(lost) })
	if h.w.shown != 0 {
		t.Error("the answer is out of sight")
	}
	h.w.intake.say("")
	h.w.host.OpenSettings(view.TabCertificates)
	h.Until("the settings", func() bool { return h.w.host.Settings != nil })
	h.w.listDropped("", errors.New("broken"))
	h.Until("the word in the settings", func() bool { return h.SaysNow(lost) })
	if h.w.transfers.Notice.Words.Words == lost {
		t.Error("the answer is behind the settings")
	}
}

func TestMuchIsAskedFirst(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.ScanResult = core.Scan{Sources: make([]core.Source, manyFiles+1), Folders: 12, Bytes: 11 << 30}
	h := open(t, ctl, "en", "light")
	h.w.intake.add([]string{"/much"})
	h.Until("the question", func() bool { return strings.Contains(h.Words(), "Upload all of this?") })
	h.Says("There are 1,001 files in 12 folders, 11.0 GiB in all.")
	for _, c := range ctl.Calls() {
		if strings.HasPrefix(c, "submit") {
			t.Fatal("submitted before the answer")
		}
	}
	h.Tap("Upload all")
	h.Called(`submit 1001 again=false Production temporary 30 [] ""`)
}

// TestWhatIsMuch checks that more than 1,000 files or 10 GiB are added only after a
// question.
func TestWhatIsMuch(t *testing.T) {
	for _, c := range []struct {
		name  string
		files int
		bytes int64
		asks  bool
	}{
		{"files, not more", manyFiles, 1, false}, {"files", manyFiles + 1, 1, true},
		{"bytes, not more", 1, manyBytes, false}, {"bytes", 1, manyBytes + 1, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctl := viewtest.NewFake()
			ctl.ScanResult = core.Scan{Sources: make([]core.Source, c.files), Bytes: c.bytes, Skipped: []core.Skipped{{Path: "/x", Reason: core.SkipSpecial}}}
			h := open(t, ctl, "en", "light")
			h.w.intake.add([]string{"/much"})
			if !c.asks {
				h.Called(fmt.Sprintf(`submit %d again=false Production temporary 30 [] ""`, c.files))
				return
			}
			h.Until("the question", func() bool { return strings.Contains(h.Words(), "Upload all of this?") })
			h.Tap("Back")
			h.Says("Stopped; nothing was added · 1 skipped")
			h.Tap("Why?")
			h.Says("Not a regular file")
			for _, call := range ctl.Calls() {
				if strings.HasPrefix(call, "submit") {
					t.Error("submitted although the answer was no")
				}
			}
		})
	}
}

// TestADropIsAnsweredBeforeItIsLookedAt checks that the window answers at once,
// then shows counts, and can be stopped.
func TestADropIsAnsweredBeforeItIsLookedAt(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.Dialogs.Scan = make(chan core.ScanProgress)
	h := open(t, ctl, "en", "light")
	h.w.dropped([]string{"/a"})
	h.Says("Looking at what was dropped…") // nothing has run since the drop
	ctl.Dialogs.Scan <- core.ScanProgress{Files: 340, Bytes: 1 << 30}
	h.Until("a count", func() bool {
		return strings.Contains(viewtest.Spaced(h.Words()), "Looking: 340 files, 1.0 GiB so far…")
	})
	ctl.Dialogs.Scan <- core.ScanProgress{Files: 341, Bytes: 1 << 30} // within 100 ms: not drawn
	h.Tap("Stop")
	h.Says("Stopped; nothing was added")
	h.Until("the end of the scan", func() bool { return slices.Contains(ctl.Calls(), "scan stopped") })
	for _, call := range ctl.Calls() {
		if strings.HasPrefix(call, "submit") {
			t.Error("submitted although it was stopped")
		}
	}
}

func TestWhatIsStoredIsAskedAbout(t *testing.T) {
	ctl := viewtest.NewFake()
	source := core.Source{Path: "/a/b.pdf", Name: "b.pdf"}
	ctl.ScanResult = core.Scan{Sources: []core.Source{source}}
	ctl.OnSubmit = func(_ []core.Source, o core.Options) (core.Submission, error) {
		if o.Again {
			return core.Submission{Queued: []core.TransferID{"n"}}, nil
		}
		return core.Submission{Stored: []core.Transfer{{ID: "o", Source: source}}}, nil
	}
	h := open(t, ctl, "en", "light")
	h.w.intake.add([]string{"/a/b.pdf"})
	h.Until("the question", func() bool { return strings.Contains(h.Words(), "Upload again?") })
	h.Says("Nothing new was added")
	h.Tap("Upload again")
	h.Called(`submit 1 again=true Production temporary 30 [] ""`)
	h.Until("the result", func() bool { return strings.Contains(h.Words(), "Added 1 file") })
}

// TestStoredFilesAreNamed: the question names the first files with when they were stored.
// Return skips them, and so does Escape.
func TestStoredFilesAreNamed(t *testing.T) {
	ctl := viewtest.NewFake()
	var stored []core.Transfer
	for i := range 7 {
		x := viewtest.Transfer(i+1, fmt.Sprintf("box/plate %d.tif", i+1), 10, core.StateStored)
		x.Receipt = &core.Receipt{FileID: "id", UploadedAt: viewtest.Start().AddDate(0, 0, -i)}
		stored = append(stored, x)
	}
	stored[1].Receipt, stored[1].FinishedAt = nil, viewtest.Start()
	ctl.ScanResult = core.Scan{Sources: make([]core.Source, 7)}
	ctl.OnSubmit = func([]core.Source, core.Options) (core.Submission, error) {
		return core.Submission{Stored: stored}, nil
	}
	for _, key := range []fyne.KeyName{fyne.KeyReturn, fyne.KeyEscape} {
		h := open(t, ctl, "en", "light")
		h.w.intake.add([]string{"/a"})
		h.Until("the question", func() bool { return strings.Contains(h.Words(), "Upload again?") })
		text := h.w.host.Text
		h.Says("7 files are stored on the server already")
		h.Says(text.Moment(viewtest.Start()) + " · plate 1.tif")
		h.Says(text.Moment(viewtest.Start()) + " · plate 2.tif")
		h.Says(text.Moment(viewtest.Start().AddDate(0, 0, -4)) + " · plate 5.tif")
		h.Says("and 2 more")
		h.DialogFits()
		if h.SaysNow("plate 6.tif") {
			t.Error("it names more files than fit")
		}
		h.Typed(key)
		if h.w.win.Canvas().Overlays().Top() != nil {
			t.Errorf("%s leaves the question open", key)
		}
		for _, call := range ctl.Calls() {
			if strings.Contains(call, "again=true") {
				t.Errorf("%s asks %q", key, call)
			}
		}
	}
}

// TestOnlyWhatIsAddedIsCounted checks that of a folder that was dropped before only
// the new files are counted.
func TestOnlyWhatIsAddedIsCounted(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.ScanResult = core.Scan{Sources: make([]core.Source, 5), Folders: 1}
	ctl.OnSubmit = func([]core.Source, core.Options) (core.Submission, error) {
		return core.Submission{Queued: []core.TransferID{"n"}, Already: make([]core.Transfer, 2), Stored: make([]core.Transfer, 2)}, nil
	}
	h := open(t, ctl, "en", "light")
	h.w.intake.add([]string{"/a"})
	h.Until("the result", func() bool { return h.SaysNow("Added 1 file · 2 are in the list already") })
}

func TestWhatIsInTheListIsPointedAt(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.Snapshot = viewtest.Showcase(40)
	ctl.ScanResult = core.Scan{Sources: []core.Source{{Path: "/a"}}}
	ctl.OnSubmit = func([]core.Source, core.Options) (core.Submission, error) {
		return core.Submission{Already: []core.Transfer{{ID: "t33"}}}, nil
	}
	h := open(t, ctl, "en", "light")
	h.w.intake.add([]string{"/a"})
	h.Until("the result", func() bool { return strings.Contains(h.Words(), "1 is in the list already") })
	if h.w.transfers.Selected() != 1 || !h.SaysNow("IMG_2025.jpg") {
		t.Errorf("%d transfers are selected; the window says\n%s", h.w.transfers.Selected(), h.Words())
	}
	h.Typed(fyne.KeyDelete)
	h.Called("cancel [t33]")
}

func TestDropsThatFail(t *testing.T) {
	ctl := viewtest.NewFake()
	h := open(t, ctl, "en", "light")
	h.w.intake.add(nil)
	h.Says("That was not a file or a folder of this computer")

	h.w.intake.add([]string{"/empty"})
	h.Until("nothing", func() bool { return strings.Contains(h.Words(), "No files to upload") })

	ctl.ScanErr = &core.Error{Kind: core.KindFile, Code: core.CodeFilePermission, Err: errors.New("open /x: permission denied")}
	h.w.intake.add([]string{"/x"})
	h.Until("the error", func() bool { return strings.Contains(h.Words(), "No permission to read the file.") })
	if strings.Contains(h.Words(), "open /x") {
		t.Error("the raw cause is in the headline")
	}
	h.Tap("Details…")
	h.Says("open /x: permission denied")
}

// says is what the first run says when files come.
func says(how string) string {
	if how == "drop" {
		return "First choose how to begin. What you added is kept, and offered after that."
	}
	return "First choose how to begin, then add the files."
}

// TestFilesComeAfterTheFirstRun checks that the window asks for a profile first,
// however files come, and scans nothing before that.
func TestFilesComeAfterTheFirstRun(t *testing.T) {
	for name, add := range map[string]func(h *harness){
		"drop":    func(h *harness) { h.drop(storage.NewFileURI("/a.pdf")) },
		"nothing": func(h *harness) { h.drop() },
		"button":  func(h *harness) { h.Tap("Add files") },
		"paste": func(h *harness) {
			h.App.Clipboard().SetContent("hunter2")
			h.press(&fyne.ShortcutPaste{})
		},
		"before the window knew": func(h *harness) { h.w.intake.send(nil, false, nil, func(core.Submission) { t.Error("added") }) },
	} {
		t.Run(name, func(t *testing.T) {
			ctl := viewtest.Fresh()
			ctl.OnSubmit = func([]core.Source, core.Options) (core.Submission, error) {
				return core.Submission{}, &core.Error{Kind: core.KindConfig, Code: core.CodeProfileNotFound}
			}
			h := open(t, ctl, "en", "light")
			h.Until("the first run", func() bool { return h.w.first != nil })
			h.w.choose(3)
			add(h)
			h.Until("the words", func() bool { return h.SaysNow(says(name)) })
			if h.w.shown != 0 || h.w.win.Canvas().Overlays().Top() != nil {
				t.Error("the answer is out of sight")
			}
			for _, call := range ctl.Calls() {
				if strings.HasPrefix(call, "pick") || strings.HasPrefix(call, "scan") {
					t.Errorf("asked %q", call)
				}
			}
		})
	}
}

// TestWhatCameFirstIsKept: what is dropped before there is a profile is offered once there
// is one, and added at the user's word.
func TestWhatCameFirstIsKept(t *testing.T) {
	ctl := viewtest.Fresh()
	h := open(t, ctl, "en", "light")
	h.Until("the first run", func() bool { return h.w.first != nil })
	h.drop(storage.NewFileURI("/a.pdf"), storage.NewFileURI("/box"))
	h.drop(storage.NewFileURI("/a.pdf"))
	h.Until("the words", func() bool { return h.SaysNow(says("drop")) })
	h.Tap("Start the sandbox")
	h.Until("the offer", func() bool { return h.SaysNow("2 files and folders that you added before are waiting.") })
	if slices.ContainsFunc(ctl.Calls(), func(c string) bool { return strings.HasPrefix(c, "scan") }) {
		t.Error("they were added without a word of the user")
	}
	h.Tap("Add them")
	h.Until("the scan", func() bool {
		return slices.ContainsFunc(ctl.Calls(), func(c string) bool { return strings.HasPrefix(c, "scan") && strings.Contains(c, `"/a.pdf" "/box"`) })
	})
	h.w.profileChanged()
	h.Until("the page", func() bool { return !h.SaysNow("are waiting") })
}
