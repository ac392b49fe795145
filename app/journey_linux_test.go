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
	"github.com/artstore/ingester/ui/uitest"
)

// TestJourneys goes the ways of people who have just installed the program.
// Each has a display, a home and buses of their own.
func TestJourneys(t *testing.T) {
	t.Parallel()
	for name, journey := range map[string]func(*testing.T){
		"sandbox": sandboxJourney, "connect": connectJourney, "import": importJourney, "Russian": russianJourney,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			journey(t)
		})
	}
}

// sandboxJourney: tries it with the sandbox, limits the speed, drops a folder,
// pauses, goes on, loses the power, and starts again: every file is stored
// exactly once.
func sandboxJourney(t *testing.T) {
	p := newPerson(t, "first-run-")
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
	p.see("1-choices", "Welcome to Ingester", "No profile")
	p.click("Start the sandbox")
	p.see("2-sandbox", "Sandbox", "Connected", "Drop files or folders here")
	p.keys("ctrl+comma")
	p.see("3-settings", "Settings — Sandbox")
	p.click("Transfers")
	p.see("4-transfers", "Speed limit")
	p.fill("Speed limit", "2MiB")
	p.see("5-limit")
	p.click("Save")
	p.see("6-ready", "Drop files or folders here", "No files yet")
	p.drop(dropped)
	p.reads("Added 36 files")
	p.look("7-uploading")
	p.counts(len(contents) / 6)
	p.click("Pause all")
	p.pauseNow()
	p.reads("Resume all")
	if n := p.awaitQuiet(); n == len(contents) {
		t.Fatal("paused, it went on to the end")
	}
	p.look("8-paused")

	p.click("Resume all")
	p.reads("Pause all")
	p.counts(len(contents) / 2)
	if err := p.running.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.running.Wait() // it was killed
	if n := len(p.stored()); n == len(contents) {
		t.Fatal("everything was stored before the program was killed")
	}

	p.open()
	rows := p.awaitStored(len(contents))
	p.see("9-after-the-kill", "all stored", "Connected")
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
		p.reads("All files have ended: 1 stored.")
		p.click("Close")
	}
	p.see("10-second-start", "all stored")
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
func connectJourney(t *testing.T) {
	server := newServer(t, sandbox.Config{})
	keyring := coretest.NewSecretService(t)
	p := newPerson(t, "connect-", "DBUS_SESSION_BUS_ADDRESS="+keyring.Address)
	given, secret := server.Profile(), server.ClientSecret().Reveal()
	stranger := coretest.NewCA(t, "Stranger CA").Issue(t, coretest.Leaf{CommonName: "stranger", NotAfter: time.Now().AddDate(1, 0, 0)})
	wrongCert, wrongKey := coretest.WritePair(t, t.TempDir(), "stranger", stranger)

	p.open()
	p.see("1-choices", "Welcome to Ingester")
	p.click("Set up")
	p.see("2-server", "Step 1 of 4: addresses")
	p.write("Name", "Archive")
	p.keys("Tab")
	p.write("Upload server", given.IngesterURL)
	p.keys("Tab")
	p.write("Sign-in server", given.AdminURL)
	p.click("Next")
	p.see("3-sign-in", "Step 2 of 4: sign-in")
	p.write("Client ID", given.Auth.ClientID)
	p.keys("Tab")
	p.write("Client secret", secret)
	p.click("Next")
	p.see("4-certificates", "Step 3 of 4: certificates")
	p.tick("Use a client certificate")
	p.see("5-client-certificate", "Certificate file", "Private key")
	p.fill("Trusted CA", given.TLS.CACertFile)
	p.fill("Certificate file", wrongCert)
	p.keys("Tab", "Tab") // past the button that chooses a file
	p.write("Private key", wrongKey)
	p.keys("Tab")
	p.see("6-wrong", "CN=stranger", "belongs to this certificate")
	p.click("Next")
	p.see("7-refused", "Step 4 of 4: test", "The server refused the client certificate", "Something is not right yet")
	report := p.copyReport()
	for _, want := range []string{"failed", "client_certificate", "CN=stranger", "The server refused the client certificate",
		"It takes certificates of “CN=Ingester sandbox authority"} {
		if !strings.Contains(report, want) {
			t.Errorf("the report does not say %q:\n%s", want, report)
		}
	}

	p.drop(given.TLS.CertFile, given.TLS.KeyFile)
	p.holds("Certificate file", given.TLS.CertFile)
	p.holds("Private key", given.TLS.KeyFile)
	p.see("8-mended", "Step 3 of 4: certificates")
	p.readsNot("CN=stranger")
	p.click("Next")
	p.see("9-passed", "Step 4 of 4: test", "accepted")
	if report := p.copyReport(); strings.Contains(report, "failed") || strings.Contains(report, "not_reached") {
		t.Errorf("mended, the test does not pass:\n%s", report)
	}
	p.readsNot("Something is not right yet")
	p.click("Finish")
	p.see("10-ready", "Archive", "Connected", "No files yet")
	contents := map[string][]byte{"Акт № 7.pdf": []byte("Акт\n")}
	p.drop(writeFiles(t, contents)...)
	p.awaitStored(1)
	p.see("11-stored", "Акт № 7.pdf", "1 of 1 file", "all stored")
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
func importJourney(t *testing.T) {
	server := newServer(t, sandbox.Config{})
	profile := server.Profile()
	profile.Name = "Archive"
	server.writeProfile(t, profile)
	p := newPerson(t, "import-", "PATH=") // no helper program for file dialogs: the program's own
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
	p.see("1-choices", "Welcome to Ingester")
	p.click("Choose file…")
	p.see("2-files", "archive")
	p.click("archive")
	p.click("Open")
	p.see("3-sign-in", "Profile Archive", "Step 1 of 3: sign-in")
	p.fill("Client secret", server.ClientSecret().Reveal())
	p.click("Next")
	p.see("4-certificates", "Step 2 of 3: certificates")
	p.click("Next")
	p.see("5-passed", "Step 3 of 3: test", "accepted")
	p.click("Finish")
	p.see("6-no-keychain", "Keep it for this session only?")
	p.click("This session only")
	p.see("7-ready", "Archive", "Connected")
	contents := map[string][]byte{"report.pdf": []byte("report")}
	p.drop(writeFiles(t, contents)...)
	p.awaitStored(1)
	p.see("8-stored", "report.pdf", "1 of 1 file", "all stored")
	p.end()
	server.mustHave(t, contents)
	p.mustNotKeep(server.ClientSecret().Reveal())
}

// russianJourney: meets the program in Russian, by the desktop's settings.
func russianJourney(t *testing.T) {
	bus := newBus(t)
	p := newPerson(t, "russian-", "LANG=ru_RU.UTF-8", "DBUS_SESSION_BUS_ADDRESS="+bus)
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
	p.see("1-choices", "Добро пожаловать в Ingester")
	p.click("Настроить")
	p.see("2-server", "Шаг 1 из 4: адреса")
	p.fill("Название", "Archive")
	p.fill("Сервер загрузки", "https://127.0.0.1:1")
	p.fill("Сервер входа", "https://127.0.0.1:1")
	p.click("Далее")
	p.see("3-sign-in", "Шаг 2 из 4: вход")
	p.fill("ID клиента", "sa_prod_reports_1a2b3c")
	p.fill("Секрет клиента", "secret")
	p.click("Далее")
	p.see("4-certificates", "Шаг 3 из 4: сертификаты")
	p.click("Далее")
	p.see("5-refused", "Шаг 4 из 4: проверка", "Пока не всё в порядке")
	p.keys("Escape")
	p.reads("Уйти без сохранения?") // much was typed
	p.click("Уйти")
	p.see("6-choices-again", "Добро пожаловать в Ingester")
	p.click("Запустить песочницу")
	p.see("7-sandbox", "Перетащите сюда файлы или папки", "Подключено")
	contents := map[string][]byte{"Договор № 118.docx": []byte("Договор\n")}
	p.drop(writeFiles(t, contents)...)
	p.awaitStored(1)
	p.see("8-stored", "Договор № 118.docx", "1 из 1 файла", "всё сохранено")
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
		p.click("Copy report")
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

// pauseNow answers the question whether to pause at once, which is asked if much would go
// again.
func (p *person) pauseNow() {
	p.t.Helper()
	asked := false
	p.await("the pause", func(shown []uitest.Thing) bool {
		asked = says(shown, "Pause now?")
		return asked || says(shown, "Resume all")
	})
	if asked {
		p.reads("go again")
		p.click("Pause now")
	}
}
