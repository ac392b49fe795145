//go:build !headless

package main

import (
	"os"
	"os/exec"
	"testing"

	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/keychain"
	"github.com/artstore/ingester/ui/view/controllertest"
)

// inKeyring says to a child process that it has a keyring.
const inKeyring = "INGESTER_TEST_KEYRING"

// TestControllerWithKeyring is TestController with secrets in a GNOME Keyring.
// D-Bus libraries keep one connection for a whole process: a child runs it.
func TestControllerWithKeyring(t *testing.T) {
	if os.Getenv(inKeyring) != "" {
		keyring := &coretest.SecretService{Address: os.Getenv("DBUS_SESSION_BUS_ADDRESS")}
		server := newGated(t)
		controllertest.Test(t, func(t *testing.T, with controllertest.State) controllertest.Subject {
			// Names of profiles are the same in each test; the service is not.
			s := surroundings{keychain: keychain.NewSystem("test of "+t.Name(), keychain.DefaultTimeout), bus: keyring.Address, server: server}
			s.lock = func() (unlock func()) {
				keyring.Lock(t)
				return func() { keyring.Unlock(t) }
			}
			return newSubject(t, with, s)
		})
		return
	}
	keyring := coretest.NewSecretService(t)
	self, err := os.Executable()
	must(t, err)
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^TestControllerWithKeyring$", "-test.v="+verbosity())
	cmd.Env = append(keyring.Env(), inKeyring+"=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v:\n%s", err, out)
	}
}

// verbosity is passed on.
func verbosity() string {
	if testing.Verbose() {
		return "true"
	}
	return "false"
}
