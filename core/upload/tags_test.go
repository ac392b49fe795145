package upload

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// Tags are sent both as a field and in the metadata until the server has returned them: then it
// has a field for them. To the first generation, which has none, they are always sent in the
// metadata. If that is not possible, the receipt says that they are not kept.
func TestTags(t *testing.T) {
	const both, field = `{"m":1,"tags":["a","b"]}`, `{"m":1}`
	lost := []core.Difference{{Field: core.FieldTags, Asked: `["a","b"]`, Got: "[]"}}
	for _, tt := range []struct {
		name, says, metadata string
		sent                 []string // metadata of the first and the second file
		differs              []core.Difference
	}{
		{"second generation", `"tags":["a","b"]`, field, []string{both, field}, nil},
		{"second generation, which loses them", `"tags":[]`, field, []string{both, field}, lost},
		{"says nothing", `"status":"active"`, field, []string{both, both}, nil},
		{"first generation", `"storage_filename":"x","storage_element_url":"http://se"`, field, []string{both, both}, nil},
		{"first generation, no metadata", `"storage_filename":"x"`, "", []string{`{"tags":["a","b"]}`, `{"tags":["a","b"]}`}, nil},
		{"first generation, tags of the metadata's own", `"storage_filename":"x"`, `{"tags":"mine"}`, []string{`{"tags":"mine"}`, `{"tags":"mine"}`}, lost},
	} {
		t.Run(tt.name, func(t *testing.T) {
			transfer, sum := newTransfer(t, "a.txt", 10)
			transfer.Options.Tags = []string{"a", "b"}
			if tt.metadata != "" {
				transfer.Options.Metadata = json.RawMessage(tt.metadata)
			}
			var sent []string
			ca := coretest.NewCA(t, "Test CA")
			g := startTLS(t, ca, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if err := r.ParseMultipartForm(1 << 20); err != nil {
					t.Error(err)
				}
				if got := r.FormValue("tags"); got != `["a","b"]` {
					t.Errorf("tags %s", got)
				}
				sent = append(sent, r.FormValue("metadata"))
				w.WriteHeader(http.StatusCreated)
				_, _ = fmt.Fprintf(w, `{"file_id":"1","original_filename":"a.txt","file_size":10,"checksum":%q,%s}`, sum, tt.says)
			}))
			c := newTestClient(t, g.URL, ca, nil)
			for range 2 {
				r, err := c.Upload(context.Background(), transfer, &progress{})
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.differs, r.Differs); diff != "" {
					t.Error(diff)
				}
			}
			if !slices.Equal(sent, tt.sent) {
				t.Errorf("sent %q, want %q", sent, tt.sent)
			}
		})
	}
}

// The metadata that a registry lists tells which tags are kept.
func TestTagsOfTheRegistry(t *testing.T) {
	transfer, sum := newTransfer(t, "a.txt", 10)
	transfer.Options.Tags = []string{"a"}
	for metadata, want := range map[string]int{`{"tags":["a"]}`: 0, `{"tags":["b"]}`: 1, `{}`: 1, `null`: 0} {
		r, err := parseReceipt(fmt.Appendf(nil, `{"file_id":"1","original_filename":"a.txt","file_size":10,"checksum_sha256":%q,"user_metadata":%s}`, sum, metadata),
			sent{name: "a.txt", size: 10, sum: core.Checksum(sum), asked: transfer.Options})
		if err != nil || len(r.Differs) != want {
			t.Errorf("%s: %+v, %v", metadata, r.Differs, err)
		}
	}
}
