package upload

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/artstore/ingester/core"
)

func TestSafeName(t *testing.T) {
	long := strings.Repeat("ж", 200) // 400 bytes
	for _, tt := range []struct{ name, want string }{
		{"report.pdf", "report.pdf"},
		{"Отчёт за март.pdf", "Отчёт за март.pdf"},
		{"写真 📷.jpg", "写真 📷.jpg"},
		{"folder/deep/a.txt", "a.txt"},
		{"../../etc/passwd", "passwd"},
		{"/", "file"}, {"", "file"}, {".", "file"}, {"..", "file"}, {"a/..", "file"}, {"   ", "file"},
		{`..\..\x`, ".._.._x"},
		{`say "hi".txt`, `say "hi".txt`},
		{"a\r\nX-Evil: 1\x00\x7f\u0085.txt", "a__X-Evil: 1___.txt"},
		{"invoice\u202efdp.exe", "invoice_fdp.exe"},
		{"a\u2066b\u2069\u200f\u061c\u2028\ufeffc", "a_b_____c"},
		{"bad\xff\xfename", "bad__name"},
		{"e\u0301.txt", "é.txt"}, // NFD becomes NFC
		{"-rf", "-rf"}, {".hidden", ".hidden"}, {"CON", "CON"}, {"dot.", "dot."},
		{long + ".tiff", strings.Repeat("ж", 125) + ".tiff"},
		{"x." + long, "x." + strings.Repeat("ж", 126)},
		{strings.Repeat("a", 255), strings.Repeat("a", 255)},
		{strings.Repeat("a", 256), strings.Repeat("a", 255)},
	} {
		if got := safeName(tt.name); got != tt.want {
			t.Errorf("safeName(%q) = %q, want %q", tt.name, got, tt.want)
		}
	}
}

// readBack reads a form as a server does.
func readBack(f form, content string) (name, got string, err error) {
	_, params, err := mime.ParseMediaType(f.contentType)
	if err != nil {
		return "", "", err
	}
	body := io.MultiReader(bytes.NewReader(f.head), strings.NewReader(content), bytes.NewReader(f.tail))
	form := multipart.NewReader(body, params["boundary"])
	for {
		part, err := form.NextRawPart()
		if err != nil {
			return "", "", err
		}
		if part.FormName() == "file" {
			_, disposition, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
			if err != nil {
				return "", "", err
			}
			data, err := io.ReadAll(part)
			if err == nil {
				_, err = form.NextPart()
			}
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return disposition["filename"], string(data), err
		}
	}
}

// Whatever a file is called, its name is safe and a server reads back just
// that name and just that content.
func FuzzFileName(f *testing.F) {
	for _, name := range []string{"a.txt", "../x", `"\"`, "a\r\n\r\nb", "\x00", "\u202e", "e\u0301", strings.Repeat("é.", 200), ".", "\xff"} {
		f.Add(name, "content")
	}
	f.Fuzz(func(t *testing.T, name, content string) {
		safe := safeName(name)
		if safe == "" || len(safe) > maxNameBytes || !utf8.ValidString(safe) || strings.ContainsAny(safe, "/\\\r\n\x00") ||
			safe == "." || safe == ".." || !norm.NFC.IsNormalString(safe) {
			t.Fatalf("safeName(%q) = %q", name, safe)
		}
		if again := safeName(safe); again != safe {
			t.Fatalf("%q became %q the second time", safe, again)
		}
		form, err := newForm(name, core.Options{Retention: core.RetentionPermanent, Description: content})
		if err != nil {
			t.Fatal(err)
		}
		gotName, got, err := readBack(form, content)
		if err != nil || gotName != safe || got != content {
			t.Fatalf("%q, %q came back as %q, %q (%v)", safe, content, gotName, got, err)
		}
	})
}
