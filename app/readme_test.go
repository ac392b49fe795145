package main

import (
	"bufio"
	"encoding/json"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/diagnose"
	"github.com/artstore/ingester/core/profiles"
)

// realServer is `ingester sandbox --generation N` in a process of its own, and
// what its user is told.
type realServer struct {
	profile core.Profile
	secret  string
}

func startReal(t *testing.T, generation string) realServer {
	t.Helper()
	out := filepath.Join(t.TempDir(), "sandbox.toml")
	cmd := exec.Command("ingester", "sandbox", "--generation", generation, "--dir", filepath.Join(t.TempDir(), "sandbox"), "--profile-out", out)
	cmd.Env = append(os.Environ(), "INGESTER_HOME="+t.TempDir())
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait() // interrupted
	})
	lines := bufio.NewScanner(pipe)
	for lines.Scan() {
		if _, secret, ok := strings.Cut(lines.Text(), "INGESTER_CLIENT_SECRET="); ok {
			p, err := profiles.LoadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			return realServer{profile: p, secret: secret}
		}
	}
	t.Fatal("the server did not start")
	return realServer{}
}

// readmeProfile is the README's example of a profile file, with another server's
// addresses, client and certificates. Nothing else of it is changed.
func readmeProfile(t *testing.T, p core.Profile) string {
	t.Helper()
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(readme), "```toml\n")
	text, _, closed := strings.Cut(rest, "```\n")
	if !found || !closed {
		t.Fatal("the README has no profile")
	}
	for example, own := range map[string]string{
		"https://admin.example:8000": p.AdminURL, "https://ingester.example:8020": p.IngesterURL, "sa_prod_reports_1a2b3c": p.Auth.ClientID,
		"ca.pem": p.TLS.CACertFile, "client.pem": p.TLS.CertFile, "client.key": p.TLS.KeyFile,
	} {
		if strings.Count(text, `"`+example+`"`) != 1 {
			t.Fatalf("the README's profile has not one %q: %s", example, text)
		}
		text = strings.Replace(text, example, filepath.ToSlash(own), 1)
	}
	path := filepath.Join(t.TempDir(), "production.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// The README's example profile, with the addresses of a first generation's
// server, passes the connection test at every step, uploads, makes permanent, and
// knows it afterwards. Nothing else is set.
func TestReadmeProfileOnTheFirstGeneration(t *testing.T) {
	t.Parallel()
	server := startReal(t, "1")
	if admin, ingester := server.profile.AdminURL, server.profile.IngesterURL; host(t, admin) == host(t, ingester) {
		t.Fatalf("both modules are at %s", admin)
	}
	home := t.TempDir()
	run := func(args ...string) string {
		t.Helper()
		cmd := exec.Command("ingester", args...)
		cmd.Env = append(os.Environ(), "INGESTER_HOME="+home, "INGESTER_CLIENT_SECRET="+server.secret)
		cmd.Stderr = t.Output()
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	run("profile", "import", readmeProfile(t, server.profile))
	steps := 0
	for line := range strings.Lines(run("check", "--profile", "Production", "--json")) {
		var l diagnose.Line
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if l.Name == "" {
			continue
		}
		if steps++; l.Status != core.StepOK {
			t.Errorf("the connection test: %s", line)
		}
	}
	if steps < 10 {
		t.Errorf("the connection test has %d steps", steps)
	}
	path := filepath.Join(t.TempDir(), "report.pdf")
	if err := os.WriteFile(path, []byte("report"), 0o600); err != nil {
		t.Fatal(err)
	}
	run("upload", "--profile", "Production", path)
	run("upload", "--profile", "Production", "--retention", "permanent", path)
	var rows []historyRow
	for line := range strings.Lines(run("history", "--json")) {
		var row historyRow
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		rows = append(rows, row)
	}
	if len(rows) != 1 || rows[0].Retention != core.RetentionPermanent || rows[0].FileID == "" {
		t.Errorf("the history is %+v", rows)
	}
}

func host(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}
