package main

import (
	"encoding/binary"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/sandbox"
)

func utf16Text(order binary.AppendByteOrder, text string) string {
	var data []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		data = order.AppendUint16(data, unit)
	}
	return string(data)
}

// secretWays are the ways in which another program hands over a secret.
func secretWays(t *testing.T) map[string]func(text string) (core.Secret, error) {
	none := func(string) string { return "" }
	return map[string]func(text string) (core.Secret, error){
		"file": func(text string) (core.Secret, error) {
			path := filepath.Join(t.TempDir(), "secret")
			coretest.WriteFile(t, path, []byte(text))
			return givenSecret(t.Context(), path, none, io.Discard)
		},
		"environment": func(text string) (core.Secret, error) {
			return givenSecret(t.Context(), "", func(string) string { return text }, io.Discard)
		},
		"standard input": func(text string) (core.Secret, error) {
			return promptSecret(t.Context(), streams{in: strings.NewReader(text)})
		},
	}
}

// A secret is read the same, however another program has written it.
func TestSecretText(t *testing.T) {
	const want = "pass wörd\tx" // blanks within are its own
	le, be := binary.LittleEndian, binary.BigEndian
	for way, read := range secretWays(t) {
		for name, text := range map[string]string{
			"bare":                  want,
			"LF":                    want + "\n",
			"CR LF":                 want + "\r\n",
			"CR":                    want + "\r",
			"empty lines":           "\n" + want + "\n\n",
			"blanks":                " \t" + want + " \t\r\n",
			"BOM":                   "\ufeff" + want + "\r\n",
			"UTF-16 LE":             utf16Text(le, "\ufeff"+want+"\r\n"),
			"UTF-16 BE":             utf16Text(be, "\ufeff"+want+"\r\n"),
			"UTF-16 LE, no BOM":     utf16Text(le, want+"\r\n"),
			"UTF-16 BE with blanks": utf16Text(be, "\ufeff \t"+want+" "),
		} {
			if secret, err := read(text); err != nil || secret.Reveal() != want {
				t.Errorf("%s, %s: %q, %v", way, name, secret.Reveal(), err)
			}
		}
		for name, tt := range map[string]struct{ text, words string }{
			"blanks":            {" \t\r\n", "nothing but blanks and line ends"},
			"BOM":               {"\ufeff\r\n", "nothing but blanks and line ends"},
			"UTF-16, only BOM":  {"\xff\xfe", "nothing but blanks and line ends"},
			"UTF-16, cut off":   {"\xff\xfehunter2", "cut off within a character"},
			"two lines":         {"hunter2\nother\n", "one line that holds the secret"},
			"two lines, CR":     {"hunter2\rother", "one line that holds the secret"},
			"UTF-16, two lines": {utf16Text(le, "\ufeffhunter2\nother"), "one line that holds the secret"},
			"NUL":               {"hunter2\x00x", "one line that holds the secret"},
		} {
			secret, err := read(tt.text)
			if core.CodeOf(err) != core.CodeSecretMissing || !secret.IsZero() || !strings.Contains(err.Error(), tt.words) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%s, %s: %q, %v", way, name, secret.Reveal(), err)
			}
		}
		secret, err := read("")
		if way == "environment" { // as if it were not set
			if err != nil || !secret.IsZero() {
				t.Errorf("an empty variable: %q, %v", secret.Reveal(), err)
			}
		} else if core.CodeOf(err) != core.CodeSecretMissing || !strings.Contains(err.Error(), "it is empty") {
			t.Errorf("%s, empty: %v", way, err)
		}
	}
	if _, err := secretWays(t)["standard input"](strings.Repeat("x", maxSecretInput+1)); core.CodeOf(err) != core.CodeSecretMissing {
		t.Errorf("too long: %v", err)
	}
}

// A secret as Windows programs write it signs in. A text without a secret is refused before
// the server is asked.
func TestForeignSecretSignsIn(t *testing.T) {
	t.Parallel()
	s := newServer(t, sandbox.Config{})
	secret := s.ClientSecret().Reveal()
	path := filepath.Join(t.TempDir(), "secret")
	for name, tt := range map[string]struct {
		text string
		code int
	}{
		"UTF-16":  {utf16Text(binary.LittleEndian, "\ufeff"+secret+"\r\n"), exitOK},
		"BOM":     {"\ufeff " + secret + " \r\n", exitOK},
		"nothing": {" \r\n", exitUsage},
	} {
		coretest.WriteFile(t, path, []byte(tt.text))
		cmd := s.command(t.TempDir(), "check", "--profile-file", s.profileFile, "--secret-file", path)
		cmd.Env = append(cmd.Env, "INGESTER_CLIENT_SECRET=wrong")
		out, _ := cmd.CombinedOutput() // the exit code tells
		if code := cmd.ProcessState.ExitCode(); code != tt.code {
			t.Errorf("%s: exit code %d: %s", name, code, out)
		}
	}
	cmd := s.command(t.TempDir(), "check", "--profile-file", s.profileFile)
	cmd.Env = append(cmd.Env, "INGESTER_CLIENT_SECRET=\ufeff"+secret+"\r\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("environment: %v, %s", err, out)
	}
}

// For any text: nothing around the secret is kept, and no error shows it.
func FuzzSecretText(f *testing.F) {
	for _, seed := range []string{"secret\n", "\ufeff secret \r\n", utf16Text(binary.BigEndian, "\ufeffsecret"), "two\nlines", " \x00"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		secret, err := secretText(data, "a file")
		text := secret.Reveal()
		if (err == nil) != (text != "") || strings.ContainsAny(text, "\r\n\x00") || text != strings.Trim(text, " \t") {
			t.Errorf("%q, %v", text, err)
		}
	})
}
