//go:build unix

package view

import (
	"os"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"
)

func TestPastedPaths(t *testing.T) {
	for in, want := range map[string]pasting{
		"":                                    {},
		"just words":                          {left: []string{"just words"}},
		"https://example.com/a":               {left: []string{"https://example.com/a"}},
		"relative/path\n/a":                   {[]string{"/a"}, []string{"relative/path"}},
		"/home/a/b.txt":                       {paths: []string{"/home/a/b.txt"}},
		"/home/a/with blanks and 'quotes'":    {paths: []string{"/home/a/with blanks and 'quotes'"}},
		"  \"/home/a/b c.txt\"\r\n'/tmp/d'\n": {paths: []string{"/home/a/b c.txt", "/tmp/d"}},
		"'/a b' '/c'\t\"/d\"":                 {paths: []string{"/a b", "/c", "/d"}},
		"'/a' /b":                             {left: []string{"'/a' /b"}},
		"\"/a":                                {left: []string{"\"/a"}},
		"file:///home/a/%D0%9F.txt\r\n":       {paths: []string{"/home/a/П.txt"}},
		"file:///caf%E9\nfile:///caf%E8\n/caf\xea":       {paths: []string{"/caf\xe9", "/caf\xe8", "/caf\xea"}}, // names need not be UTF-8
		"file://elsewhere/share/x":                       {left: []string{"file://elsewhere/share/x"}},
		"file://localhost/home/x":                        {paths: []string{"/home/x"}},
		"copy\nfile:///a\nfile:///b":                     {paths: []string{"/a", "/b"}},
		"x-special/nautilus-clipboard\ncut\nfile:///a\n": {paths: []string{"/a"}},
		"# by a program\r\nfile:///a%23b\r\n\x00":        {paths: []string{"/a#b"}},
		"/a\ncopy":                        {[]string{"/a"}, []string{"copy"}},
		"file:///bad%zz\n/ok":             {[]string{"/ok"}, []string{"file:///bad%zz"}},
		"file:///a?b\nfile:///c#d":        {left: []string{"file:///a?b", "file:///c#d"}},
		"\ufeff/a b \r\n/c\u00a0\r\n\r\n": {paths: []string{"/a b", "/c"}},
		"\u202a/home/a/b.txt":             {paths: []string{"/home/a/b.txt"}}, // copied from a security page of Windows
		"“/a b” «/c»\n„/d“":               {paths: []string{"/a b", "/c", "/d"}},
		"\"/caf\xe9\"":                    {paths: []string{"/caf\xe9"}},
		"/a/../b":                         {paths: []string{"/b"}},
	} {
		want.check(t, in)
	}
	name, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	pasting{[]string{"/home/x"}, []string{"file://" + name + "x/home/y"}}.check(t, "file://"+strings.ToUpper(name)+"/home/x\nfile://"+name+"x/home/y")
}

func TestLocalPaths(t *testing.T) {
	web, err := storage.ParseURI("https://example.com/a")
	if err != nil {
		t.Fatal(err)
	}
	paths, left := LocalPaths([]fyne.URI{storage.NewFileURI("/home/a/№ 1.txt"), web, nil, storage.NewFileURI("/caf\xe9"), storage.NewFileURI("/caf\xe8")})
	if !slices.Equal(paths, []string{"/home/a/№ 1.txt", "/caf\xe9", "/caf\xe8"}) || !slices.Equal(skippedPaths(left), []string{"https://example.com/a"}) {
		t.Errorf("got %q, left %q", paths, left)
	}
}

// TestDroppedRootIsLeft, since it is what GLFW makes of file://host.
func TestDroppedRootIsLeft(t *testing.T) {
	paths, left := DroppedPaths([]fyne.URI{storage.NewFileURI("/a"), storage.NewFileURI("/"), storage.NewFileURI("/b")})
	if !slices.Equal(paths, []string{"/a", "/b"}) || !slices.Equal(skippedPaths(left), []string{"/"}) {
		t.Errorf("got %q, left %q", paths, left)
	}
}

// TestDroppedAddressIsLeft checks that a link from a browser is not taken for a
// missing file.
func TestDroppedAddressIsLeft(t *testing.T) {
	for _, address := range []string{"https://example.org/x", "sftp://a@host/b.tif", "http://example.org"} {
		paths, left := DroppedPaths([]fyne.URI{storage.NewFileURI("/a"), storage.NewFileURI(address), storage.NewFileURI("/b:/c")})
		if !slices.Equal(paths, []string{"/a", "/b:/c"}) || !slices.Equal(skippedPaths(left), []string{address}) {
			t.Errorf("%s: got %q, left %q", address, paths, left)
		}
	}
	t.Chdir("/")
	paths, left := DroppedPaths([]fyne.URI{storage.NewFileURI("https://example.org/x"), storage.NewFileURI("/home")})
	if !slices.Equal(paths, []string{"/home"}) || !slices.Equal(skippedPaths(left), []string{"https://example.org/x"}) {
		t.Errorf("in /: got %q, left %q", paths, left)
	}
}
