package store

import (
	"fmt"
	"testing"

	"github.com/artstore/ingester/core"
)

// A file ID belongs to the transfer that was stored under it, in rows and in blocks, of every
// profile, listed or not, and after a restart. The whole ID has to match, in upper or lower case.
// Numbers count for their own server only.
func TestClaimed(t *testing.T) {
	const server = "https://ingester.example:8020"
	s := openTest(t)
	put := func(id core.TransferID, at, fileID string) core.Transfer {
		x := done(queued(id, 1))
		x.Server, x.Receipt.FileID, x.Options.Profile = at, fileID, string(id)
		return x
	}
	const long = "0b5a7c52-9a3f-4b3e-8e0e-2f8f1d9c7a11"
	commit(t, s, core.Batch{Put: []core.Transfer{put("long", server, long), put("number", server, "17"), put("path", server+"/api/", "18")}})
	commit(t, s, core.Batch{Remove: []core.TransferID{"long"}})
	waiting := queued("waiting", 9) // its name is a file ID
	waiting.Source.Name = "1a2b3c4d"
	commit(t, s, core.Batch{Put: []core.Transfer{waiting}})
	check := func(when string) {
		t.Helper()
		for _, tt := range []struct {
			server, fileID string
			want           core.TransferID
		}{
			{server, long, "long"},
			{server, "0B5A7C52-9A3F-4B3E-8E0E-2F8F1D9C7A11", "long"},
			{"https://another-name.example", long, "long"},
			{server, long[:35], ""},
			{server, "0b5a7c52", ""},
			{server, "17", "number"},
			{"https://INGESTER.example:8020/", "17", "number"},
			{"https://ingester.example:8020", "18", "path"},
			{"https://ingester.example:8021", "17", ""},
			{server, "1", ""},
			{server, "1a2b3c4d", ""},
			{server, "none", ""},
		} {
			owner, claimed, err := s.Claimed(t.Context(), tt.server, tt.fileID)
			if err != nil || owner != tt.want || claimed != (tt.want != "") {
				t.Errorf("%s: %s at %s is %q's (%v, %v), want %q", when, tt.fileID, tt.server, owner, claimed, err, tt.want)
			}
		}
	}
	check("in rows")
	var many []core.Transfer
	for i := range blockRows {
		many = append(many, put(core.TransferID(fmt.Sprint("many ", i)), server, fmt.Sprintf("%08x-0000-4000-8000-%012x", i, i)))
	}
	commit(t, s, core.Batch{Put: many})
	check("in a block")
	s = reopen(t, s)
	check("after a restart")
}
