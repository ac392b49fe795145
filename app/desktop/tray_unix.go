//go:build unix && !darwin

package desktop

import (
	"context"
	"errors"
	"time"

	"github.com/godbus/dbus/v5"
)

// The service that shows tray icons, by the StatusNotifierItem specification.
const (
	trayWatcher = "org.kde.StatusNotifierWatcher"
	trayPath    = "/StatusNotifierWatcher"
	trayHost    = "IsStatusNotifierHostRegistered"
)

// trayPatience is how long the session bus may take to answer.
const trayPatience = 2 * time.Second

// TrayPossible reports whether a tray icon can be offered: there is a session bus.
// Whether the desktop shows it is another question, and may change.
func TrayPossible(ctx context.Context) bool {
	conn, err := sessionBus(ctx)
	if err != nil {
		return false
	}
	_ = conn.Close() // it was not used
	return true
}

// TrayShown reports whether the desktop shows tray icons now.
func TrayShown(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, trayPatience)
	defer cancel()
	conn, err := sessionBus(ctx)
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }() // the answer is here
	var host dbus.Variant
	err = conn.Object(trayWatcher, trayPath).CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get",
		dbus.FlagNoAutoStart, trayWatcher, trayHost).Store(&host)
	shown, ok := host.Value().(bool)
	return err == nil && ok && shown
}

// sessionBus connects to the running session bus; it starts none.
func sessionBus(ctx context.Context) (*dbus.Conn, error) {
	conn, err := dbus.SessionBusPrivateNoAutoStartup(dbus.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	if err := conn.Auth(nil); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	if err := conn.Hello(); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}
