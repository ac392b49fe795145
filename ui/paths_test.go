package ui

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"
)

func TestPastedPaths(t *testing.T) {
	for in, want := range map[string][]string{
		"":                                    nil,
		"just words":                          nil,
		"https://example.com/a":               nil,
		"relative/path":                       nil,
		"/home/a/b.txt":                       {"/home/a/b.txt"},
		"  \"/home/a/b c.txt\"\r\n'/tmp/d'\n": {"/home/a/b c.txt", "/tmp/d"},
		"file:///home/a/%D0%9F.txt\r\n":       {"/home/a/П.txt"},
		"file://elsewhere/share/x":            nil,
		"file://localhost/home/x":             {"/home/x"},
		"copy\nfile:///a\nfile:///b":          {"/a", "/b"},
		"file:///bad%zz\n/ok":                 {"/ok"},
		"/a/../b":                             {"/b"},
	} {
		if got := pastedPaths(in); !slices.Equal(got, want) {
			t.Errorf("%q gives %q, want %q", in, got, want)
		}
	}
}

func FuzzPastedPaths(f *testing.F) {
	f.Add("file:///home/a\n/b\n\"/c\"")
	f.Fuzz(func(t *testing.T, clip string) {
		for _, p := range pastedPaths(clip) {
			if p == "" || p[0] != '/' {
				t.Errorf("%q gives %q", clip, p)
			}
		}
	})
}

func TestLocalPaths(t *testing.T) {
	web, err := storage.ParseURI("https://example.com/a")
	if err != nil {
		t.Fatal(err)
	}
	got := localPaths([]fyne.URI{storage.NewFileURI("/home/a/№ 1.txt"), web, nil})
	if !slices.Equal(got, []string{"/home/a/№ 1.txt"}) {
		t.Errorf("got %q", got)
	}
}

func TestSplitTags(t *testing.T) {
	for in, want := range map[string][]string{
		"": nil, " , ;": nil, "scans": {"scans"}, "scans, box 14; scans,скан": {"scans", "box 14", "скан"},
	} {
		if got := splitTags(in); !slices.Equal(got, want) {
			t.Errorf("%q gives %q, want %q", in, got, want)
		}
	}
}
