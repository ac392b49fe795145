//go:build bench

package peers

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/artstore/ingester/core/coretest"
)

// field is what contenders need to reach a server.
type field struct {
	program, rclone string // paths
	url             string
	ca, cert, key   string // files
}

func newField(t *testing.T, ca *coretest.CA, url string) field {
	t.Helper()
	dir := t.TempDir()
	f := field{program: needed(t, "INGESTER"), rclone: needed(t, "RCLONE"), url: url, ca: ca.WritePEM(t, dir)}
	f.cert, f.key = coretest.WritePair(t, dir, "client", ca.Client(t, "peers"))
	open(t, dir)
	for _, path := range []string{f.ca, f.cert, f.key} { // the user nobody reads them
		if err := os.Chmod(path, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

func needed(t *testing.T, variable string) string {
	t.Helper()
	path := os.Getenv(variable)
	if path == "" {
		t.Fatalf("%s must name a program; use make bench", variable)
	}
	return path
}

// sent returns the program as a contender that sends to the server of a profile file.
func (f field) sent(name, profile, secret string, work corpus, flags ...string) contender {
	return contender{name: name, command: func(dir string) *exec.Cmd {
		cmd := exec.Command(f.program, append([]string{"upload", "--json", "--quiet", "--profile-file", profile, work.dir}, flags...)...)
		cmd.Env = append(os.Environ(), "INGESTER_HOME="+filepath.Join(dir, "home"), "INGESTER_CLIENT_SECRET="+secret)
		return cmd
	}}
}

// ours returns the program with everything on: queue, history, hash, verification.
func (f field) ours(t *testing.T, name string, work corpus, settings string) contender {
	return contender{name: name, command: func(dir string) *exec.Cmd {
		profile := fmt.Sprintf(`name = "peers"
admin_url = %[1]q
ingester_url = %[1]q
[auth]
client_id = "peers"
jwks_url = "none"
[tls]
ca_cert_file = %[2]q
cert_file = %[3]q
key_file = %[4]q
[upload]
%[5]s
`, f.url, f.ca, f.cert, f.key, settings)
		write(t, filepath.Join(dir, "profile.toml"), profile)
		write(t, filepath.Join(dir, "secret"), "secret")
		cmd := exec.Command(f.program, "upload", "--json", "--quiet",
			"--profile-file", filepath.Join(dir, "profile.toml"), "--secret-file", filepath.Join(dir, "secret"), work.dir)
		cmd.Env = append(os.Environ(), "INGESTER_HOME="+filepath.Join(dir, "home"))
		return cmd
	}}
}

// curl returns curl sending the same form. parallel is its -Z, 0 for one file after another.
func (f field) curl(t *testing.T, work corpus, version string, parallel int) contender {
	name := "curl " + version
	if parallel > 0 {
		name = fmt.Sprintf("curl -Z %d %s", parallel, version)
	}
	return contender{name: name, command: func(dir string) *exec.Cmd {
		var config strings.Builder
		for i, file := range work.names {
			if i > 0 {
				config.WriteString("next\n")
			}
			fmt.Fprintf(&config, "url = \"%s/api/v1/files/upload\"\nform = \"file=@%s\"\noutput = /dev/null\n", f.url, filepath.Join(work.dir, file))
			fmt.Fprintf(&config, "cacert = %q\ncert = %q\nkey = %q\nheader = \"Authorization: Bearer %s\"\nheader = \"Expect:\"\n%s\nfail\ntlsv1.3\n",
				f.ca, f.cert, f.key, token, strings.TrimPrefix(version, "--"))
		}
		path := filepath.Join(dir, "config")
		write(t, path, config.String())
		args := []string{"--silent", "--show-error", "--no-progress-meter"}
		if parallel > 0 {
			args = append(args, "--parallel", "--parallel-max", fmt.Sprint(parallel))
		}
		return exec.Command("curl", append(args, "--config", path)...)
	}}
}

// rcloneCopy returns rclone over WebDAV, with settings that make it fast.
func (f field) rcloneCopy(work corpus, transfers int, http2 bool) contender {
	name := fmt.Sprintf("rclone, %d transfers", transfers)
	if http2 {
		name += ", HTTP/2"
	}
	return contender{name: name, command: func(dir string) *exec.Cmd {
		args := []string{"copy", work.dir, ":webdav:files", "--config", filepath.Join(dir, "none"),
			"--webdav-url", f.url + "/dav", "--webdav-vendor", "other", "--webdav-pacer-min-sleep", "0",
			"--ca-cert", f.ca, "--client-cert", f.cert, "--client-key", f.key,
			"--transfers", fmt.Sprint(transfers), "--checkers", fmt.Sprint(transfers), "--no-check-dest", "--retries", "1"}
		if !http2 {
			args = append(args, "--disable-http2")
		}
		cmd := exec.Command(f.rclone, args...)
		cmd.Env = append(os.Environ(), "HOME="+dir)
		return cmd
	}}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
