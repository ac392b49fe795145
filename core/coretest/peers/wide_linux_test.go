//go:build bench

package peers

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/artstore/ingester/core/coretest"
)

// Good networks to another continent: a round trip of 50 ms at 500 Mbit/s.
var (
	clean = conditions{delay: 25 * time.Millisecond, rate: 500e6 / 8}
	lossy = conditions{delay: 25 * time.Millisecond, rate: 500e6 / 8, loss: 0.005}
)

// TestWide measures over a round-trip time of 50 ms at 500 Mbit/s.
func TestWide(t *testing.T) {
	rounds, scale := setting(t, "ROUNDS", 5), setting(t, "SCALE", 1)
	var report []section
	t.Run("clean", func(t *testing.T) {
		wide := newNetwork(t, clean)
		f, s := wide.field(t)
		big := newCorpus(t, 1, int64(512<<20/scale))
		rate := wide.iperf(t)
		results := compete(t, s, big, nil, rounds, wide.start,
			f.ours(t, "ingester", big, ""), f.curl(t, big, "--http2", 0), f.curl(t, big, "--http1.1", 0), f.rcloneCopy(big, 1, false))
		report = append(report, section{title: "Round trip 50 ms, 500 Mbit/s: one file of 512 MiB", unit: "MB/s", work: float64(big.bytes()) / 1e6, results: results,
			note:  fmt.Sprintf("iperf3 reached %.1f MB/s on this network; the goal is 85 %% of that, %.1f.", rate, 0.85*rate),
			goals: []goal{{"curl --http2", 2.5}}})
		small := newCorpus(t, 1000/scale, 4<<10)
		results = compete(t, s, small, nil, rounds, wide.start,
			f.ours(t, "ingester", small, ""), f.curl(t, small, "--http2", 8), f.curl(t, small, "--http1.1", 8), f.rcloneCopy(small, 8, false))
		report = append(report, section{title: "Round trip 50 ms: 1,000 files of 4 KiB", unit: "files/s", work: float64(len(small.names)), results: results,
			note:  "The goal is 600 files a second.",
			goals: []goal{{"curl -Z 8 --http2", 4}, {"curl -Z 8 --http1.1", 4}, {"rclone, 8 transfers", 12}}})
	})
	t.Run("lossy", func(t *testing.T) {
		wide := newNetwork(t, lossy)
		f, s := wide.field(t)
		several := newCorpus(t, 8, int64(8<<20/scale))
		results := compete(t, s, several, nil, rounds, wide.start,
			f.ours(t, "ingester", several, ""), f.curl(t, several, "--http2", 8), f.curl(t, several, "--http1.1", 8), f.rcloneCopy(several, 8, false))
		report = append(report, section{title: "Round trip 50 ms, 0.5 % loss: 8 files of 8 MiB", unit: "MB/s", work: float64(several.bytes()) / 1e6, results: results,
			note:  "curl --http2 uses one connection for all files.",
			goals: []goal{{"curl -Z 8 --http2", 3.5}}})
		one := newCorpus(t, 1, int64(32<<20/scale))
		results = compete(t, s, one, nil, rounds, wide.start,
			wide.privileged(f.ours(t, "ingester, BBR allowed", one, "")), f.ours(t, "ingester", one, ""), f.curl(t, one, "--http1.1", 0))
		report = append(report, section{title: "Round trip 50 ms, 0.5 % loss: one file of 32 MiB", unit: "MB/s", work: float64(one.bytes()) / 1e6, results: results,
			note: "All use one TCP connection. Lost packets slow it down for every program, unless the system lets the program choose BBR."})
		small := newCorpus(t, 1000/scale, 4<<10)
		results = compete(t, s, small, nil, rounds, wide.start,
			f.ours(t, "ingester", small, ""), f.curl(t, small, "--http2", 64), f.curl(t, small, "--http1.1", 32), f.rcloneCopy(small, 8, false))
		report = append(report, section{title: "Round trip 50 ms, 0.5 % loss: 1,000 files of 4 KiB", unit: "files/s", work: float64(len(small.names)), results: results,
			goals: []goal{{"curl -Z 64 --http2", 3}}})
	})
	t.Run("lossy, resumable", func(t *testing.T) {
		wide := newNetwork(t, lossy)
		f := field{program: needed(t, "INGESTER")}
		profile, secret, stored := wide.sandbox(t, f.program)
		one := newCorpus(t, 1, 64<<20) // smaller files are sent in one piece
		check := func() error { return storedOnce(stored, one) }
		parts := f.sent("ingester, tus in parallel parts", profile, secret, one, "--protocol", "tus")
		single := f.sent("ingester, multipart", profile, secret, one, "--protocol", "multipart")
		parts.check, single.check = check, check
		results := compete(t, &server{}, one, nil, min(rounds, 3), wide.start, parts, single)
		report = append(report, section{title: "Round trip 50 ms, 0.5 % loss: one file of 64 MiB, resumable", unit: "MB/s", work: float64(one.bytes()) / 1e6, results: results,
			note:  "The server is the program's own sandbox, which stores what it gets.",
			goals: []goal{{"ingester, multipart", 3}}})
	})
	if !t.Failed() {
		publish(t, "wide", report)
	}
}

// sandbox runs the embedded server at the far end, and returns the profile for it, the client secret, and
// the folder of stored files.
func (l *network) sandbox(t *testing.T, program string) (profile, secret, stored string) {
	t.Helper()
	dir := t.TempDir()
	open(t, dir)
	profile, stored = filepath.Join(dir, "profile.toml"), filepath.Join(dir, "sandbox")
	cmd := exec.Command(program, "sandbox", "--dir", stored, "--addr", serverAddress+":0", "--profile-out", profile)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := l.server.within(cmd.Start); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
	for lines := bufio.NewScanner(out); secret == "" && lines.Scan(); {
		_, secret, _ = strings.Cut(lines.Text(), "INGESTER_CLIENT_SECRET=")
	}
	if secret == "" {
		t.Fatal("the sandbox did not start")
	}
	secret = strings.Trim(secret, "'")
	if out, err := exec.Command("chown", "-R", fmt.Sprint(nobody), dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return profile, secret, stored
}

// storedOnce checks that a sandbox has stored the file once, and removes it.
func storedOnce(dir string, work corpus) error {
	found := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if info, err := d.Info(); err != nil || info.Size() != work.size {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) == work.sums[work.names[0]] {
			found++
		}
		return os.Remove(path)
	})
	if err == nil && found != 1 {
		err = fmt.Errorf("the server has the file %d times", found)
	}
	return err
}

// field starts the server at one end and returns what contenders at the other end need.
func (l *network) field(t *testing.T) (field, *server) {
	t.Helper()
	ca := coretest.NewCA(t, "peers")
	s := serve(t, ca, l.listen(t), serverAddress)
	return newField(t, ca, s.url), s
}

// iperf returns the throughput of a TCP connection in MB/s.
func (l *network) iperf(t *testing.T) float64 {
	t.Helper()
	server := exec.Command("iperf3", "--server", "--one-off", "--bind", serverAddress)
	if err := l.server.within(server.Start); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Wait() }()
	var out strings.Builder
	for range 100 { // until the server listens
		out.Reset()
		client := exec.Command("iperf3", "--client", serverAddress, "--time", "8", "--omit", "2", "--json")
		client.Stdout = &out
		if err := l.client.within(client.Start); err != nil {
			t.Fatal(err)
		}
		if client.Wait() == nil {
			break
		}
	}
	var said struct {
		End struct {
			Received struct {
				Bits float64 `json:"bits_per_second"`
			} `json:"sum_received"`
		} `json:"end"`
	}
	if err := json.Unmarshal([]byte(out.String()), &said); err != nil {
		t.Fatalf("iperf3: %v: %.300s", err, out.String())
	}
	return said.End.Received.Bits / 8e6
}

// wideField starts a server at the far end of a wide area network.
func wideField(t *testing.T, loss bool) (field, *server, starter) {
	t.Helper()
	how := clean
	if loss {
		how = lossy
	}
	wide := newNetwork(t, how)
	f, s := wide.field(t)
	return f, s, wide.start
}
