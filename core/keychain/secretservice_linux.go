package keychain

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/zalando/go-keyring"

	"github.com/artstore/ingester/core"
)

// Names of the Secret Service API.
const (
	secrets         = "org.freedesktop.secrets"
	secretsPath     = "/org/freedesktop/secrets"
	loginPath       = "/org/freedesktop/secrets/collection/login"
	ifaceService    = "org.freedesktop.Secret.Service"
	ifaceCollection = "org.freedesktop.Secret.Collection"
	ifacePrompt     = "org.freedesktop.Secret.Prompt"
	noObject        = "/" // the API's value for no object
)

// lockedInterval is how often a locked keychain is checked while its password window is
// open, as signing in to the desktop may unlock it too.
const lockedInterval = time.Second

const adviceUnavailable = "Start a Secret Service such as GNOME Keyring, KWallet or KeePassXC, or keep the secret for this session only."

// ready makes sure that there is a Secret Service, that it answers and, with unlock, that
// go-keyring's collection is unlocked. go-keyring would wait for ever for a window that
// nobody answers, on a connection that the whole program shares; here everything ends
// with ctx.
func ready(ctx context.Context, unlock bool) error {
	conn, err := dbus.SessionBusPrivateNoAutoStartup(dbus.WithContext(ctx))
	if err != nil {
		return failure("", core.CodeKeychainUnavailable, sentenceUnavailable, err)
	}
	defer func() { _ = conn.Close() }()
	err = conn.Auth(nil)
	if err == nil {
		err = conn.Hello()
	}
	if err != nil && ctx.Err() == nil {
		err = failure("", core.CodeKeychainUnavailable, sentenceUnavailable, err)
	}
	if err != nil {
		return err
	}
	s := secretService{conn}
	path, err := s.collection(ctx)
	if err != nil || !unlock {
		return err
	}
	locked, err := s.locked(ctx, path)
	if err != nil || !locked {
		return err
	}
	return s.unlock(ctx, path)
}

// secretService uses the Secret Service API on a connection of its own.
type secretService struct{ conn *dbus.Conn }

// collection returns go-keyring's collection: "login" if there is one, else the default
// one.
func (s secretService) collection(ctx context.Context) (dbus.ObjectPath, error) {
	var all []dbus.ObjectPath
	if err := s.property(ctx, secretsPath, ifaceService, "Collections", &all); err != nil {
		return "", err
	}
	if slices.Contains(all, loginPath) {
		return loginPath, nil
	}
	path := dbus.ObjectPath(noObject)
	err := s.call(ctx, secretsPath, ifaceService+".ReadAlias", "default").Store(&path)
	if err == nil && path == noObject {
		err = failure("", core.CodeKeychainUnavailable, "The keychain has no default keyring. "+
			"Create one in your desktop's password manager, or keep the secret for this session only.", nil)
	}
	return path, err
}

func (s secretService) locked(ctx context.Context, path dbus.ObjectPath) (locked bool, err error) {
	err = s.property(ctx, path, ifaceCollection, "Locked", &locked)
	return locked, err
}

// unlock asks the user for the keychain's password and waits until it is
// unlocked, the window is closed, or ctx ends. The window goes away with the
// connection.
func (s secretService) unlock(ctx context.Context, path dbus.ObjectPath) error {
	var unlocked []dbus.ObjectPath
	var prompt dbus.ObjectPath
	if err := s.call(ctx, secretsPath, ifaceService+".Unlock", []dbus.ObjectPath{path}).Store(&unlocked, &prompt); err != nil {
		return err
	}
	if prompt == noObject {
		return s.verify(ctx, path)
	}
	signals := make(chan *dbus.Signal, 1)
	s.conn.Signal(signals)
	if err := s.conn.AddMatchSignalContext(ctx, dbus.WithMatchObjectPath(prompt), dbus.WithMatchInterface(ifacePrompt)); err != nil {
		return err
	}
	if err := s.call(ctx, prompt, ifacePrompt+".Prompt", "").Err; err != nil {
		return err
	}
	look := time.NewTicker(lockedInterval)
	defer look.Stop()
	for {
		select {
		case signal := <-signals: // nil if the connection is gone
			switch {
			case ctx.Err() != nil:
			case signal == nil:
				return dbus.ErrClosed
			case signal.Path == prompt && signal.Name == ifacePrompt+".Completed":
				return s.verify(ctx, path)
			}
		case <-look.C:
			if locked, err := s.locked(ctx, path); err == nil && !locked {
				return nil
			}
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.Canceled) {
				return ctx.Err()
			}
			return failure("", core.CodeKeychainLocked, "The keychain is locked, and its password window was not answered in time. "+
				"Unlock it and try again.", context.Cause(ctx))
		}
	}
}

// verify checks whether the collection is unlocked after the user was asked.
func (s secretService) verify(ctx context.Context, path dbus.ObjectPath) error {
	locked, err := s.locked(ctx, path)
	if err == nil && locked {
		err = failure("", core.CodeKeychainLocked, "The keychain is still locked: its password window was closed or could not be shown. "+
			"Unlock it and try again.", nil)
	}
	return err
}

func (s secretService) call(ctx context.Context, path dbus.ObjectPath, method string, args ...any) *dbus.Call {
	return s.conn.Object(secrets, path).CallWithContext(ctx, method, 0, args...)
}

func (s secretService) property(ctx context.Context, path dbus.ObjectPath, iface, name string, into any) error {
	var v dbus.Variant
	if err := s.call(ctx, path, "org.freedesktop.DBus.Properties.Get", iface, name).Store(&v); err != nil {
		return err
	}
	if err := v.Store(into); err != nil {
		return fmt.Errorf("%s.%s: %w", iface, name, err)
	}
	return nil
}

// codeOf returns the code of an error of D-Bus or go-keyring.
func codeOf(err error) core.Code {
	var e dbus.Error
	switch {
	case errors.As(err, &e) && slices.Contains([]string{
		"org.freedesktop.DBus.Error.ServiceUnknown",
		"org.freedesktop.DBus.Error.NameHasNoOwner",
	}, e.Name),
		strings.HasPrefix(e.Name, "org.freedesktop.DBus.Error.Spawn."),
		errors.Is(err, keyring.ErrUnsupportedPlatform):
		return core.CodeKeychainUnavailable
	case e.Name == "org.freedesktop.Secret.Error.IsLocked",
		// go-keyring has no error value for this.
		strings.Contains(err.Error(), "failed to unlock correct collection"):
		return core.CodeKeychainLocked
	}
	return core.CodeKeychainFailed
}
