package sandbox

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/artstore/ingester/core"
)

// After a failed fsync the server confirms nothing any more, and reports that it is
// not ready.
func TestBrokenIndex(t *testing.T) {
	r := start(t, folder(t), nil)
	token := r.signIn(t)
	r.send(t, form{name: "a", content: []byte("x"), key: "before", token: token})
	if err := r.vault.index.close(); err != nil { // as if the disk had failed
		t.Fatal(err)
	}
	for range 2 {
		if got := r.send(t, form{name: "a", content: []byte("x"), token: token}); got.status != http.StatusInternalServerError {
			t.Errorf("answered %d %s", got.status, got.body)
		}
	}
	if got := r.get(t, "/health/ready"); got.status != http.StatusServiceUnavailable || got.fields(t)["status"] != "fail" {
		t.Errorf("ready answered %d %s", got.status, got.body)
	}
	if got := r.send(t, form{name: "a", content: []byte("x"), key: "before", token: token}); got.status != http.StatusInternalServerError {
		t.Errorf("a known key answered %d %s", got.status, got.body)
	}
	if _, err := r.Files(context.Background()); err == nil {
		t.Error("Files reads a closed index")
	}
	// The next start finds what was stored.
	again, err := connect(t.Context(), filepath.Join(r.cfg.Dir, indexName), r.vault.dir)
	if err != nil {
		t.Fatal(err)
	}
	r.vault.index = again
	if files := r.list(t); len(files) != 1 || len(leftovers(t, r.cfg.Dir, files)) > 0 {
		t.Errorf("stored %v, left behind %v", files, leftovers(t, r.cfg.Dir, files))
	}
}

// A commit waits until the disk has the data.
func TestIndexWaitsForTheDisk(t *testing.T) {
	v, _ := openTestVault(t, t.TempDir())
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "fullfsync": "1", "page_size": "1024"} {
		var got string
		if err := v.index.writer.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %s, want %s (%v)", pragma, got, want, err)
		}
	}
}

// On a full disk the upload is refused, and nothing else happens: once there is room,
// the next file is stored. Here the database may not grow.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	fill(t, dir)
	v, _ := openTestVault(t, dir)
	limit := func(pages string) {
		if _, err := v.index.writer.ExecContext(t.Context(), "PRAGMA max_page_count = "+pages); err != nil {
			t.Fatal(err)
		}
	}
	limit("1") // SQLite takes the present number of pages
	in, err := v.create()
	if err != nil {
		t.Fatal(err)
	}
	in.Description, in.Key = strings.Repeat("long", 4<<10), "4"
	in.seal()
	if err := in.keep(t.Context()); err == nil || errors.Is(err, errBroken) || asRefusal(err).status != http.StatusInsufficientStorage {
		t.Errorf("kept on a full disk: %v", err)
	}
	if err := v.healthy(); err != nil {
		t.Errorf("healthy: %v", err)
	}
	if f, err := v.known(t.Context(), "4"); f != nil || err != nil {
		t.Errorf("what was refused is known: %v, %v", f, err)
	}
	limit("1000")
	if _, err := v.put("5", []byte("fives")); err != nil {
		t.Fatal(err)
	}
	checkRecovered(t, dir, "1 2 3 5", "", 0)
}

// If another program has locked the index, the upload is refused, and the next one is
// stored after that program has ended.
func TestLockedIndex(t *testing.T) {
	dir := t.TempDir()
	fill(t, dir)
	v, _ := openTestVault(t, dir)
	if _, err := v.index.writer.ExecContext(t.Context(), "PRAGMA busy_timeout = 0"); err != nil {
		t.Fatal(err)
	}
	other, err := openDB(filepath.Join(dir, indexName), "_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	tx, err := other.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.put("4", []byte("four")); asRefusal(err).status != http.StatusInternalServerError || errors.Is(err, errBroken) {
		t.Errorf("put: %v", err)
	}
	if err := errors.Join(tx.Rollback(), other.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := v.put("5", []byte("fives")); err != nil {
		t.Errorf("put after that: %v", err)
	}
	checkRecovered(t, dir, "1 2 3 5", "", 0)
}

// An index that can't be written is not written again before the next start.
func TestIndexThatCantBeWrittenIsGivenUp(t *testing.T) {
	dir := t.TempDir()
	files := fill(t, dir)
	v, _ := openTestVault(t, dir)
	readOnly := func(on string) {
		if _, err := v.index.writer.ExecContext(t.Context(), "PRAGMA query_only = "+on); err != nil {
			t.Fatal(err)
		}
	}
	readOnly("1") // as if the disk had become read-only
	for _, again := range []string{"1", "0"} {
		if _, err := v.put("4", []byte("four")); !errors.Is(err, errBroken) || v.healthy() == nil {
			t.Errorf("put: %v, healthy: %v", err, v.healthy())
		}
		readOnly(again)
	}
	if rest := leftovers(t, dir, files); len(rest) > 0 {
		t.Errorf("left behind: %v", rest)
	}
	if err := v.close(); err != nil {
		t.Fatal(err)
	}
	checkRecovered(t, dir, "1 2 3", "", 0)
}

// If the index is found damaged while the server runs, it is not written any more, and
// the next start replaces it.
func TestIndexDamagedWhileItIsOpen(t *testing.T) {
	dir := t.TempDir()
	fill(t, dir)
	v, _ := openTestVault(t, dir)
	edit(t, filepath.Join(dir, indexName), func(d []byte) []byte {
		for i := range d[pageSize:] {
			d[pageSize+i] = 0xff
		}
		return d
	})
	v.index.readers.SetMaxIdleConns(0) // the next connection has an empty cache
	if _, err := v.files(context.Background()); !errors.Is(err, errUnavailable) || !errors.Is(err, errBroken) {
		t.Errorf("files: %v", err)
	}
	if _, err := v.put("4", []byte("four")); !errors.Is(err, errBroken) || v.healthy() == nil {
		t.Errorf("put: %v, healthy: %v", err, v.healthy())
	}
	_ = v.close()
	damaged, err := os.ReadFile(filepath.Join(dir, indexName))
	if err != nil {
		t.Fatal(err)
	}
	checkRecovered(t, dir, "1 2 3", "is damaged", 0)
	aside, err := filepath.Glob(filepath.Join(dir, indexName+".damaged-*Z"))
	if err != nil || len(aside) != 1 {
		t.Fatalf("kept beside: %v (%v)", aside, err)
	}
	if kept, err := os.ReadFile(aside[0]); err != nil || !bytes.Equal(kept, damaged) {
		t.Errorf("the damaged index was not kept as it was: %v", err)
	}
}

// A file is stored even if its client disconnects meanwhile. Other files of the same
// group depend on it.
func TestIndexIsWrittenForClientsThatHaveGone(t *testing.T) {
	v, _ := openTestVault(t, t.TempDir())
	in, err := v.create()
	if err != nil {
		t.Fatal(err)
	}
	in.Key = "1"
	in.seal()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := in.keep(ctx); err != nil {
		t.Errorf("keep: %v", err)
	}
	if f, err := v.known(t.Context(), "1"); err != nil || f == nil {
		t.Errorf("the file is %v (%v)", f, err)
	}
}

// An index of a newer version is not changed; the error says what to do.
func TestNewerIndexIsLeftAlone(t *testing.T) {
	dir := folder(t)
	start(t, dir, nil).stop()
	f := threeFiles{dir: dir}
	f.change(t, "PRAGMA user_version = 99")
	_, err := New(t.Context(), Config{Dir: dir})
	if core.CodeOf(err) != core.CodeStoreNewer || !strings.Contains(err.Error(), "update the program") {
		t.Errorf("New: %v", err)
	}
	f.change(t, "PRAGMA user_version = 1")
	start(t, dir, nil)
	if aside, _ := filepath.Glob(filepath.Join(dir, indexName+".damaged-*")); len(aside) > 0 {
		t.Errorf("put aside: %v", aside)
	}
}
