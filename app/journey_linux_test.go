//go:build !headless

package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/sandbox"
)

// Where things are in a window of 1100×720.
var (
	startSandbox   = place{313, 350} // first run, also where its texts are a line longer
	pauseAll       = place{880, 28}
	transfersTab   = place{452, 86} // settings
	bandwidthLimit = place{600, 254}
	accept         = place{888, 672} // Save, Next, Finish
	setUp          = place{624, 350} // first run
	chooseFile     = place{934, 350} // first run
	firstFile      = place{338, 140} // Fyne's file dialog, after "(Parent)"
	openFile       = place{1014, 687}
	thisSession    = place{628, 435} // in place of a keychain
	clientCert     = place{363, 170} // certificates: the tick
	trustedCA      = place{600, 209}
	reportButton   = place{364, 672}
)

// TestJourneys goes the ways of people who have just installed the program.
// Each has a display, a home and buses of their own.
func TestJourneys(t *testing.T) {
	program := buildProgram(t)
	for name, journey := range map[string]func(*testing.T, string){
		"sandbox": sandboxJourney, "connect": connectJourney, "import": importJourney, "Russian": russianJourney,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			journey(t, program)
		})
	}
}

// sandboxJourney: tries it with the sandbox, limits the speed, drops a folder,
// pauses, goes on, loses the power, and starts again: every file is stored
// exactly once.
func sandboxJourney(t *testing.T, program string) {
	p := newPerson(t, program, "first-run-")
	contents := map[string][]byte{}
	for i := range 36 {
		name := fmt.Sprintf("page %02d.tif", i+1)
		contents[name] = append([]byte(name), noise(512<<10)...)
	}
	const folder = "Scans"
	dropped := filepath.Join(t.TempDir(), folder)
	if err := os.Rename(filepath.Dir(writeFiles(t, contents)[0]), dropped); err != nil {
		t.Fatal(err)
	}

	p.open()
	p.see("1-choices")
	p.click(startSandbox)
	p.see("2-sandbox")
	p.keys("ctrl+comma")
	p.see("3-settings")
	p.click(transfersTab)
	p.see("4-transfers")
	p.click(bandwidthLimit)
	p.write("3MiB")
	p.see("5-limit")
	p.click(accept)
	p.see("6-ready")
	p.drop(dropped)
	p.awaitStored(len(contents) / 6)
	p.look("7-uploading")

	p.click(pauseAll)
	if n := p.awaitQuiet(); n == len(contents) {
		t.Fatal("paused, it went on to the end")
	}
	p.look("8-paused")

	p.click(pauseAll)
	p.awaitStored(len(contents) / 2)
	if err := p.running.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.running.Wait() // it was killed
	if n := len(p.stored()); n == len(contents) {
		t.Fatal("everything was stored before the program was killed")
	}

	p.open()
	rows := p.awaitStored(len(contents))
	p.see("9-after-the-kill")
	for name, content := range contents {
		sum := sha256.Sum256(content)
		if got, want := rows[folder+"/"+name].SHA256, core.NewChecksum(sum[:]); got != want {
			t.Errorf("%s is stored as %s, want %s", name, got, want)
		}
	}

	for _, away := range []string{"covered", "minimised"} {
		name := away + ".pdf"
		contents[name] = []byte(name)
		p.startAgain(away == "minimised", writeFiles(t, map[string][]byte{name: contents[name]})[0])
		p.awaitStored(len(contents))
	}
	p.see("10-second-start")
	p.end()
	p.mustHave(contents)
}

// startAgain starts the program beside its window, which is out of sight, with
// a file: the window takes it and comes back.
func (p *person) startAgain(minimised bool, file string) {
	p.t.Helper()
	_, out := p.start(p.home, "/usr/bin/python3", filepath.Join("..", "testdata", "e2e", "dragsource.py"))
	expectLine(p.t, out, "ready")
	other := p.screen.window("Drag source", 0, 0, 1400, 900)
	active := func() string {
		id, _ := p.tryX("getactivewindow") // an error while there is none
		return id
	}
	eventually(p.t, "the other window in front", func() bool { return active() == other })
	if minimised {
		p.x("windowminimize", "--sync", p.window)
	}
	if out, err := p.command(file).CombinedOutput(); err != nil || len(out) > 0 {
		p.t.Fatalf("the second start: %v\n%s", err, out)
	}
	eventually(p.t, "the window in front", func() bool { return active() == p.window })
}

// connectJourney: sets a server up page by page, with the certificate of
// another authority at first. The test says what is wrong, the right files are
// dropped on it, and it passes. The secret goes to the keychain.
func connectJourney(t *testing.T, program string) {
	server := newServer(t, sandbox.Config{})
	keyring := coretest.NewSecretService(t)
	p := newPerson(t, program, "connect-", "DBUS_SESSION_BUS_ADDRESS="+keyring.Address)
	given, secret := server.Profile(), server.ClientSecret().Reveal()
	stranger := coretest.NewCA(t, "Stranger CA").Issue(t, coretest.Leaf{CommonName: "stranger", NotAfter: time.Now().AddDate(1, 0, 0)})
	wrongCert, wrongKey := coretest.WritePair(t, t.TempDir(), "stranger", stranger)

	p.open()
	p.see("1-choices")
	p.click(setUp)
	p.see("2-server")
	p.write("Archive", given.IngesterURL, given.AdminURL)
	p.click(accept)
	p.see("3-sign-in")
	p.write(given.Auth.ClientID, secret)
	p.click(accept)
	p.see("4-certificates")
	p.click(clientCert)
	p.see("5-client-certificate")
	p.click(trustedCA)
	p.write(given.TLS.CACertFile, "", "", wrongCert, "", wrongKey, "")
	p.see("6-wrong")
	p.click(accept)
	p.see("7-refused")
	report := p.copyReport()
	for _, want := range []string{"failed", "client_certificate", "CN=stranger", "The server refused the client certificate",
		"It takes certificates of “CN=Ingester sandbox authority"} {
		if !strings.Contains(report, want) {
			t.Errorf("the report does not say %q:\n%s", want, report)
		}
	}

	p.drop(given.TLS.CertFile, given.TLS.KeyFile)
	p.see("8-mended")
	p.click(accept)
	p.see("9-passed")
	if report := p.copyReport(); strings.Contains(report, "failed") || strings.Contains(report, "not_reached") {
		t.Errorf("mended, the test does not pass:\n%s", report)
	}
	p.click(accept)
	p.see("10-ready")
	contents := map[string][]byte{"Акт № 7.pdf": []byte("Акт\n")}
	p.drop(writeFiles(t, contents)...)
	p.awaitStored(1)
	p.see("11-stored")
	p.end()
	server.mustHave(t, contents)

	// The secret is in the keychain, from where others have it, and nowhere else.
	if out, err := p.command("check", "--profile", "Archive").CombinedOutput(); err != nil {
		t.Errorf("with the secret from the keychain: %v\n%s", err, out)
	}
	p.mustNotKeep(secret)
}

// mustNotKeep checks that a secret stands in no file of the person's.
func (p *person) mustNotKeep(secret string) {
	p.t.Helper()
	err := filepath.WalkDir(p.home, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		if bytes.Contains(content, []byte(secret)) {
			p.t.Errorf("%s holds the secret", path)
		}
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

// importJourney: chooses a profile file that an administrator exported, gives
// the secret that it can't hold, and uploads.
func importJourney(t *testing.T, program string) {
	server := newServer(t, sandbox.Config{})
	profile := server.Profile()
	profile.Name = "Archive"
	server.writeProfile(t, profile)
	p := newPerson(t, program, "import-", "PATH=") // no helper program for file dialogs: the program's own
	handedOut := filepath.Join(p.home, "archive.toml")
	admin := t.TempDir()
	for _, args := range [][]string{{"import", server.profileFile}, {"export", "Archive", "--output", handedOut}} {
		cmd := p.command(append([]string{"profile"}, args...)...)
		cmd.Env = append(cmd.Env, "INGESTER_HOME="+admin)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("profile %s: %v\n%s", args[0], err, out)
		}
	}

	p.open()
	p.see("1-choices")
	p.click(chooseFile)
	p.see("2-files")
	p.click(firstFile)
	p.click(openFile)
	p.see("3-sign-in")
	p.write(server.ClientSecret().Reveal())
	p.click(accept)
	p.see("4-certificates")
	p.click(accept)
	p.see("5-passed")
	p.click(accept)
	p.see("6-no-keychain")
	p.click(thisSession)
	p.see("7-ready")
	contents := map[string][]byte{"report.pdf": []byte("report")}
	p.drop(writeFiles(t, contents)...)
	p.awaitStored(1)
	p.see("8-stored")
	p.end()
	server.mustHave(t, contents)
	p.mustNotKeep(server.ClientSecret().Reveal())
}

// russianJourney: meets the program in Russian, by the desktop's settings.
// What a window says can't be read back; its tray's menu can.
func russianJourney(t *testing.T, program string) {
	bus := newBus(t)
	p := newPerson(t, program, "russian-", "LANG=ru_RU.UTF-8", "DBUS_SESSION_BUS_ADDRESS="+bus)
	tray := newPanel(t, bus)
	p.open()
	item := <-tray.item
	mustOffer := func(want ...string) {
		t.Helper()
		var labels []string
		eventually(t, "the tray in Russian", func() bool {
			labels, _ = tray.menu(item)
			return slices.Equal(labels, want)
		})
	}
	mustOffer("Файлов пока нет", "-", "Открыть Ingester", "Пауза", "-", "Выйти")
	p.see("1-choices")
	p.click(setUp)
	p.see("2-server")
	p.write("Archive", "https://127.0.0.1:1", "https://127.0.0.1:1")
	p.click(accept)
	p.see("3-sign-in")
	p.write("sa_prod_reports_1a2b3c", "secret")
	p.click(accept)
	p.see("4-certificates")
	p.click(accept)
	p.see("5-refused")
	p.keys("Escape")
	p.see("6-choices-again")
	p.click(startSandbox)
	p.see("7-sandbox")
	contents := map[string][]byte{"Договор № 118.docx": []byte("Договор\n")}
	p.drop(writeFiles(t, contents)...)
	p.awaitStored(1)
	p.see("8-stored")
	mustOffer("1 из 1 файла · всё сохранено", "-", "Открыть Ingester", "Пауза", "-", "Выйти")
	tray.choose(item, "Выйти")
	if err := p.running.Wait(); err != nil {
		t.Errorf("quit: %v", err)
	}
	p.mustHave(contents)
}

// copyReport copies what the connection test has found, once it has ended, and
// returns the clipboard. It is another report than the one before.
func (p *person) copyReport() string {
	p.t.Helper()
	const read = `import gi
gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk
print(Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD).wait_for_text())`
	var report string
	eventually(p.t, "the report", func() bool {
		p.click(reportButton)
		out, err := p.screen.command(p.home, "/usr/bin/python3", "-c", read).Output()
		report = string(out)
		return err == nil && strings.Contains(report, "Ingester connection test") && report != p.copied
	})
	p.copied = report
	return report
}

// awaitQuiet waits until the embedded server gets nothing any more, and
// returns how many files are stored then.
func (p *person) awaitQuiet() int {
	p.t.Helper()
	size := func() (sum int64) {
		err := filepath.WalkDir(p.sandbox(), func(_ string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return nil // a file that was moved meanwhile
			}
			if info, err := e.Info(); err == nil {
				sum += info.Size()
			}
			return nil
		})
		if err != nil {
			p.t.Fatal(err)
		}
		return sum
	}
	const looks = 20
	same, before := 0, int64(-1)
	eventually(p.t, "nothing to be sent", func() bool {
		now := size()
		if now == before {
			same++
		} else {
			same, before = 0, now
		}
		return same == looks
	})
	return len(p.stored())
}
