package content

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
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
		if got := SafeName(tt.name); got != tt.want {
			t.Errorf("SafeName(%q) = %q, want %q", tt.name, got, tt.want)
		}
	}
}

// SafeName gives a safe name for every file, and doesn't change a safe name.
func FuzzSafeName(f *testing.F) {
	for _, name := range []string{"a.txt", "../x", `"\"`, "a\r\n\r\nb", "\x00", "\u202e", "e\u0301", strings.Repeat("é.", 200), ".", "\xff"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		safe := SafeName(name)
		if safe == "" || len(safe) > maxNameBytes || !utf8.ValidString(safe) || strings.ContainsAny(safe, "/\\\r\n\x00") ||
			safe == "." || safe == ".." || !norm.NFC.IsNormalString(safe) {
			t.Fatalf("SafeName(%q) = %q", name, safe)
		}
		if again := SafeName(safe); again != safe {
			t.Fatalf("%q became %q the second time", safe, again)
		}
	})
}
