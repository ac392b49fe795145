package main

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/sandbox"
)

// Flags and variables may hold text from files of other systems, with byte order marks and
// line ends. It is read as it was meant, or refused with what is wrong.
func TestListsFromOtherSystems(t *testing.T) {
	t.Parallel()
	s := newServer(t, sandbox.Config{})
	file := filepath.Join(t.TempDir(), "a.bin")
	coretest.WriteFile(t, file, []byte("content"))
	upload := func(more ...string) (string, error) {
		cmd := s.command(t.TempDir(), append([]string{"upload", "--again", file, "--profile-file", s.profileFile}, more...)...)
		// A proxy that can't be reached, and the host in NO_PROXY.
		cmd.Env = append(cmd.Env, "HTTPS_PROXY=http://127.0.0.1:1\r\n", "NO_PROXY=\ufeffintranet.example; https://127.0.0.1/\r\n", "INGESTER_CLIENT_SECRET=\ufeff"+s.ClientSecret().Reveal()+"\r\n")
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := upload("--tag", "\ufeffscans\r\n", "--tag", " box 14\u00a0", "--metadata", "\ufeff{\"box\":\"14\"}\r\n", "--limit", "08:00,1GiB\r\n18:00,off\r\n"); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	files, err := s.Files(t.Context())
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	var metadata struct{ Box string }
	if err := json.Unmarshal(files[0].Metadata, &metadata); err != nil || metadata.Box != "14" || !slices.Equal(files[0].Tags, []string{"scans", "box 14"}) {
		t.Errorf("%q, %s, %v", files[0].Tags, files[0].Metadata, err)
	}
	for _, tt := range []struct {
		flags []string
		words string
	}{
		{[]string{"--tag", "scans\nbox 14"}, `not "scans\nbox 14"; give each tag by itself`},
		{[]string{"--tag", "\u200b \r"}, `not ""`},
		{[]string{"--metadata", "{“box”:“14”}"}, "metadata must be a JSON object such as {\"box\":\"14\"}: invalid character"},
		{[]string{"--metadata", `{"box":"14"`}, "unexpected end of JSON input"},
		{[]string{"--limit", "08:00,1GiB\r\n18:00,fast\r\n"}, "upload.bandwidth_limit is not a rate"},
	} {
		out, err := upload(tt.flags...)
		if err == nil || !strings.Contains(out, tt.words) {
			t.Errorf("%q: %v, %s", tt.flags, err, out)
		}
	}
}
