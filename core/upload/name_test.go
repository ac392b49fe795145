package upload

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
	"github.com/artstore/ingester/core/coretest"
)

// names returns file names that are difficult for servers.
func names() []string {
	return []string{
		`a"b.txt`, `a\b.txt`, `a\"b.txt`, "a\r\nX-Evil: 1\r\n\r\nb", "a\nb", "a\rb", "a\x7fb", "a\x01b", "a\xffb\xc3.txt", "\xed\xa0\x80",
		"Fotografi\u0301a.tif", "e\u0301\u0323", "evil\u202etxt.exe", "\u2066x\u2069", "אבג.txt", "שלום\u200f.pdf",
		strings.Repeat("n", 255), strings.Repeat("é", 127), "-rf", ".hidden", "..", "CON", "nul.txt", "com1", "dot.", "space ",
		"a;filename=b.txt", "a%0d%0ab", "a*=UTF-8''b", "📷.jpg", "a\tb", `name="x"`, "--boundary--", " ",
	}
}

// Fault 44: whatever a file's name on the disk, it arrives complete under a safe name, in a
// request that Go's parser and a strict one read alike. The transfer keeps the original name.
func TestNamesArrive(t *testing.T) {
	ca := coretest.NewCA(t, "CA")
	var mu sync.Mutex
	var raw []byte
	var kind string
	s := startTLS(t, ca, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		raw, _ = io.ReadAll(r.Body)
		kind = r.Header.Get("Content-Type")
		got := stored{fields: map[string]string{}}
		r.Body = io.NopCloser(bytes.NewReader(raw))
		if err := got.read(r); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, receiptJSON(2, got.name, got.size, got.sum))
	}))
	c := newTestClient(t, s.URL, ca, nil)
	for i, name := range names() {
		transfer, sum := newTransfer(t, "x", 1000+i)
		if onDisk(name) {
			path := filepath.Join(t.TempDir(), name)
			if err := os.Rename(transfer.Source.Path, path); err != nil {
				t.Fatal(err)
			}
			transfer.Source.Path = path
		}
		transfer.Source.Name = name
		receipt, err := c.Upload(coretest.Limited(t), transfer, &progress{})
		if err != nil || string(receipt.SHA256) != sum {
			t.Errorf("%q: %v", name, err)
			continue
		}
		file, data, err := strictFile(kind, raw)
		if err != nil || len(data) != 1000+i {
			t.Errorf("%q: the strict parser has %d bytes: %v", name, len(data), err)
		}
		if safe := content.SafeName(name); file != safe || receipt.Name != strings.TrimSpace(safe) || !safeToShow(safe) {
			t.Errorf("%q: the strict parser has %q, Go's %q, want %q", name, file, receipt.Name, safe)
		}
		if transfer.Source.Name != name {
			t.Errorf("the record says %q, not %q", transfer.Source.Name, name)
		}
	}
}

// onDisk reports whether a file can have that name on this system.
func onDisk(name string) bool {
	return runtime.GOOS == "linux" && name != ".." && len(name) <= 255 && !strings.ContainsAny(name, "/\x00")
}

func safeToShow(name string) bool {
	return name != "" && name != ".." && len(name) <= 255 && utf8.ValidString(name) && !strings.ContainsAny(name, "\r\n\x00\x7f\u202e\u2066/")
}

// disposition is the only form that RFC 7578 §4.2 allows, quoted like in RFC 2616 and in
// browsers.
var (
	disposition = regexp.MustCompile(`^form-data; name="(file|[a-z_]+)"(?:; filename="((?:[^"\\\x00-\x1f\x7f]|\\["\\]|%0[AD])*)")?$`)
	token       = regexp.MustCompile(`^[A-Za-z0-9!#$%&'*+.^_|~-]+$`)
)

// strictFile reads a multipart/form-data body strictly, byte by byte, and returns the file's
// name and content.
func strictFile(kind string, body []byte) (name string, data []byte, err error) {
	media, params, err := mime.ParseMediaType(kind)
	if err != nil || media != "multipart/form-data" || len(params["boundary"]) > 70 {
		return "", nil, fmt.Errorf("content type %q: %w", kind, err)
	}
	dash := "--" + params["boundary"]
	rest, ok := bytes.CutPrefix(body, []byte(dash+"\r\n"))
	if !ok {
		return "", nil, errors.New("no boundary at the start")
	}
	rest, ok = bytes.CutSuffix(rest, []byte("\r\n"+dash+"--\r\n"))
	if !ok {
		return "", nil, errors.New("no boundary at the end")
	}
	parts := bytes.Split(rest, []byte("\r\n"+dash+"\r\n"))
	for i, part := range parts {
		head, text, ok := bytes.Cut(part, []byte("\r\n\r\n"))
		if !ok {
			return "", nil, errors.New("a part without headers")
		}
		field, file, err := strictHead(string(head))
		switch {
		case err != nil:
			return "", nil, err
		case field == "file" && i != len(parts)-1:
			return "", nil, errors.New("the file is not the last part")
		case field == "file":
			name, data = file, text
		}
	}
	if data == nil {
		return "", nil, errors.New("no file")
	}
	return name, data, nil
}

func strictHead(head string) (field, file string, err error) {
	for line := range strings.SplitSeq(head, "\r\n") {
		key, value, ok := strings.Cut(line, ": ")
		if !ok || !token.MatchString(key) || strings.ContainsAny(value, "\r\n\x00") || !utf8.ValidString(value) {
			return "", "", fmt.Errorf("header %q", line)
		}
		if key != "Content-Disposition" {
			continue
		}
		found := disposition.FindStringSubmatch(value)
		if found == nil || field != "" {
			return "", "", fmt.Errorf("disposition %q", value)
		}
		field, file = found[1], strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(found[2])
	}
	if field == "" {
		return "", "", errors.New("no disposition")
	}
	return field, file, nil
}

// Fault 39: one of fifty files is refused for its own sake, and the others are stored.
func TestOneOfFiftyIsRefused(t *testing.T) {
	g := newIngester(t, 2)
	refusing := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Idempotency-Key") == "refuse" {
			_, _ = io.Copy(io.Discard, r.Body)
			w.WriteHeader(http.StatusUnsupportedMediaType)
			_, _ = io.WriteString(w, `{"error":{"code":"UNSUPPORTED","message":"no \u202esecrets\u0007, please"}}`)
			return
		}
		g.ServeHTTP(w, r)
	})
	s := startTLS(t, g.ca, refusing)
	c := newTestClient(t, s.URL, g.ca, nil)
	for i := range 50 {
		transfer, _ := newTransfer(t, fmt.Sprint(i), 100)
		if i == 17 {
			transfer.ID = "refuse"
			_, err := c.Upload(coretest.Limited(t), transfer, &progress{})
			e := coretest.WantError(t, err, core.KindServer, core.CodeRejected, core.OutcomeAnswered)
			if e.ServerCode != "UNSUPPORTED" || strings.ContainsAny(e.ServerText, "\u0007") {
				t.Errorf("%+v", e)
			}
			continue
		}
		if _, err := c.Upload(coretest.Limited(t), transfer, &progress{}); err != nil {
			t.Error(err)
		}
	}
	if g.stored() != 49 {
		t.Errorf("%d stored", g.stored())
	}
}
