package view

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"
)

func TestPastedPaths(t *testing.T) {
	for in, want := range map[string]pasting{
		`C:\a\Отчёт.pdf`:                  {paths: []string{`C:\a\Отчёт.pdf`}},
		"\"C:\\a b\\c.txt\"\r\n\"D:\\d\"": {paths: []string{`C:\a b\c.txt`, `D:\d`}},
		`\\server\share\x`:                {paths: []string{`\\server\share\x`}},
		"C:/a/../b":                       {paths: []string{`C:\b`}},
		`relative\a`:                      {left: []string{`relative\a`}},
		`C:a`:                             {left: []string{`C:a`}},
		"/a":                              {left: []string{"/a"}},
		"file:///C:/a/%D0%9F.txt":         {paths: []string{`C:\a\П.txt`}},
		"file://server/share/x":           {paths: []string{`\\server\share\x`}},
	} {
		want.check(t, in)
	}
}

func TestLocalPaths(t *testing.T) {
	paths, left := LocalPaths([]fyne.URI{storage.NewFileURI("C:/a/№ 1.txt")})
	if !slices.Equal(paths, []string{`C:\a\№ 1.txt`}) || len(left) != 0 {
		t.Errorf("got %q, left %q", paths, left)
	}
}
