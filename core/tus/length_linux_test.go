package tus

import (
	"net/http"
	"os"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
	"github.com/artstore/ingester/core/coretest"
)

// A file that is not empty although its directory entry says so is not sent as an empty
// upload.
func TestLyingLengthIsNeverStored(t *testing.T) {
	facts, err := os.Lstat("/proc/version")
	if err != nil {
		t.Fatal(err)
	}
	s := newServer(t, nil)
	transfer := core.Transfer{ID: "6f1d2c3b-0000-4000-8000-000000000001", Source: content.Describe("/proc/version", "version", facts),
		Options: core.Options{Retention: core.RetentionPermanent}}
	_, err = s.newClient(t, nil).Upload(coretest.Limited(t), transfer, &progress{})
	coretest.Want(t, err, core.KindFile, core.CodeFileChanged, core.OutcomeNotProcessed)
	if posts, _ := s.count(http.MethodPost); posts != 0 {
		t.Errorf("%d uploads were begun", posts)
	}
}
