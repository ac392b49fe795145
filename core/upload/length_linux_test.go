package upload

import (
	"os"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
	"github.com/artstore/ingester/core/coretest"
)

// A file whose length differs from its directory entry is never stored with the length of the
// entry.
func TestLyingLengthIsNeverStored(t *testing.T) {
	for _, path := range []string{"/proc/version", "/sys/devices/system/cpu/online"} {
		facts, err := os.Lstat(path)
		if err != nil {
			t.Fatal(err)
		}
		g := newIngester(t, 2)
		transfer := core.Transfer{ID: "6f1d2c3b-0000-4000-8000-000000000001", Source: content.Describe(path, "file", facts),
			Options: core.Options{Retention: core.RetentionPermanent}}
		p := &progress{}
		_, err = g.newClient(t, nil).Upload(coretest.Limited(t), transfer, p)
		coretest.Want(t, err, core.KindFile, core.CodeFileChanged, core.OutcomeNotProcessed)
		if len(g.files) != 0 || p.finished != 0 {
			t.Errorf("%s: the server has %d files", path, len(g.files))
		}
	}
}
