package store

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/artstore/ingester/core/coretest"
)

// unpack reads a whole block.
func unpack(b block) ([]entry, error) {
	u := unpacker{texts: cursor{data: b.texts}, keys: cursor{data: b.keys}, withKeys: true}
	var out []entry
	for u.next() {
		e := u.entry
		e.text, e.id, e.sum = bytes.Clone(e.text), bytes.Clone(e.id), bytes.Clone(e.sum)
		out = append(out, e)
	}
	return out, u.err()
}

func sampleEntries() []entry {
	text := func(s string) []byte { return []byte(s) }
	return []entry{
		{number: 7, text: text("server\narchive\n/data/a/one.tiff"), id: text("aaaa"), sum: text("0123456789"), size: 1, finished: 1_790_000_000, uploaded: 1_790_000_001},
		{number: 8, text: text("server\narchive\n/data/a/two.tiff"), id: text(""), sum: text(""), size: 0, finished: 1_789_999_999, uploaded: 1_789_999_999},
		{number: 20, text: text(""), size: math.MaxInt64, finished: math.MinInt64, uploaded: math.MaxInt64},
		{number: 21, text: text("жук\n\xff"), id: text("ж"), sum: text("f"), size: -1, finished: -1, uploaded: 0},
	}
}

func TestBlockRoundTrip(t *testing.T) {
	for n := range len(sampleEntries()) + 1 {
		want := sampleEntries()[:n]
		got, err := unpack(pack(want))
		must(t, err)
		same := cmp.Comparer(func(a, b entry) bool { return fmt.Sprint(a) == fmt.Sprint(b) })
		if d := cmp.Diff(want, append([]entry{}, got...), same); d != "" {
			t.Error(d)
		}
	}
}

// TestBlockIsSmall: what neighbours have in common is stored once.
func TestBlockIsSmall(t *testing.T) {
	var entries []entry
	for i, x := range stored(coretest.Archive(blockRows)) {
		entries = append(entries, entry{number: int64(i + 1), text: []byte(searchWords(x.Source, x.Server, x.Options.Tags)),
			size: x.Source.Size, finished: x.FinishedAt.Unix(), uploaded: x.FinishedAt.Unix()})
	}
	if b := pack(entries); len(b.texts) > 20*blockRows || len(b.texts) < 8*blockRows {
		t.Errorf("%d bytes an entry", len(b.texts)/blockRows)
	}
}

// TestFilter: a filter never denies what is in its block, and denies most other things.
func TestFilter(t *testing.T) {
	entries := sampleEntries()
	f := pack(entries).filter
	for _, e := range entries {
		for from := range len(e.text) {
			for to := from + 1; to <= len(e.text); to++ {
				if piece := string(e.text[from:to]); !f.mayContain(piece) {
					t.Errorf("%q is denied", piece)
				}
			}
		}
		for to := head; to <= len(e.id); to++ {
			if !f.mayBegin(kindID, string(e.id[:to])) {
				t.Errorf("ID %q is denied", e.id[:to])
			}
		}
		for to := head; to <= len(e.sum); to++ {
			if !f.mayBegin(kindSum, string(e.sum[:to])) {
				t.Errorf("checksum %q is denied", e.sum[:to])
			}
		}
	}
	wrong := 0
	for i := range 1000 {
		if f.mayContain(fmt.Sprintf("%04d", i*7919%10000)) || f.mayBegin(kindID, fmt.Sprintf("%04x", i)) {
			wrong++
		}
	}
	if wrong > 50 {
		t.Errorf("%d of 1000 texts that are not there may be there", wrong)
	}
	if f.mayBegin(kindID, "aaa") {
		t.Error("a beginning of three characters is none")
	}
}

// FuzzUnpack: no data makes the reader panic or run for ever, and a block that is cut off is
// reported as damaged.
func FuzzUnpack(f *testing.F) {
	b := pack(sampleEntries())
	f.Add(b.texts, b.keys)
	f.Add(b.texts[:len(b.texts)-1], b.keys)
	f.Add(b.texts, b.keys[:3])
	f.Add([]byte{2, 2, 2, 2, 200, 1}, []byte(strings.Repeat("\xff", 20)))
	f.Fuzz(func(t *testing.T, texts, keys []byte) {
		got, err := unpack(block{texts: texts, keys: keys})
		if err != nil && !errors.Is(err, errDamaged) {
			t.Fatal(err)
		}
		if len(got) > len(texts) {
			t.Errorf("%d entries from %d bytes", len(got), len(texts))
		}
	})
}
