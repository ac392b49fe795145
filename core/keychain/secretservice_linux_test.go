package keychain

import (
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// short is a time limit for calls that are never answered.
const short = 300 * time.Millisecond

// program is a process that uses a keychain.
type program struct {
	t   *testing.T
	in  *json.Encoder
	out *json.Decoder
}

// start starts a program in an environment. It ends with the test.
func start(t *testing.T, env []string) *program {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = slices.Concat(env, []string{childVar + "=1"})
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		if err := c.Wait(); err != nil {
			t.Errorf("the program ended with %v", err)
		}
	})
	return &program{t, json.NewEncoder(in), json.NewDecoder(out)}
}

func (p *program) send(r request) {
	p.t.Helper()
	if r.Profile == "" {
		r.Profile = "Production"
	}
	if r.Item == "" {
		r.Item = ItemClientSecret
	}
	if err := p.in.Encode(r); err != nil {
		p.t.Fatal(err)
	}
}

func (p *program) answer() (a answer) {
	p.t.Helper()
	if err := p.out.Decode(&a); err != nil {
		p.t.Fatalf("no answer: %v", err)
	}
	return a
}

func (p *program) do(r request) answer {
	p.t.Helper()
	p.send(r)
	return p.answer()
}

// want makes a call and checks its result.
func (p *program) want(r request, code core.Code, says string) {
	p.t.Helper()
	a := p.do(r)
	if a.Code != code || !strings.Contains(a.Message, says) {
		p.t.Errorf("%s: code %q, message %q; want %q with %q", r.Do, a.Code, a.Message, code, says)
	}
}

// A secret is found by another program, and after the keychain itself was restarted.
func TestSecretIsFoundAgain(t *testing.T) {
	s := coretest.NewSecretService(t)
	first := start(t, s.Env())
	first.want(request{Do: "probe"}, "", "")
	first.want(request{Do: "get"}, core.CodeSecretMissing, "No client secret is kept")
	first.want(request{Do: "delete"}, "", "") // nothing there: no error
	secrets := map[Item]string{
		ItemClientSecret: "p4ß:%+&é\nline two\x00\xff",
		ItemPassphrase:   strings.Repeat("x", MaxSecretSize),
	}
	for item, secret := range secrets {
		first.want(request{Do: "set", Item: item, Secret: []byte(secret)}, "", "")
	}
	first.want(request{Do: "set", Profile: "Other", Secret: []byte("another")}, "", "")

	s.Stop(t)
	s.Start(t, true)
	second := start(t, s.Env())
	for item, secret := range secrets {
		if a := second.do(request{Do: "get", Item: item}); string(a.Secret) != secret {
			t.Errorf("%s: %q, %s %s; want %q", item, a.Secret, a.Code, a.Message, secret)
		}
	}
	second.want(request{Do: "delete"}, "", "")
	second.want(request{Do: "get"}, core.CodeSecretMissing, "")
	if a := second.do(request{Do: "get", Profile: "Other"}); string(a.Secret) != "another" {
		t.Errorf("another profile's secret is %q after a deletion", a.Secret)
	}
}

// A new value replaces the old one.
func TestSecretIsReplaced(t *testing.T) {
	p := start(t, coretest.NewSecretService(t).Env())
	p.want(request{Do: "set", Secret: []byte("old")}, "", "")
	p.want(request{Do: "set", Secret: []byte("new")}, "", "")
	if a := p.do(request{Do: "get"}); string(a.Secret) != "new" {
		t.Errorf("secret %q, want the new one", a.Secret)
	}
}

// If the keychain was locked by the user, or not unlocked at login, the error says so, and nothing is
// lost. No password window can be shown here, which counts as if it were closed.
func TestLocked(t *testing.T) {
	s := coretest.NewSecretService(t)
	p := start(t, s.Env())
	p.want(request{Do: "set", Secret: []byte("kept")}, "", "")

	s.Lock(t)
	p.want(request{Do: "probe"}, "", "") // the keychain is there, and the user was not asked
	for _, do := range []string{"get", "set", "delete"} {
		p.want(request{Do: do, Secret: []byte("new")}, core.CodeKeychainLocked, "Unlock it and try again")
	}

	s.Stop(t)
	s.Start(t, false)
	markOverdue := start(t, s.Env())
	markOverdue.want(request{Do: "get"}, core.CodeKeychainLocked, "Unlock it and try again")

	s.Stop(t)
	s.Start(t, true)
	if a := start(t, s.Env()).do(request{Do: "get"}); string(a.Secret) != "kept" {
		t.Errorf("after unlocking: %q %s %s, want the secret", a.Secret, a.Code, a.Message)
	}
}

// prompting starts a program whose call for a kept secret waits for an open password window.
func prompting(t *testing.T, get request) (*coretest.SecretService, *program) {
	t.Helper()
	s := coretest.NewSecretService(t)
	opened := s.SilentPrompter(t)
	p := start(t, s.Env())
	p.want(request{Do: "set", Secret: []byte("kept")}, "", "")
	s.Lock(t)
	p.send(get)
	<-opened
	return s, p
}

// A password window that is not answered ends with the time limit.
func TestPromptNotAnswered(t *testing.T) {
	_, p := prompting(t, request{Do: "get", Limit: 5 * time.Second})
	if a := p.answer(); a.Code != core.CodeKeychainLocked || !strings.Contains(a.Message, "not answered in time") {
		t.Errorf("code %q, message %q; want locked, not answered", a.Code, a.Message)
	}
}

// A keychain that is unlocked by signing in to the desktop is used at once, even if the password window is
// still open.
func TestUnlockedLate(t *testing.T) {
	s, p := prompting(t, request{Do: "get"})
	s.Unlock(t)
	if a := p.answer(); string(a.Secret) != "kept" {
		t.Errorf("%q %s %s, want the secret", a.Secret, a.Code, a.Message)
	}
}

// The bus may go away while the password window is open.
func TestBusEndsDuringPrompt(t *testing.T) {
	s, p := prompting(t, request{Do: "get"})
	s.EndBus(t)
	if a := p.answer(); a.Code != core.CodeKeychainFailed {
		t.Errorf("code %q, message %q; want %q", a.Code, a.Message, core.CodeKeychainFailed)
	}
	p.want(request{Do: "probe"}, core.CodeKeychainUnavailable, "")
}

// Without a bus, and with a bus but no keychain.
func TestAbsent(t *testing.T) {
	tests := map[string][]string{
		"no bus":       coretest.BusEnv("unix:path=" + t.TempDir() + "/nothing"),
		"not a bus":    coretest.BusEnv("rubbish"),
		"no service":   coretest.BusEnv(coretest.NewBus(t)),
		"empty string": coretest.BusEnv("unix:"),
	}
	for name, env := range tests {
		t.Run(name, func(t *testing.T) {
			p := start(t, env)
			for _, do := range []string{"probe", "get", "set", "delete"} {
				p.want(request{Do: do, Secret: []byte("x")}, core.CodeKeychainUnavailable, "keep the secret for this session only")
			}
		})
	}
}

// A keychain that was never set up has no keyring for a secret.
func TestNoDefaultKeyring(t *testing.T) {
	s := coretest.NewEmptySecretService(t)
	start(t, s.Env()).want(request{Do: "get"}, core.CodeKeychainUnavailable, "no default keyring")
}

// A hanging keychain takes the time limit, and works again when it goes on.
func TestHangs(t *testing.T) {
	s := coretest.NewSecretService(t)
	p := start(t, s.Env())
	p.want(request{Do: "set", Secret: []byte("kept")}, "", "")
	s.Signal(t, syscall.SIGSTOP)
	for _, do := range []string{"probe", "get", "set", "delete"} {
		p.want(request{Do: do, Secret: []byte("new"), Limit: short}, core.CodeKeychainFailed, "did not answer within 300ms")
	}
	s.Signal(t, syscall.SIGCONT)
	if a := p.do(request{Do: "get"}); string(a.Secret) != "kept" {
		t.Errorf("after it went on: %q %s %s, want the secret", a.Secret, a.Code, a.Message)
	}
}

// If the keychain has crashed, the error says so, and it is used again when it is back.
func TestCrashes(t *testing.T) {
	s := coretest.NewSecretService(t)
	p := start(t, s.Env())
	p.want(request{Do: "set", Secret: []byte("kept")}, "", "")
	s.Signal(t, syscall.SIGSTOP) // so that the call is under way when it dies
	calls := s.Calls(t)
	p.send(request{Do: "get"})
	<-calls
	s.Signal(t, syscall.SIGKILL)
	if a := p.answer(); a.Code != core.CodeKeychainFailed || !strings.Contains(a.Message, "The keychain reported an error") {
		t.Errorf("killed during a call: code %q, message %q; want %q", a.Code, a.Message, core.CodeKeychainFailed)
	}
	p.want(request{Do: "get"}, core.CodeKeychainUnavailable, "")
	s.Start(t, true)
	if a := p.do(request{Do: "get"}); string(a.Secret) != "kept" {
		t.Errorf("after it came back: %q %s %s, want the secret", a.Secret, a.Code, a.Message)
	}
}
