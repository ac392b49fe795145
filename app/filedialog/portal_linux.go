package filedialog

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"github.com/godbus/dbus/v5"
)

// Names of the XDG desktop portal's API.
const (
	portalName   = "org.freedesktop.portal.Desktop"
	portalPath   = "/org/freedesktop/portal/desktop"
	ifaceChooser = "org.freedesktop.portal.FileChooser"
	ifaceRequest = "org.freedesktop.portal.Request"
	response     = ifaceRequest + ".Response"
	ownerChanged = "org.freedesktop.DBus.NameOwnerChanged"
)

// The first version of FileChooser that chooses folders, and the first that starts in
// a given folder when something is opened.
const (
	versionFolders = 3
	versionNear    = 4
)

// portalPatience is how long the portal may take to start and answer its version.
const portalPatience = 5 * time.Second

// handleToken makes the path of a request known in advance, so that no answer is
// missed. The connection is used for one request only.
const handleToken = "ingester"

// portal asks through the XDG desktop portal.
type portal struct {
	connect func(...dbus.ConnOption) (*dbus.Conn, error)
}

// sessionBus connects to the running session bus; it starts none.
func sessionBus(options ...dbus.ConnOption) (*dbus.Conn, error) {
	conn, err := dbus.SessionBusPrivateNoAutoStartup(options...)
	if err != nil {
		return nil, err
	}
	if err = conn.Auth(nil); err == nil {
		err = conn.Hello()
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// ask implements dialog.
func (p portal) ask(ctx context.Context, q Question) ([]string, error) {
	// The connection outlives ctx, until the dialog is closed.
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	giveUp := context.AfterFunc(ctx, end)
	conn, err := p.connect(dbus.WithContext(life))
	if err != nil {
		return nil, errors.ErrUnsupported // no bus, no portal
	}
	defer func() { _ = conn.Close() }()
	if !giveUp() {
		return nil, cancelled()
	}
	version, err := chooserVersion(ctx, conn)
	if err != nil || q.Folders && version < versionFolders {
		return nil, errors.ErrUnsupported
	}
	r := request{conn: conn, path: requestPath(conn)}
	if err := r.watch(ctx); err != nil {
		return nil, failure("The desktop portal can't be asked.", err)
	}
	if err := r.open(ctx, q, version); err != nil {
		r.close()
		return nil, failure("The desktop portal opens no dialog.", err)
	}
	return r.answer(ctx)
}

// chooserVersion is the version of the portal's FileChooser. An error means that there
// is none, or that the desktop's part of it is missing.
func chooserVersion(ctx context.Context, conn *dbus.Conn) (uint32, error) {
	ctx, cancel := context.WithTimeout(ctx, portalPatience)
	defer cancel()
	var v dbus.Variant
	err := conn.Object(portalName, portalPath).CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get", 0, ifaceChooser, "version").Store(&v)
	if err != nil {
		return 0, err
	}
	version, ok := v.Value().(uint32)
	if !ok {
		return 0, fmt.Errorf("the portal's version is %v", v)
	}
	return version, nil
}

func requestPath(conn *dbus.Conn) dbus.ObjectPath {
	sender := strings.ReplaceAll(strings.TrimPrefix(conn.Names()[0], ":"), ".", "_")
	return dbus.ObjectPath(portalPath + "/request/" + sender + "/" + handleToken)
}

// request is one open dialog.
type request struct {
	conn    *dbus.Conn
	path    dbus.ObjectPath
	signals chan *dbus.Signal
}

// watch listens for the answer, and for the portal's end.
func (r *request) watch(ctx context.Context) error {
	r.signals = make(chan *dbus.Signal, 8)
	r.conn.Signal(r.signals)
	return errors.Join(
		r.conn.AddMatchSignalContext(ctx, dbus.WithMatchInterface(ifaceRequest), dbus.WithMatchMember("Response")),
		r.conn.AddMatchSignalContext(ctx, dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, portalName)))
}

// open shows the dialog.
func (r *request) open(ctx context.Context, q Question, version uint32) error {
	method := ifaceChooser + ".OpenFile"
	if q.Save {
		method = ifaceChooser + ".SaveFile"
	}
	parent := ""
	if q.Window != 0 {
		parent = fmt.Sprintf("x11:%x", q.Window)
	}
	handle := r.path
	err := r.conn.Object(portalName, portalPath).CallWithContext(ctx, method, 0, parent, q.Title, portalOptions(q, version)).Store(&handle)
	if err == nil {
		r.path = handle // portals before 0.9 choose another
	}
	return err
}

// close closes the dialog, if there is one.
func (r *request) close() {
	r.conn.Object(portalName, r.path).Go(ifaceRequest+".Close", dbus.FlagNoReplyExpected, nil)
}

// answer waits for the user.
func (r *request) answer(ctx context.Context) ([]string, error) {
	for {
		select {
		case <-ctx.Done():
			r.close()
			return nil, cancelled()
		case s, open := <-r.signals:
			switch {
			case !open || s.Name == ownerChanged:
				return nil, failure("The desktop portal ended while its dialog was open.", nil)
			case s.Name == response && s.Path == r.path:
				return chosen(s.Body)
			}
		}
	}
}

// chosen reads the body of a Response.
func chosen(body []any) ([]string, error) {
	var code uint32
	var results map[string]dbus.Variant
	if err := dbus.Store(body, &code, &results); err != nil {
		return nil, failure("The desktop portal's answer can't be read.", err)
	}
	switch code {
	case 0:
	case 1:
		return nil, cancelled()
	default:
		return nil, failure("The desktop portal's dialog failed.", nil)
	}
	uris, ok := results["uris"].Value().([]string)
	if !ok {
		return nil, failure("The desktop portal's answer names no files.", nil)
	}
	var paths []string
	for _, uri := range uris {
		if path := pathOf(uri); path != "" {
			paths = append(paths, path)
		}
	}
	return paths, nil
}

// pathOf is the path of a file URI of this computer, "" for any other.
func pathOf(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" || u.Host != "" && u.Host != "localhost" || !filepath.IsAbs(u.Path) || strings.ContainsRune(u.Path, 0) {
		return ""
	}
	return filepath.Clean(u.Path)
}

type (
	portalFilter struct {
		Name  string
		Rules []portalRule
	}
	portalRule struct {
		Kind    uint32 // 0: a glob pattern
		Pattern string
	}
)

func portalOptions(q Question, version uint32) map[string]dbus.Variant {
	options := map[string]dbus.Variant{"handle_token": dbus.MakeVariant(handleToken), "modal": dbus.MakeVariant(true)}
	if q.Accept != "" {
		options["accept_label"] = dbus.MakeVariant(q.Accept)
	}
	if q.Near != "" && (q.Save || version >= versionNear) {
		options["current_folder"] = dbus.MakeVariant(append([]byte(q.Near), 0))
	}
	switch {
	case q.Save:
		options["current_name"] = dbus.MakeVariant(q.Name)
	default:
		options["multiple"], options["directory"] = dbus.MakeVariant(q.Many), dbus.MakeVariant(q.Folders)
	}
	if len(q.Extensions) > 0 {
		var names []string
		var rules []portalRule
		for _, e := range q.Extensions {
			names = append(names, "*"+e)
			rules = append(rules, portalRule{0, "*" + anyCase(e)})
		}
		options["filters"] = dbus.MakeVariant([]portalFilter{
			{strings.Join(names, ", "), rules}, {q.All, []portalRule{{0, "*"}}},
		})
	}
	return options
}

// anyCase is a glob that matches upper and lower case. The portal's patterns have no
// option for that.
func anyCase(words string) string {
	var glob strings.Builder
	for _, r := range words {
		if lower, upper := unicode.ToLower(r), unicode.ToUpper(r); lower != upper {
			glob.WriteString("[" + string(lower) + string(upper) + "]")
		} else {
			glob.WriteRune(r)
		}
	}
	return glob.String()
}
