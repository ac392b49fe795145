package store

import (
	"testing"
	"time"

	"github.com/artstore/ingester/core"
)

func TestRoundedSize(t *testing.T) {
	for text, want := range map[string]span{
		"512 b": {512, 513}, "512 Б": {512, 513}, "4 KiB": {3584, 4608}, "4.0 KiB": {4045, 4148}, "4,0 КиБ": {4045, 4148},
		"1.00 MiB": {1043334, 1053819}, "2\u00a0GiB": {3 << 29, 5 << 29}, "1 TiB": {1 << 39, 3 << 39}, "0 B": {0, 1},
	} {
		list := terms(text, time.UTC)
		if len(list) != 1 || list[0].size != want || list[0].exact {
			t.Errorf("%q: got %+v, want %v", text, list, want)
		}
	}
	for _, text := range []string{"x KiB", "-1 KiB", "1e3 KiB", "1.2.3 MiB", "inf KiB", "99999999 TiB", "KiB 4"} {
		for _, term := range terms(text, time.UTC) {
			if !term.size.empty() && !term.exact {
				t.Errorf("%q is taken for a size: %v", text, term.size)
			}
		}
	}
}

func TestMoments(t *testing.T) {
	zone := time.FixedZone("", 3*3600)
	at := func(text string) int64 {
		x, err := time.Parse(time.RFC3339, text)
		must(t, err)
		return x.Unix()
	}
	for text, want := range map[string]struct{ from, to string }{
		"2026-11-24":                {"2026-11-24T00:00:00+03:00", "2026-11-25T00:00:00+03:00"},
		"24.11.2026":                {"2026-11-24T00:00:00+03:00", "2026-11-25T00:00:00+03:00"},
		"2026-12":                   {"2026-12-01T00:00:00+03:00", "2027-01-01T00:00:00+03:00"},
		"2026-11-24T15:04":          {"2026-11-24T15:04:00+03:00", "2026-11-24T15:05:00+03:00"},
		"2026-11-24t15:04:05":       {"2026-11-24T15:04:05+03:00", "2026-11-24T15:04:06+03:00"},
		"2026-11-24T15:04:05Z":      {"2026-11-24T15:04:05Z", "2026-11-24T15:04:06Z"},
		"2026-11-24T15:04:05-01:00": {"2026-11-24T15:04:05-01:00", "2026-11-24T15:04:06-01:00"},
	} {
		list := terms(text, zone)
		if len(list) != 1 || list[0].at != (span{at(want.from), at(want.to)}) || !list[0].clock.empty() {
			t.Errorf("%q: got %+v", text, list)
		}
	}
	for text, want := range map[string]span{"15:04": {54240, 54300}, "15:04:05": {54245, 54246}, "00:00": {0, 60}} {
		if list := terms(text, zone); len(list) != 1 || list[0].clock != want || !list[0].at.empty() {
			t.Errorf("%q: got %+v", text, list)
		}
	}
	for _, text := range []string{"2026-13-01", "2026-02-30", "2026", "24:00", "15:60", "tz", "t", "-", "1-2", "box-001"} {
		for _, term := range terms(text, zone) {
			if !term.at.empty() || !term.clock.empty() {
				t.Errorf("%q is taken for a time", text)
			}
		}
	}
}

// TestMayBeAt: a block is skipped only if none of its times can match.
func TestMayBeAt(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	must(t, err)
	for name, tt := range map[string]struct {
		word, from, to string
		want           bool
	}{
		"within": {"15:04", "2026-11-24T15:00:00+01:00", "2026-11-24T16:00:00+01:00", true}, "at the end": {"16:00", "2026-11-24T15:00:00+01:00", "2026-11-24T16:00:00+01:00", true},
		"after": {"16:01", "2026-11-24T15:00:00+01:00", "2026-11-24T16:00:00+01:00", false}, "before": {"14:59", "2026-11-24T15:00:00+01:00", "2026-11-24T16:00:00+01:00", false},
		"over midnight": {"00:30", "2026-11-24T23:00:00+01:00", "2026-11-25T01:00:00+01:00", true}, "not over midnight": {"22:30", "2026-11-24T23:00:00+01:00", "2026-11-25T01:00:00+01:00", false},
		"clocks changed": {"12:00", "2026-10-25T01:30:00+02:00", "2026-10-25T02:30:00+01:00", true}, "more than a day": {"12:00", "2026-11-24T13:00:00Z", "2026-11-25T13:00:00Z", true},
		"day": {"2026-11-24", "2026-11-24T23:59:59+01:00", "2026-11-26T00:00:00+01:00", true}, "day before": {"2026-11-23", "2026-11-24T00:00:00+01:00", "2026-11-26T00:00:00+01:00", false},
		"day after": {"2026-11-27", "2026-11-24T00:00:00+01:00", "2026-11-26T23:59:59+01:00", false},
	} {
		f := newFilter()
		for _, text := range []string{tt.from, tt.to} {
			at, err := time.Parse(time.RFC3339, text)
			must(t, err)
			f.times.add(at.Unix())
		}
		f, err := readFilter(f.data())
		must(t, err)
		if got := terms(tt.word, zone)[0].mayBeIn(f); got != tt.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
	f := newFilter()
	f.sizes.add(4096)
	for word, want := range map[string]bool{"4.0 KiB": true, "3.9 KiB": false, "4.1 KiB": false, "4096": false} { // the bit of 4.0 KiB is not set
		if got := terms(word, zone)[0].mayBeIn(f); got != want {
			t.Errorf("%s: got %v", word, got)
		}
	}
}

// TestHistoryFacts: entries are found by their size and by the time at which they were stored, by our clock
// and by the server's.
func TestHistoryFacts(t *testing.T) {
	s := openTest(t)
	entry := func(id core.TransferID, path string, size int64, finished, uploaded string) core.Transfer {
		x := done(queued(id, 1))
		x.Source.Path, x.Source.Name, x.Source.Size, x.Server, x.Options.Tags = path, path, size, "host", nil
		x.Receipt.FileID, x.Receipt.SHA256 = "", ""
		var err error
		x.FinishedAt, err = time.Parse(time.RFC3339, finished)
		must(t, err)
		x.Receipt.UploadedAt = time.Time{}
		if uploaded != "" {
			x.Receipt.UploadedAt, err = time.Parse(time.RFC3339, uploaded)
			must(t, err)
		}
		return x
	}
	commit(t, s, core.Batch{Put: []core.Transfer{
		entry("a", "/a/x4096", 4100, "2026-11-24T23:59:59+03:00", ""),
		entry("b", "/b/mib", 4096, "2026-11-24T20:30:00+03:00", "2026-11-25T00:10:00+03:00"),
		entry("c", "/c/2026-11-25", 3<<20, "2026-12-01T00:00:00+03:00", ""),
	}})
	for range 2 {
		for text, want := range map[string]string{
			"4096": "ba", "04096": "", "4.0 KiB": "ba", "4.0 KiB a": "a", "3.0 MiB": "c", "3 mib": "c", "4096 b": "b", "2026 mib": "",
			"2026-11-24": "ba", "2026-11-25": "cb", "2026-11": "cba", "2026-12": "c", "24.11.2026": "ba", "20:30": "b", "00:10": "b", "23:59:59": "a",
			"2026-11-24 20:30": "b", "20:30 4096": "b", "2026-11-24 4096 x": "a", "2026-11-24T20:59:59Z": "a", "00:00": "c", "13:13": "",
			"a x": "a", "x a": "a", "/b /a": "", "h o s t": "cba",
		} {
			got, err := s.History(t.Context(), core.HistoryQuery{Text: text, Zone: time.FixedZone("", 3*3600)})
			must(t, err)
			found := ""
			for _, x := range got {
				found += string(x.ID)
			}
			if found != want {
				t.Errorf("%q: found %q, want %q", text, found, want)
			}
		}
		indexAll(t, s)
	}
}

// TestHistoryZone: without a zone, times are in this machine's time zone.
func TestHistoryZone(t *testing.T) {
	s := openTest(t)
	x := done(queued("a", 1))
	commit(t, s, core.Batch{Put: []core.Transfer{x}})
	for text, zone := range map[string]*time.Location{x.FinishedAt.Local().Format(time.TimeOnly): nil, x.FinishedAt.UTC().Format(time.TimeOnly): time.UTC} {
		got, err := s.History(t.Context(), core.HistoryQuery{Text: text, Zone: zone})
		must(t, err)
		diff(t, []core.TransferID{"a"}, ids(got))
	}
}
