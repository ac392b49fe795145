package upload

import (
	"fmt"
	"time"

	"github.com/artstore/ingester/core"
)

// listedFile is a file of a server's list.
type listedFile struct {
	id, key, name, by string
	size              int64
	at                time.Time
	gone              bool
}

// readListed reads an entry of either generation's list. ok is false if it is not
// one.
func readListed(item []byte) (f listedFile, ok bool) {
	a, err := newAnswer(item)
	if err != nil || a["file_id"] == nil {
		return f, false
	}
	f.key = fmt.Sprint(a["file_id"], a["checksum"], a["checksum_sha256"])
	f.gone = deleted(a)
	f.id = a.text("file_id")
	f.by = a.text("uploaded_by")
	f.name, _ = a[core.FieldName].(string)
	var sized bool
	if f.size, sized = a.number("size", "file_size"); !sized {
		f.size = -1
	}
	f.at = a.time("uploaded_at", "created_at")
	return f, true
}

// deleted reports whether the server no longer keeps a listed file.
func deleted(a answer) bool {
	switch a.text("status") {
	case "", "active", "stored", "available", "ready", "completed":
		gone, _ := a["is_deleted"].(bool)
		return gone || a["deleted_at"] != nil
	}
	return true
}
