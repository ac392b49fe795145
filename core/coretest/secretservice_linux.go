package coretest

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/godbus/dbus/v5"
)

const secretsName = "org.freedesktop.secrets"

// keyringPassword unlocks the keyring of a SecretService.
const keyringPassword = "correct horse"

// SecretService is a real GNOME Keyring on a D-Bus session bus of its own, with an empty home. It
// doesn't affect the machine's own session.
//
// D-Bus libraries keep one connection for a whole process, so use a
// SecretService from a child process with Env.
type SecretService struct {
	Address string // the bus's address

	bus     *exec.Cmd
	home    string
	keyring *exec.Cmd
}

// NewSecretService starts a bus and an unlocked keyring. Both end with the
// test.
func NewSecretService(t testing.TB) *SecretService {
	t.Helper()
	return newSecretService(t, true)
}

// NewEmptySecretService starts a bus and a keyring that was never set up: it has no collection for
// secrets.
func NewEmptySecretService(t testing.TB) *SecretService {
	t.Helper()
	return newSecretService(t, false)
}

func newSecretService(t testing.TB, unlocked bool) *SecretService {
	t.Helper()
	bus, address := startBus(t)
	s := &SecretService{Address: address, bus: bus, home: t.TempDir()}
	s.Start(t, unlocked)
	return s
}

// NewBus starts a session bus that starts no services by itself, and returns its address. It ends
// with the test.
func NewBus(t testing.TB) string {
	t.Helper()
	_, address := startBus(t)
	return address
}

func startBus(t testing.TB) (*exec.Cmd, string) {
	t.Helper()
	// Not t.TempDir, as a socket's path may have only 108 bytes.
	dir, err := os.MkdirTemp("", "bus")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	config := filepath.Join(dir, "session.conf")
	if err := os.WriteFile(config, []byte(`<busconfig>
  <type>session</type>
  <listen>unix:path=`+filepath.Join(dir, "bus")+`</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>`), 0o600); err != nil {
		t.Fatal(err)
	}
	bus := exec.CommandContext(t.Context(), "dbus-daemon", "--nofork", "--print-address", "--config-file="+config)
	out, err := bus.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := bus.Start(); err != nil {
		t.Fatalf("dbus-daemon (Debian package dbus): %v", err)
	}
	t.Cleanup(func() { kill(bus) })
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("dbus-daemon did not start: %v", err)
	}
	return bus, strings.TrimSpace(address)
}

// Env returns the environment in which a child process finds the keyring.
func (s *SecretService) Env() []string {
	return append(BusEnv(s.Address), "HOME="+s.home, "XDG_DATA_HOME="+filepath.Join(s.home, "data"), "XDG_RUNTIME_DIR="+s.home)
}

// BusEnv returns this process's environment with another session bus and without a display, on
// which a password window could open.
func BusEnv(address string) []string {
	env := slices.DeleteFunc(os.Environ(), func(e string) bool {
		name, _, _ := strings.Cut(e, "=")
		return slices.Contains([]string{"DISPLAY", "WAYLAND_DISPLAY", "GNOME_KEYRING_CONTROL", "DBUS_SESSION_BUS_ADDRESS"}, name)
	})
	return append(env, "DBUS_SESSION_BUS_ADDRESS="+address)
}

// Start starts the keyring, with the same home each time, and waits until it is on the bus. unlocked
// says whether to unlock its collection.
func (s *SecretService) Start(t testing.TB, unlocked bool) {
	t.Helper()
	args := []string{"--foreground", "--components=secrets"}
	if unlocked {
		args = append(args, "--unlock")
	}
	s.keyring = exec.CommandContext(t.Context(), "gnome-keyring-daemon", args...)
	s.keyring.Env = s.Env()
	if unlocked {
		s.keyring.Stdin = strings.NewReader(keyringPassword)
	}
	if err := s.keyring.Start(); err != nil {
		t.Fatalf("gnome-keyring-daemon (Debian package gnome-keyring): %v", err)
	}
	daemon := s.keyring
	t.Cleanup(func() { kill(daemon) })
	awaitOwner(t, s.Connect(t), secretsName)
}

// awaitOwner waits until a process on the bus has the name.
func awaitOwner(t testing.TB, conn *dbus.Conn, name string) {
	t.Helper()
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	defer conn.RemoveSignal(signals)
	if err := conn.AddMatchSignal(dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, name)); err != nil {
		t.Fatal(err)
	}
	for {
		var owned bool
		if err := conn.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, name).Store(&owned); err != nil {
			t.Fatal(err)
		}
		if owned {
			return
		}
		<-signals
	}
}

// Connect returns a connection to the bus that ends with the test.
func (s *SecretService) Connect(t testing.TB) *dbus.Conn {
	t.Helper()
	conn, err := dbus.Connect(s.Address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// Lock locks the collection as the user's password manager does.
func (s *SecretService) Lock(t testing.TB) {
	t.Helper()
	call := s.Connect(t).Object(secretsName, "/org/freedesktop/secrets").Call("org.freedesktop.Secret.Service.Lock", 0,
		[]dbus.ObjectPath{"/org/freedesktop/secrets/collection/login"})
	if call.Err != nil {
		t.Fatal(call.Err)
	}
}

// Unlock unlocks the collection without a password window, as signing in to
// the desktop does.
func (s *SecretService) Unlock(t testing.TB) {
	t.Helper()
	service := s.Connect(t).Object(secretsName, "/org/freedesktop/secrets")
	var ignored dbus.Variant
	var session dbus.ObjectPath
	if err := service.Call("org.freedesktop.Secret.Service.OpenSession", 0, "plain", dbus.MakeVariant("")).Store(&ignored, &session); err != nil {
		t.Fatal(err)
	}
	password := struct {
		Session           dbus.ObjectPath
		Parameters, Value []byte
		Type              string
	}{session, []byte{}, []byte(keyringPassword), "text/plain"}
	if err := service.Call("org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface.UnlockWithMasterPassword", 0,
		dbus.ObjectPath("/org/freedesktop/secrets/collection/login"), password).Err; err != nil {
		t.Fatal(err)
	}
}

// Calls returns a channel that gets a value for each request for a property of the keyring, whether
// or not the keyring can answer.
func (s *SecretService) Calls(t testing.TB) <-chan *dbus.Message {
	t.Helper()
	conn := s.Connect(t)
	if err := conn.BusObject().Call("org.freedesktop.DBus.AddMatch", 0,
		"eavesdrop='true',type='method_call',interface='org.freedesktop.DBus.Properties'").Err; err != nil {
		t.Fatal(err)
	}
	calls := make(chan *dbus.Message, 64)
	conn.Eavesdrop(calls)
	return calls
}

// SilentPrompter acts like a user who doesn't answer: the keyring's password window opens and stays
// open. The channel gets a value each time one opens.
func (s *SecretService) SilentPrompter(t testing.TB) <-chan struct{} {
	t.Helper()
	conn := s.Connect(t)
	opened := make(chan struct{}, 16)
	begin := func(dbus.ObjectPath) *dbus.Error { opened <- struct{}{}; return nil }
	if err := conn.ExportMethodTable(map[string]any{
		"BeginPrompting": begin,
		"PerformPrompt":  func(dbus.ObjectPath, string, map[string]dbus.Variant, string) *dbus.Error { return nil },
		"StopPrompting":  func(dbus.ObjectPath) *dbus.Error { return nil },
	}, "/org/gnome/keyring/Prompter", "org.gnome.keyring.internal.Prompter"); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.RequestName("org.gnome.keyring.SystemPrompter", 0); err != nil {
		t.Fatal(err)
	}
	return opened
}

// Stop ends the keyring in an orderly way.
func (s *SecretService) Stop(t testing.TB) {
	t.Helper()
	if err := s.keyring.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = s.keyring.Wait()
}

// EndBus ends the bus, as the end of a desktop session does.
func (s *SecretService) EndBus(t testing.TB) {
	t.Helper()
	kill(s.bus)
}

// Signal sends the keyring a signal: SIGSTOP makes it hang, SIGCONT go on, SIGKILL crash.
func (s *SecretService) Signal(t testing.TB, signal syscall.Signal) {
	t.Helper()
	if err := s.keyring.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
}

// kill ends a process, stopped or not, and waits for it.
func kill(c *exec.Cmd) {
	if c.ProcessState == nil {
		_ = c.Process.Kill()
		_ = c.Wait()
	}
}
