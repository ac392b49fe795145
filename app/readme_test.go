package main

import (
	"encoding/json"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/artstore/ingester/app/report"
	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/diagnose"
	"github.com/artstore/ingester/core/profiles"
)

// realServer is `ingester sandbox --generation N` in a process of its own, and
// what its user is told.
type realServer struct {
	serverProcess
	profile core.Profile
	secret  string
}

func startReal(t *testing.T, generation string) realServer {
	t.Helper()
	out := filepath.Join(t.TempDir(), "sandbox.toml")
	s := realServer{serverProcess: serverProcess{dir: filepath.Join(t.TempDir(), "sandbox")}}
	cmd := exec.Command("ingester", "sandbox", "--generation", generation, "--dir", s.dir, "--profile-out", out)
	cmd.Env = append(os.Environ(), "INGESTER_HOME="+t.TempDir())
	s.secret, s.stop = startSandbox(t, cmd)
	var err error
	if s.profile, err = profiles.LoadFile(out); err != nil {
		t.Fatal(err)
	}
	return s
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

// The README's example profile, with only the addresses of a server of the first
// generation changed, passes every step of the connection test, uploads, makes files
// permanent, and the history has it afterwards.
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
	dir, _ := writeTree(t, 2, func(i int) string { return []string{"report.pdf", "scan.tif"}[i] })
	ids := map[string]string{}
	for line := range strings.Lines(run("upload", "--profile", "Production", "--json", dir)) {
		var l report.TransferLine
		if strings.HasPrefix(line, `{"event":"summary"`) {
			continue
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		ids[l.Name] = l.FileID
	}
	run("finalise", ids["report.pdf"])
	run("upload", "--profile", "Production", "--retention", "permanent", filepath.Join(dir, "scan.tif"))
	known := map[string]core.Retention{}
	for line := range strings.Lines(run("history", "--json")) {
		var row report.HistoryRow
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		known[row.FileID] = row.Retention
	}
	files := server.files(t)
	for _, f := range files {
		if f.Retention != core.RetentionPermanent || known[f.ID] != core.RetentionPermanent || ids[f.Name] != f.ID {
			t.Errorf("the server has %+v, the history %q", f, known[f.ID])
		}
	}
	if len(files) != 2 || len(known) != 2 {
		t.Errorf("the server has %d files, the history %d", len(files), len(known))
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
