package store

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"github.com/artstore/ingester/core"
)

// historyStore returns a store with entries that differ in everything that History searches.
func historyStore(t *testing.T) *Store {
	t.Helper()
	s := openTest(t)
	entry := func(id core.TransferID, path, name, server, fileID, sum string, tags ...string) core.Transfer {
		x := done(queued(id, 1))
		x.Source.Path, x.Source.Name, x.Server, x.Options.Tags = path, name, server, tags
		x.Receipt.FileID, x.Receipt.SHA256 = fileID, core.Checksum(sum)
		return x
	}
	const server = "https://ingester.example:8020"
	commit(t, s, core.Batch{Put: []core.Transfer{
		entry("plain", "/data/box/Scan 001.TIFF", "box/Scan 001.TIFF", server, "AAAAAAAA-1111-4222", strings.Repeat("a", 64), "Archive", "läuft"),
		entry("cyrillic", "/данные/Отчёт №5.PDF", "Отчёт №5.PDF", server, "bbbbbbbb-1111-4222", strings.Repeat("b", 64), "Архив"),
		entry("nfd", "/data/"+norm.NFD.String("Café Ärger й.txt"), norm.NFD.String("Café Ärger й.txt"), server, "cccc", strings.Repeat("c", 64)),
		entry("signs", `/data/a "quoted" NEAR(b) OR c* -d 100%_^x.bin`, "other name.bin", server, "dddd", strings.Repeat("d", 64), "a:b", "{x}"),
		entry("nul", "/data/nul\x00byte\xff.bin", "nul\x00byte\xff.bin", server, "é-12", strings.Repeat("e", 64)),
		entry("server", "/data/z.bin", "z.bin", "https://archive.test", "ffff", "0123456789abcdef"+strings.Repeat("f", 48)),
	}})
	commit(t, s, core.Batch{Put: []core.Transfer{queued("not stored: scan 001", 9)}, Remove: []core.TransferID{"plain"}})
	return s
}

// TestHistorySearch: a search finds the same in rows and in blocks.
func TestHistorySearch(t *testing.T) {
	s := historyStore(t)
	for range 2 {
		for text, want := range searches() {
			got, err := s.History(t.Context(), core.HistoryQuery{Text: text})
			must(t, err)
			names := []string{}
			for _, x := range got {
				names = append(names, string(x.ID))
			}
			if g := strings.Join(names, " "); g != want {
				t.Errorf("%q: got %q, want %q", text, g, want)
			}
		}
		indexAll(t, s)
	}
}

// searches maps texts to the entries of historyStore that have them.
func searches() map[string]string {
	return map[string]string{
		"": "server nul signs nfd cyrillic plain", " \t": "server nul signs nfd cyrillic plain",
		"scan 001": "plain", "SCAN 001.tiff": "plain", " scan 001 ": "plain", "box/scan": "plain", "001": "plain", "can 0": "plain",
		"archive": "server plain", "LÄUFT": "plain", "archive.test": "server", "ingester.example": "nul signs nfd cyrillic plain",
		// Cyrillic, with characters that have a case and that don't.
		"отчёт": "cyrillic", "ОТЧЁТ №5": "cyrillic", "архив": "cyrillic", "ДАННЫЕ": "cyrillic", "чё": "cyrillic", "№": "cyrillic",
		// Composed and decomposed.
		"café": "nfd", norm.NFD.String("CAFÉ"): "nfd", "ärger й": "nfd", "й": "nfd", "é ": "nfd", "cafe": "",
		// Characters with a meaning in FTS5 and LIKE.
		`"quoted"`: "signs", `"`: "signs", `""`: "", `"""`: "", "near(b)": "signs", "or c*": "signs", "c* -d": "signs", "100%_^": "signs", "%": "signs", "_": "signs",
		"a*": "", "scan*": "", "scan OR z": "", "scan AND 001": "", "words:scan": "", "a:b": "signs", "{x}": "signs", "'": "", "^x.": "signs", "\\": "", "(": "signs",
		"other name": "signs",
		// Bytes that are not text.
		"nul\x00byte": "nul", "\x00": "nul", "q\x00": "", "byte\xff": "nul", "\xff.b": "nul",
		// IDs and checksums by their beginning.
		"aaaaaaaa-1111": "plain", "AAAA": "plain", "1111-4222": "", strings.Repeat("b", 64): "cyrillic", "BBBBBBBBBBBBBBB": "cyrillic", "0123456": "server",
		"123456": "", "é-12": "nul", "aa": "", "aaa": "", "aaaaaaab": "",
		// Short texts.
		"z": "server", "Z.": "server", "zz": "", "5.": "cyrillic",
		"no such thing": "",
		// Several words, wherever each of them is.
		"001 box": "plain", "archive AAAA": "plain", "5 отчёт архив": "cyrillic", "box отчёт": "", "other (b)": "signs",
	}
}

// TestHistoryOrder: the transfers stored last come first, not those queued last, and the limit counts
// in that order, however the text is found.
func TestHistoryOrder(t *testing.T) {
	s := openTest(t)
	const n = 30
	want := make([]core.TransferID, n)
	for i := range n {
		x := done(queued(core.TransferID(fmt.Sprintf("%02d", i)), int64(n-i)))
		x.Receipt.FileID, x.FinishedAt = "same", epoch // equal times don't matter
		commit(t, s, core.Batch{Put: []core.Transfer{x}})
		want[n-1-i] = x.ID
	}
	for _, text := range []string{"", "sc", "scan", "same", "blocks", "sc", "scan", "same"} {
		if text == "blocks" {
			indexAll(t, s)
			continue
		}
		for limit, count := range map[int]int{-1: n, 0: n, 1: 1, 7: 7, n: n, n + 1: n} {
			got, err := s.History(t.Context(), core.HistoryQuery{Text: text, Limit: limit})
			must(t, err)
			diff(t, want[:count], ids(got))
		}
	}
}

// TestHistoryWhole: History returns everything that is kept of an entry.
func TestHistoryWhole(t *testing.T) {
	s := openTest(t)
	x := fullTransfer()
	x.State = core.StateStored
	commit(t, s, core.Batch{Put: []core.Transfer{x}})
	for _, text := range []string{"", "zo", "zoë's", "AAAA-1"} {
		got, err := s.History(t.Context(), core.HistoryQuery{Text: text})
		must(t, err)
		diff(t, []core.Transfer{x}, got, sameCause)
	}
}
