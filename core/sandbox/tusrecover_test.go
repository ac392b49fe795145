package sandbox

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"
	"github.com/tus/tusd/v2/pkg/handler"
)

// interrupted is an upload with 2000 of 3000 bytes, on a server that was stopped.
type interrupted struct {
	c       *tus
	id, key string
	content []byte
}

// interrupt creates an upload for each key, and stops the server.
func interrupt(t *testing.T, keys ...string) []*interrupted {
	t.Helper()
	var all []*interrupted
	c := start(t, folder(t), nil).tusClient(t)
	for _, key := range keys {
		i := &interrupted{c: c, key: key, content: randomBytes(3000)}
		url := c.begin(t, 3000, "Idempotency-Key", key)
		c.patch(t, url, 0, i.content[:2000], piece(i.content[:2000])...)
		i.id = url[len(url)-36:]
		all = append(all, i)
	}
	c.stop()
	return all
}

func (i *interrupted) path(suffix string) string { return i.c.tus.content(i.id) + suffix }

// write adds bytes to the content, and sets the marks.
func (i *interrupted) write(t *testing.T, bytes []byte, marks ...mark) {
	t.Helper()
	edit(t, i.path(""), func(d []byte) []byte { return append(d, bytes...) })
	for _, m := range marks {
		if err := i.c.tus.mark(i.id, m); err != nil {
			t.Fatal(err)
		}
	}
}

// describe writes the description of the file as the vault would.
func (i *interrupted) describe(t *testing.T) {
	t.Helper()
	info, err := i.c.tus.info(i.id)
	if err != nil {
		t.Fatal(err)
	}
	f, _, err := i.c.tus.describe(info)
	if err != nil {
		t.Fatal(err)
	}
	f.SHA256 = sumOf(i.content)
	line, _ := f.line()
	edit(t, i.c.vault.describing(i.id), func([]byte) []byte { return line })
}

// T3, E: after a kill -9 at any place the next start stores complete uploads and
// removes unchecked bytes, and every upload is stored exactly once.
func TestTusRecovery(t *testing.T) {
	const stored, gone = -1, -2
	cases := []struct {
		name   string
		damage func(t *testing.T, i *interrupted)
		offset int
	}{
		{"between two pieces", func(*testing.T, *interrupted) {}, 2000},
		{"within bytes that are not checked", func(t *testing.T, i *interrupted) { i.write(t, i.content[2000:2500]) }, 2500},
		{"within a checked piece", func(t *testing.T, i *interrupted) { i.write(t, i.content[2000:2500], mark{Offset: 2000, Piece: true}) }, 2000},
		{"before a checked piece", func(t *testing.T, i *interrupted) { i.write(t, nil, mark{Offset: 2000, Piece: true}) }, 2000},
		{"last byte of a checked piece", func(t *testing.T, i *interrupted) { i.write(t, i.content[2000:], mark{Offset: 2000, Piece: true}) }, 2000},
		{"last byte, nothing to check", func(t *testing.T, i *interrupted) { i.write(t, i.content[2000:]) }, stored},
		{"last byte, right digest", func(t *testing.T, i *interrupted) {
			i.write(t, i.content[2000:], mark{Offset: 2000, Piece: true, Digest: sumOf(i.content)})
		}, stored},
		{"last byte, wrong digest", func(t *testing.T, i *interrupted) {
			i.write(t, i.content[2000:], mark{Offset: 2000, Digest: sumOf(nil)})
		}, 2000},
		{"mark that a power cut has torn", func(t *testing.T, i *interrupted) {
			i.write(t, i.content[2000:])
			edit(t, i.path(markSuffix), func([]byte) []byte { return []byte(`{"off`) })
		}, 0},
		{"half a mark", func(t *testing.T, i *interrupted) {
			edit(t, filepath.Join(i.c.tus.dir, ".ingester-1.tmp"), func([]byte) []byte { return nil })
		}, 2000},
		{"half a mark of an earlier version", func(t *testing.T, i *interrupted) {
			edit(t, i.path(markSuffix+partSuffix), func([]byte) []byte { return nil })
		}, 2000},
		{"described", func(t *testing.T, i *interrupted) {
			i.write(t, i.content[2000:], mark{Offset: 2000, Digest: sumOf(i.content)})
			i.describe(t)
		}, stored},
		{"renamed, not in the index", func(t *testing.T, i *interrupted) {
			i.write(t, i.content[2000:], mark{Offset: 2000, Digest: sumOf(i.content)})
			i.describe(t)
			if err := os.Rename(i.path(""), i.c.vault.path(i.id)); err != nil {
				t.Fatal(err)
			}
		}, stored},
		{"torn description", func(t *testing.T, i *interrupted) {
			edit(t, i.path(infoSuffix), func(d []byte) []byte { return d[:20] })
		}, gone},
		{"no description yet", func(_ *testing.T, i *interrupted) { _ = os.Remove(i.path(infoSuffix)) }, gone},
		{"content removed", func(_ *testing.T, i *interrupted) { _ = os.Remove(i.path("")) }, gone},
	}
	var names []string
	for _, k := range cases {
		names = append(names, k.name)
	}
	all := interrupt(t, names...)
	for n, k := range cases {
		k.damage(t, all[n])
	}
	c := &tus{running: start(t, all[0].c.cfg.Dir, nil), token: all[0].c.token}
	for n, k := range cases {
		t.Run(k.name, func(t *testing.T) {
			i, url := all[n], tusPath+all[n].id
			switch k.offset {
			case gone:
				if got := c.call(t, http.MethodHead, url, nil); got.status != http.StatusNotFound {
					t.Errorf("HEAD answered %d", got.status)
				}
				url = c.begin(t, len(i.content), "Idempotency-Key", i.key)
				c.patch(t, url, 0, i.content)
			case stored:
				if f, err := c.vault.known(t.Context(), i.key); err != nil || f == nil {
					t.Errorf("stored is %v (%v)", f, err)
				}
			default:
				if at := c.offset(t, url); at != k.offset {
					t.Errorf("goes on at %d, want %d", at, k.offset)
				}
				got := c.patch(t, url, k.offset, i.content[k.offset:], digest(i.content)...)
				if got.status != http.StatusNoContent {
					t.Errorf("the rest: %d %s", got.status, got.body)
				}
			}
			if got := c.call(t, http.MethodHead, url, nil); got.header.Get("Repr-Digest") != reprDigest(sumOf(i.content)) {
				t.Errorf("complete it answers %d %v", got.status, got.header)
			}
		})
	}
	files := c.list(t)
	var keys []string
	for _, f := range files {
		keys = append(keys, f.Key)
		if sum, err := sumFile(f.Path); err != nil || sum != f.SHA256 {
			t.Errorf("%s is stored as %s, said is %s (%v)", f.Key, sum, f.SHA256, err)
		}
	}
	if diff := cmp.Diff(names, keys, cmpopts.SortSlices(strings.Compare)); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
	if rest := append(c.unfinished(t), leftovers(t, c.cfg.Dir, files)...); len(rest) > 0 {
		t.Errorf("left behind: %v", rest)
	}
}

// An upload is stored even if its client disconnects after the last byte.
func TestTusStoresForClientsThatHaveGone(t *testing.T) {
	c := start(t, folder(t), nil).tusClient(t)
	url := c.begin(t, 3, "Idempotency-Key", "key")
	id := url[len(url)-36:]
	edit(t, c.tus.content(id), func([]byte) []byte { return []byte("abc") })
	info, err := c.tus.info(id)
	if err != nil {
		t.Fatal(err)
	}
	info.Offset = info.Size
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if f, err := c.tus.settle(ctx, info); err != nil || f == nil {
		t.Fatalf("stored %v (%v)", f, err)
	}
	c.checkStored(t, url, []byte("abc"))
}

// If concatenation is interrupted, it starts again from the parts, which are deleted
// only after the file is stored.
func TestTusRecoveryOfConcatenations(t *testing.T) {
	c := start(t, folder(t), nil).tusClient(t)
	part := c.begin(t, 3, "Upload-Concat", "partial")
	c.patch(t, part, 0, []byte("abc"))
	c.stop()
	id, final := part[len(part)-36:], uuid.NewString()
	describe := func(id string) {
		info, _ := json.Marshal(handler.FileInfo{ID: id, Size: 3, IsFinal: true, PartialUploads: []string{part[len(part)-36:], "../x"},
			MetaData: handler.MetaData{"filename": "a"}})
		edit(t, c.tus.content(id)+infoSuffix, func([]byte) []byte { return info })
	}
	describe(final)
	edit(t, c.tus.content(final), func([]byte) []byte { return []byte("ab") })
	c = &tus{running: start(t, c.cfg.Dir, nil), token: c.token}
	if rest := c.unfinished(t); !slices.Equal(rest, []string{id, id + infoSuffix}) {
		t.Errorf("there are %v", rest)
	}
	got := c.call(t, http.MethodPost, tusPath, nil, "Upload-Concat", "final;"+part, "Upload-Metadata", meta("filename", "a"))
	if got.status != http.StatusCreated {
		t.Fatalf("the whole: %d %s", got.status, got.body)
	}
	f := c.checkStored(t, got.header.Get("Location"), []byte("abc"))
	c.stop()
	describe(f.ID) // killed before the parts were deleted
	edit(t, c.tus.content(id), func([]byte) []byte { return []byte("abc") })
	c = &tus{running: start(t, c.cfg.Dir, nil), token: c.token}
	c.checkStored(t, tusPath+f.ID, []byte("abc"))
}

// If the disk fails when the upload is complete, nothing is lost: the next request for
// the upload stores it.
func TestTusStoresLaterWhatItCouldNotStore(t *testing.T) {
	c := start(t, folder(t), nil).tusClient(t)
	url := c.begin(t, 3)
	empty := c.begin(t, 3, "Upload-Metadata", meta("filename", "a", "sha256", string(sumOf([]byte("abc")))))
	broken := c.vault.dir
	if err := os.Rename(broken, broken+"-away"); err != nil {
		t.Fatal(err)
	}
	for _, url := range []string{url, empty} {
		got := c.patch(t, url, 0, []byte("abc"))
		if status, words := c.refusalOf(t, got); status != http.StatusInternalServerError || strings.Contains(words, c.cfg.Dir) {
			t.Errorf("answered %d %s", got.status, got.body)
		}
		if got := c.call(t, http.MethodHead, url, nil); got.status != http.StatusInternalServerError {
			t.Errorf("HEAD answered %d", got.status)
		}
	}
	if err := os.Rename(broken+"-away", broken); err != nil {
		t.Fatal(err)
	}
	for n, url := range []string{url, empty} {
		if at := c.offset(t, url); at != 3 || len(c.list(t)) != n+1 {
			t.Errorf("the offset is %d, stored %v", at, c.list(t))
		}
	}
	if rest := c.unfinished(t); len(rest) > 0 {
		t.Errorf("left behind: %v", rest)
	}
}

// The next start stores an empty upload that was interrupted, or deletes it if the
// client has announced another checksum.
func TestTusRecoveryOfEmptyFiles(t *testing.T) {
	c := start(t, folder(t), nil).tusClient(t)
	c.stop()
	right, wrong := uuid.NewString(), uuid.NewString()
	for id, sum := range map[string]string{right: string(sumOf(nil)), wrong: string(sumOf([]byte("x")))} {
		info, _ := json.Marshal(handler.FileInfo{ID: id, MetaData: handler.MetaData{"filename": "a", "sha256": sum}})
		edit(t, c.tus.content(id)+infoSuffix, func([]byte) []byte { return info })
		edit(t, c.tus.content(id), func([]byte) []byte { return nil })
	}
	c = &tus{running: start(t, c.cfg.Dir, nil), token: c.token}
	c.checkStored(t, tusPath+right, nil)
	if got := c.call(t, http.MethodHead, tusPath+wrong, nil); got.status != http.StatusNotFound {
		t.Errorf("the wrong one answered %d", got.status)
	}
}

// age makes an upload look as if it had got no byte for this long.
func (c *tus) age(t *testing.T, url string, by time.Duration) {
	t.Helper()
	names, err := filepath.Glob(c.tus.content(url[len(url)-36:]) + "*")
	if err != nil || len(names) < 2 {
		t.Fatalf("the upload is %v (%v)", names, err)
	}
	for _, name := range names {
		if err := os.Chtimes(name, time.Time{}, time.Now().Add(-by)); err != nil {
			t.Fatal(err)
		}
	}
}

// Unfinished uploads expire some time after their last byte, and say when.
func TestTusExpiry(t *testing.T) {
	c := start(t, folder(t), func(cfg *Config) { cfg.TusExpiry = 48 * time.Hour }).tusClient(t)
	old, young := c.begin(t, 3), c.begin(t, 3)
	c.patch(t, young, 0, []byte("a"))
	c.age(t, old, 50*time.Hour)
	c.age(t, young, 47*time.Hour)
	until, err := http.ParseTime(c.call(t, http.MethodHead, young, nil).header.Get("Upload-Expires"))
	if left := time.Until(until); err != nil || left < 55*time.Minute || left > 65*time.Minute {
		t.Errorf("expires in %v (%v)", left, err)
	}
	foreign := filepath.Join(c.cfg.Dir, "tus", "notes.txt")
	edit(t, foreign, func([]byte) []byte { return nil })
	if err := os.Chtimes(foreign, time.Time{}, time.Now().Add(-50*time.Hour)); err != nil {
		t.Fatal(err)
	}
	for name, clean := range map[string]func(){
		"at the start": func() {
			c.stop()
			c = &tus{running: start(t, c.cfg.Dir, func(cfg *Config) { cfg.TusExpiry = 48 * time.Hour }), token: c.token}
		},
		"now and then": func() {
			synctest.Test(t, func(t *testing.T) {
				c.tus.server.cfg.Now = func() time.Time { return until.Add(-time.Minute) }
				ended := make(chan struct{})
				go func() {
					defer close(ended)
					ctx, cancel := context.WithTimeout(t.Context(), sweepInterval+time.Minute)
					defer cancel()
					c.tus.keepClean(ctx)
				}()
				<-ended
			})
		},
	} {
		clean()
		if got := c.call(t, http.MethodHead, old, nil); got.status != http.StatusNotFound {
			t.Errorf("%s: the old one answered %d", name, got.status)
		}
		if at := c.offset(t, young); at != 1 || len(c.unfinished(t)) != 3 {
			t.Errorf("%s: the young one is at %d, there are %v", name, at, c.unfinished(t))
		}
		old = c.begin(t, 3)
		c.age(t, old, 50*time.Hour)
	}
}

// An upload that is continued after it was found to be expired is not deleted.
func TestTusExpirySparesWhatGoesOn(t *testing.T) {
	c := start(t, folder(t), nil).tusClient(t)
	url := c.begin(t, 3)
	if err := c.tus.drop(t.Context(), url[len(url)-36:]); err != nil {
		t.Fatal(err)
	}
	if at := c.offset(t, url); at != 0 {
		t.Errorf("the offset is %d", at)
	}
	if err := c.tus.drop(t.Context(), uuid.NewString()); err != nil {
		t.Errorf("what is gone already: %v", err)
	}
}
