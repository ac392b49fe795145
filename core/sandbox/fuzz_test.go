package sandbox

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/artstore/ingester/core"
)

// Any field is refused, or what is kept of it obeys the rules, can be written to the
// index and read back.
func FuzzField(f *testing.F) {
	for _, seed := range [][2]string{
		{"retention_policy", "permanent"}, {"ttl_days", "365"}, {"ttl_days", "+0"}, {"description", "ä"},
		{"tags", `["a","\ud800"]`}, {"tags", "null"}, {"metadata", `{"a":[1,{"b":null}]}`}, {"metadata", "{}\n"}, {"x", "y"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, name, value string) {
		got := defaultFields()
		if got.set(name, value) != nil {
			return
		}
		switch {
		case got.retention != core.RetentionTemporary && got.retention != core.RetentionPermanent,
			got.ttlDays < 1 || got.ttlDays > core.MaxTTLDays,
			utf8.RuneCountInString(got.description) > core.MaxDescriptionLength,
			got.metadata != nil && !json.Valid(got.metadata):
			t.Fatalf("%q: %q is kept as %+v", name, value, got)
		}
		file := File{ID: "11111111-2222-4333-8444-555555555555", SHA256: sumOf(nil)}
		got.describe(&file, time.Unix(1e9, 0))
		line, err := file.line()
		if err != nil || bytes.Count(line, []byte("\n")) != 1 {
			t.Fatalf("the line is %q (%v)", line, err)
		}
		if again, err := parseLine(line); err != nil || again.Description != file.Description || len(again.Tags) != len(file.Tags) {
			t.Fatalf("read back as %+v (%v), was %+v", again, err, file)
		}
	})
}

// The parser accepts no ID that is not a plain file name. What it accepts can be
// written and read back unchanged.
func FuzzParseLine(f *testing.F) {
	good, _ := File{ID: "11111111-2222-4333-8444-555555555555", SHA256: sumOf(nil), Metadata: json.RawMessage(`{"a":1}`)}.line()
	f.Add(good)
	f.Add([]byte(`{"file_id":"../x"}`))
	f.Add([]byte("null\n"))
	f.Add(make([]byte, 10))
	f.Fuzz(func(t *testing.T, line []byte) {
		file, err := parseLine(line)
		if err != nil {
			return
		}
		if len(file.ID) != 36 || strings.ContainsAny(file.ID, `/\.`) || file.Size < 0 {
			t.Fatalf("%q is accepted as %+v", line, file)
		}
		written, err := file.line()
		if err != nil {
			t.Fatalf("%q can't be written: %v", line, err)
		}
		again, err := parseLine(written)
		if err != nil {
			t.Fatalf("%q can't be read: %v", written, err)
		}
		twice, err := again.line()
		if err != nil || !bytes.Equal(written, twice) {
			t.Fatalf("written as %q, then as %q (%v)", written, twice, err)
		}
	})
}

// FuzzName tests what checkName and checkKey promise.
func FuzzName(f *testing.F) {
	f.Add("Übersicht.txt", "b53f-1")
	f.Add("a\x00b", "\x7f")
	f.Add("\xff", strings.Repeat("k", 256))
	f.Fuzz(func(t *testing.T, name, key string) {
		if checkName(name) == nil {
			if data, err := json.Marshal(name); err != nil || len(name) > maxName || !utf8.ValidString(name) || bytes.Contains(data, []byte(`\u00`)) && strings.ContainsAny(name, "\x00\x1b") {
				t.Fatalf("the name %q is accepted", name)
			}
		}
		if checkKey(key) == nil && (len(key) > maxKey || strings.ContainsAny(key, "\x00\r\n\x7f")) {
			t.Fatalf("the key %q is accepted", key)
		}
	})
}

// However an index is damaged, every file whose content exists is restored: from its
// row, or from its description.
func TestAnyDamageOfTheIndexIsRepaired(t *testing.T) {
	const header = 100 // a version that is damaged is reported, not repaired
	repairAnyDamage(t, fill, indexName, header, true)
}

// The same with an index of an earlier version. Its lines have each key only once, so
// a damaged key can't be noticed.
func TestAnyDamageOfTheEarlierIndexIsRepaired(t *testing.T) {
	repairAnyDamage(t, fillEarlier, linesName, 0, false)
}

func repairAnyDamage(t *testing.T, fill func(testing.TB, string) []File, name string, from int, keys bool) {
	rapid.Check(t, func(rt *rapid.T) {
		dir := t.TempDir()
		files := fill(t, dir)
		seed := rapid.Uint64().Draw(rt, "seed")
		cut := rapid.Float64Range(0, 1).Draw(rt, "cut")
		edit(t, filepath.Join(dir, name), func(data []byte) []byte {
			random := rand.New(rand.NewPCG(seed, 1))
			for range rapid.IntRange(0, 4).Draw(rt, "flips") {
				data[from+random.IntN(len(data)-from)] = byte(random.Uint32())
			}
			if rapid.Bool().Draw(rt, "whole") {
				return data
			}
			return data[:int(cut*float64(len(data)))]
		})
		v, log := openTestVault(t, dir)
		defer func() { _ = v.close() }()
		got := map[string]bool{}
		all, err := v.files(t.Context())
		if err != nil {
			rt.Fatal(err)
		}
		for _, f := range all {
			got[f.ID] = true
			if known, err := v.known(t.Context(), f.Key); keys && (err != nil || known == nil || known.ID != f.ID) {
				rt.Fatalf("the key %s gives %v (%v)\n%s", f.Key, known, err, log)
			}
		}
		want := map[string]bool{}
		for _, f := range files {
			want[f.ID] = true
		}
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Fatalf("the files (-want +got):\n%s\n%s", diff, log)
		}
	})
}
