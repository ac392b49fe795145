package filedialog

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// asked is a request that the portal has received.
type asked struct {
	method, parent, title string
	options               map[string]dbus.Variant
	handle                dbus.ObjectPath
}

// fakePortal is a FileChooser on a real session bus of its own. It answers as
// the test tells it.
type fakePortal struct {
	t       *testing.T
	address string
	conn    *dbus.Conn
	version uint32
	asked   chan asked
	closed  chan dbus.ObjectPath
	// answer sends the response, or doesn't; nil refuses to open a dialog.
	answer func(*fakePortal, asked)
}

func newFakePortal(t *testing.T, version uint32, answer func(*fakePortal, asked)) *fakePortal {
	t.Helper()
	p := &fakePortal{t: t, address: coretest.NewBus(t), version: version, answer: answer, asked: make(chan asked, 4), closed: make(chan dbus.ObjectPath, 4)}
	conn, err := dbus.Connect(p.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	p.conn = conn
	open := func(method string) any {
		return func(m dbus.Message, parent, title string, options map[string]dbus.Variant) (dbus.ObjectPath, *dbus.Error) {
			return p.open(m, asked{method: method, parent: parent, title: title, options: options})
		}
	}
	must(t, conn.ExportMethodTable(map[string]any{"OpenFile": open("OpenFile"), "SaveFile": open("SaveFile")}, portalPath, ifaceChooser))
	must(t, conn.ExportMethodTable(map[string]any{
		"Get": func(string, string) (dbus.Variant, *dbus.Error) { return dbus.MakeVariant(p.version), nil },
	}, portalPath, "org.freedesktop.DBus.Properties"))
	_, err = conn.RequestName(portalName, 0)
	must(t, err)
	return p
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (p *fakePortal) open(m dbus.Message, a asked) (dbus.ObjectPath, *dbus.Error) {
	if p.answer == nil {
		return "", dbus.MakeFailedError(errors.New("no backend"))
	}
	sender := strings.ReplaceAll(strings.TrimPrefix(m.Headers[dbus.FieldSender].Value().(string), ":"), ".", "_")
	a.handle = dbus.ObjectPath(portalPath + "/request/" + sender + "/" + a.options["handle_token"].Value().(string))
	if err := p.conn.ExportMethodTable(map[string]any{
		"Close": func() *dbus.Error { p.closed <- a.handle; return nil },
	}, a.handle, ifaceRequest); err != nil {
		return "", dbus.MakeFailedError(err)
	}
	p.asked <- a
	p.answer(p, a)
	return a.handle, nil
}

// respond answers a request.
func (p *fakePortal) respond(a asked, code uint32, results map[string]dbus.Variant) {
	if err := p.conn.Emit(a.handle, response, code, results); err != nil {
		p.t.Error(err)
	}
}

func uris(all ...string) map[string]dbus.Variant {
	return map[string]dbus.Variant{"uris": dbus.MakeVariant(all)}
}

// ask asks the portal, and only it.
func (p *fakePortal) ask(ctx context.Context, q Question) ([]string, error) {
	return newDialogs(silent(), p.portal().ask).Ask(ctx, q)
}

func (p *fakePortal) portal() portal {
	return portal{func(o ...dbus.ConnOption) (*dbus.Conn, error) { return dbus.Connect(p.address, o...) }}
}

func TestPortalReturnsAllThatWasChosen(t *testing.T) {
	p := newFakePortal(t, 5, func(p *fakePortal, a asked) {
		p.respond(a, 0, uris(
			"file:///home/a/%D0%94%D0%BE%D0%B3%D0%BE%D0%B2%D0%BE%D1%80%20%E2%84%96%20118.docx",
			"file:///home/a/two%20words/100%25%20%231%3F.txt", "file://localhost/plain", "file:///home/a/../b/",
			"smb://server/share/x", "file://other/y", "file:///bad%zz", "http://h/z"))
	})
	got, err := p.ask(t.Context(), Question{Title: "Файлы", Accept: "Добавить", Many: true, Window: 0x2a})
	want := []string{"/home/a/Договор № 118.docx", "/home/a/two words/100% #1?.txt", "/plain", "/home/b"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	a := <-p.asked
	if a.method != "OpenFile" || a.title != "Файлы" || a.parent != "x11:2a" {
		t.Errorf("asked %+v", a)
	}
	for key, want := range map[string]any{"multiple": true, "directory": false, "modal": true, "accept_label": "Добавить"} {
		if got := a.options[key].Value(); got != want {
			t.Errorf("option %s is %v, want %v", key, got, want)
		}
	}
	if _, ok := a.options["filters"]; ok {
		t.Error("a filter although all files are wanted")
	}
}

func TestPortalOptions(t *testing.T) {
	pem := Question{Title: "CA", Near: "/etc/ssl", Extensions: []string{".pem", ".p12"}, All: "All files"}
	save := Question{Save: true, Near: "/home/a", Name: "history.csv"}
	for name, c := range map[string]struct {
		q       Question
		version uint32
		method  string
		want    map[string]any
		without []string
	}{
		"folders": {Question{Folders: true, Many: true}, 3, "OpenFile", map[string]any{"directory": true, "multiple": true}, []string{"current_folder", "current_name", "accept_label"}},
		"near":    {pem, 4, "OpenFile", map[string]any{"current_folder": "/etc/ssl\x00", "multiple": false}, nil},
		"old":     {pem, 1, "OpenFile", nil, []string{"current_folder"}},
		"save":    {save, 1, "SaveFile", map[string]any{"current_name": "history.csv", "current_folder": "/home/a\x00"}, []string{"multiple", "directory"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newFakePortal(t, c.version, func(p *fakePortal, a asked) { p.respond(a, 0, uris("file:///x")) })
			if got, err := p.ask(t.Context(), c.q); err != nil || !slices.Equal(got, []string{"/x"}) {
				t.Fatalf("got %q, %v", got, err)
			}
			a := <-p.asked
			if a.method != c.method || a.parent != "" {
				t.Errorf("asked %s for %q", a.method, a.parent)
			}
			for key, want := range c.want {
				got := a.options[key].Value()
				if raw, ok := got.([]byte); ok {
					got = string(raw)
				}
				if got != want {
					t.Errorf("option %s is %v, want %v", key, got, want)
				}
			}
			for _, key := range c.without {
				if _, ok := a.options[key]; ok {
					t.Errorf("option %s is given", key)
				}
			}
			if len(c.q.Extensions) > 0 {
				var filters []portalFilter
				must(t, a.options["filters"].Store(&filters))
				if len(filters) != 2 || filters[0].Name != "*.pem, *.p12" || filters[0].Rules[1].Pattern != "*.[pP]12" || filters[1].Name != "All files" {
					t.Errorf("filters %v", filters)
				}
			}
		})
	}
}

func TestPortalThatDoesNotAnswerWell(t *testing.T) {
	for name, c := range map[string]struct {
		answer      func(*fakePortal, asked)
		code        core.Code
		unsupported bool // the next way is taken
	}{
		"cancelled":   {func(p *fakePortal, a asked) { p.respond(a, 1, nil) }, core.CodeCancelled, false},
		"failed":      {func(p *fakePortal, a asked) { p.respond(a, 2, nil) }, core.CodeInternal, true},
		"no files":    {func(p *fakePortal, a asked) { p.respond(a, 0, nil) }, core.CodeInternal, true},
		"other types": {func(p *fakePortal, a asked) { p.respond(a, 0, map[string]dbus.Variant{"uris": dbus.MakeVariant(1)}) }, core.CodeInternal, true},
		"ends":        {func(p *fakePortal, _ asked) { _, _ = p.conn.ReleaseName(portalName) }, core.CodeInternal, true},
		"refuses":     {nil, core.CodeInternal, true},
	} {
		t.Run(name, func(t *testing.T) {
			p := newFakePortal(t, 5, c.answer)
			got, err := p.ask(t.Context(), Question{})
			if got != nil || core.CodeOf(err) != c.code || errors.Is(err, errors.ErrUnsupported) != c.unsupported {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestNoPortal(t *testing.T) {
	address := coretest.NewBus(t)
	for name, p := range map[string]portal{
		"no bus":    {func(...dbus.ConnOption) (*dbus.Conn, error) { return nil, errors.New("no bus") }},
		"no portal": {func(o ...dbus.ConnOption) (*dbus.Conn, error) { return dbus.Connect(address, o...) }},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := p.ask(t.Context(), Question{}); got != nil || !errors.Is(err, errors.ErrUnsupported) {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
	t.Run("too old for folders", func(t *testing.T) {
		p := newFakePortal(t, 2, nil)
		if got, err := p.portal().ask(t.Context(), Question{Folders: true}); got != nil || !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("got %q, %v", got, err)
		}
	})
}

func TestCancellingClosesThePortalsDialog(t *testing.T) {
	p := newFakePortal(t, 5, func(*fakePortal, asked) {})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := p.ask(ctx, Question{})
		done <- err
	}()
	a := <-p.asked
	cancel()
	if err := <-done; core.CodeOf(err) != core.CodeCancelled {
		t.Errorf("got %v", err)
	}
	if got := <-p.closed; got != a.handle {
		t.Errorf("closed %s, want %s", got, a.handle)
	}
}

// TestAnotherRequestsAnswerIsNotOurs: answers to other requests on the bus are ignored.
func TestAnotherRequestsAnswerIsNotOurs(t *testing.T) {
	p := newFakePortal(t, 5, func(p *fakePortal, a asked) {
		own := a.handle
		a.handle = portalPath + "/request/1_1/other"
		p.respond(a, 0, uris("file:///theirs"))
		a.handle = own
		p.respond(a, 0, uris("file:///ours"))
	})
	if got, err := p.ask(t.Context(), Question{}); err != nil || !slices.Equal(got, []string{"/ours"}) {
		t.Errorf("got %q, %v", got, err)
	}
}

// FuzzPathOf: for any answer of a portal, a path is absolute and clean.
func FuzzPathOf(f *testing.F) {
	for _, s := range []string{"file:///a%20b", "file:a", "file:///%00", "file://h/a", "", "file:////x/../y", "http://a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, uri string) {
		if p := pathOf(uri); p != "" && (p[0] != '/' || strings.ContainsRune(p, 0)) {
			t.Errorf("%q gives %q", uri, p)
		}
	})
}
