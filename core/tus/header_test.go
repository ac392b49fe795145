package tus

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

var someBase, _ = url.Parse("https://host.example:8020/files/")

const someSum = core.Checksum("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")

func TestNumber(t *testing.T) {
	for _, tt := range []struct {
		values []string
		want   int64
		ok     bool
	}{
		{[]string{"0"}, 0, true}, {[]string{" 7 "}, 7, true}, {[]string{"9223372036854775807"}, 1<<63 - 1, true},
		{nil, 0, false}, {[]string{""}, 0, false}, {[]string{"1", "2"}, 0, false}, {[]string{"-1"}, 0, false}, {[]string{"+1"}, 0, false},
		{[]string{"9223372036854775808"}, 0, false}, {[]string{"1.0"}, 0, false}, {[]string{"1,2"}, 0, false},
	} {
		if got, err := number(http.Header{"X": tt.values}, "X"); got != tt.want || (err == nil) != tt.ok {
			t.Errorf("%q: %d, %v", tt.values, got, err)
		}
	}
}

func TestLocate(t *testing.T) {
	for location, want := range map[string]string{
		"1234": "https://host.example:8020/files/1234", "/other/1?a=b": "https://host.example:8020/other/1?a=b",
		"https://HOST.example:8020/files/1": "https://HOST.example:8020/files/1", "//host.example:8020/x": "https://host.example:8020/x",
		"1#frag": "https://host.example:8020/files/1", "http://host.example:8020/files/1": "", "https://host.example/files/1": "",
		"https://host.example.evil/1": "", "https://u@host.example:8020/1": "", "": "", ".": "", "..": "", "mailto:x": "", "%zz": "",
	} {
		if got, err := locate(someBase, location); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", location, got, err)
		}
	}
	standard, _ := url.Parse("https://host.example/files/")
	if got, err := locate(standard, "https://host.example:443/files/1"); err != nil || got == "" {
		t.Errorf("%q, %v", got, err)
	}
	plain, _ := url.Parse("http://host.example/files/")
	if got, err := locate(plain, "http://host.example:80/files/1"); err != nil || got == "" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestDigest(t *testing.T) {
	good := reprDigest(someSum)
	for _, tt := range []struct {
		values []string
		want   core.Checksum
		ok     bool
	}{
		{nil, "", true}, {[]string{good}, someSum, true}, {[]string{"sha-512=:AAAA:, " + good}, someSum, true}, {[]string{"md5=:AA:", "SHA" + good[3:] + ";q=1"}, someSum, true},
		{[]string{good, good}, someSum, true}, {[]string{"sha-512=:AAAA:"}, "", true},
		{[]string{"sha-256=:AAAA:"}, "", false}, {[]string{"sha-256="}, "", false}, {[]string{"sha-256"}, "", false},
		{[]string{good, reprDigest(core.Checksum(strings.Repeat("0", 64)))}, "", false},
	} {
		if got, err := digest(http.Header{"Repr-Digest": tt.values}); got != tt.want || (err == nil) != tt.ok {
			t.Errorf("%q: %q, %v", tt.values, got, err)
		}
	}
}

func TestMetadata(t *testing.T) {
	got, err := metadata("../ü,.pdf", core.Options{Retention: core.RetentionPermanent}, someSum)
	encode := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	expected := "filename " + encode("ü,.pdf") + ",filetype " + encode("application/pdf") + ",retention_policy " + encode("permanent") + ",sha256 " + encode(string(someSum))
	if err != nil || got != expected {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := metadata("a", core.Options{Metadata: json.RawMessage("{")}, ""); err == nil {
		t.Error("broken metadata was taken")
	}
	s := newServer(t, nil)
	transfer, _ := newTransfer(t, "a", 1)
	transfer.Options.Metadata = json.RawMessage("{")
	_, err = s.newClient(t, nil).Upload(coretest.Limited(t), transfer, &progress{})
	coretest.Want(t, err, core.KindUsage, core.CodeUsage, core.OutcomeNotProcessed)
}

func TestFileID(t *testing.T) {
	for _, tt := range []struct{ location, upload, want string }{
		{"/api/v1/files/1", "https://a/files/2", "1"}, {"", "https://a/files/2", "2"}, {"/", "https://a/files/2?x", "2"}, {"%zz", "https://a/", ""},
	} {
		if got := fileID(http.Header{"Content-Location": {tt.location}}, tt.upload); got != tt.want {
			t.Errorf("%+v: %q", tt, got)
		}
	}
}

func TestNote(t *testing.T) {
	src := core.Source{Size: 10, ModTime: time.Date(2026, 1, 2, 3, 4, 5, 678, time.UTC), FileID: "1:2"}
	n := newNote(src)
	if !n.empty() || len(n.urls()) != 0 {
		t.Error("a new note has something")
	}
	n.Parts = []part{{"https://host.example:8020/files/1", 0, 4}, {"https://host.example:8020/files/2", 4, 10}}
	n.URL, n.Last, n.Asked = "https://host.example:8020/files/3", true, true
	if got := parseNote(n.text(), someBase); got.text() != n.text() || !got.of(src) || len(got.urls()) != 3 {
		t.Errorf("%+v", got)
	}
	for name, change := range map[string]func(*note){
		"another server":   func(n *note) { n.URL = "https://other.example/files/1" },
		"relative":         func(n *note) { n.URL = "1" },
		"hole":             func(n *note) { n.Parts[1].From = 5 },
		"empty part":       func(n *note) { n.Parts[0].To = 0 },
		"too short":        func(n *note) { n.Parts = n.Parts[:1] },
		"part without URL": func(n *note) { n.Parts[0].URL = "" },
		"too many":         func(n *note) { n.Parts = make([]part, maxParts+1) },
	} {
		broken := n
		broken.Parts = append([]part(nil), n.Parts...)
		change(&broken)
		if got := parseNote(broken.text(), someBase); !got.empty() {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// Whatever a server's headers contain, the results are valid.
func FuzzHeaders(f *testing.F) {
	f.Add("7", "creation,checksum", "/files/1", "sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:")
	f.Add("-1", "", "https://evil.example/", "sha-256=:AAAA:;a, b")
	f.Add("99999999999999999999", ",, ,", "//host.example:8020/../x#y", "sha-256")
	f.Fuzz(func(t *testing.T, offset, extensions, location, sum string) {
		h := http.Header{"Upload-Offset": {offset}, "Tus-Extension": {extensions}, "Tus-Version": {offset}, "Repr-Digest": {sum}, "Content-Location": {location}, "Tus-Max-Size": {offset}}
		if n, err := number(h, "Upload-Offset"); n < 0 || err != nil && n != 0 {
			t.Errorf("%q gave %d, %v", offset, n, err)
		}
		for name := range list(h, "Tus-Extension") {
			if name == "" || strings.Contains(name, ",") || name != strings.TrimSpace(name) {
				t.Errorf("%q holds %q", extensions, name)
			}
		}
		if o := parseOffer(h); o.MaxSize < 0 || !o.Offered && o != (Offer{}) {
			t.Errorf("%+v", o)
		}
		if target, err := locate(someBase, location); err == nil {
			u, err := url.Parse(target)
			if err != nil || u.Scheme != "https" || !strings.EqualFold(u.Host, someBase.Host) || u.User != nil || u.Fragment != "" {
				t.Errorf("%q gave %q", location, target)
			}
		}
		if c, err := digest(h); c != "" && (err != nil || len(c) != 64) {
			t.Errorf("%q gave %q, %v", sum, c, err)
		}
		if id := fileID(h, "https://a/b"); id == "" || strings.Contains(id, "/") && !strings.Contains(strings.ToLower(location), "%2f") {
			t.Errorf("%q gave %q", location, id)
		}
	})
}

// A note is used exactly as it was written, or not at all.
func FuzzNote(f *testing.F) {
	f.Add(`{"size":10,"mod_time":"2026-01-02T03:04:05Z","url":"https://host.example:8020/files/1","last":true}`)
	f.Add(`{"size":2,"parts":[{"url":"https://host.example:8020/files/1","from":0,"to":1},{"url":"https://host.example:8020/files/2","from":1,"to":2}]}`)
	f.Add(`{"size":-1,"parts":[{"from":-1}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		n := parseNote(text, someBase)
		at := int64(0)
		for _, p := range n.Parts {
			if p.From != at || p.To <= p.From || p.URL == "" {
				t.Errorf("%+v", n)
			}
			at = p.To
		}
		for _, target := range n.urls() {
			if u, err := url.Parse(target); err != nil || !sameOrigin(u, someBase) {
				t.Errorf("%q", target)
			}
		}
		if again := parseNote(n.text(), someBase); again.text() != n.text() {
			t.Errorf("%s became %s", n.text(), again.text())
		}
	})
}
