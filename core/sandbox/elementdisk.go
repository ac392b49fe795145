package sandbox

import (
	"bytes"
	"encoding/json"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/artstore/ingester/core"
)

// What a Storage Element of the first generation can write to disk.
const (
	maxStoredName = 200 // characters of the name on disk
	maxDiskName   = 255 // bytes, a limit of the file system
	attributes    = ".attr.json"
	maxAttributes = 4 << 10 // bytes
)

// hasElement reports whether there is an element for a retention: one in edit mode
// keeps temporary files, one in rw mode permanent ones.
func (s *Server) hasElement(kept core.Retention) bool {
	mode := modeEdit
	if kept == core.RetentionPermanent {
		mode = modeRW
	}
	return s.cfg.Mode == "" || s.cfg.Mode == mode
}

// writable1 refuses a file that the Storage Element can't write.
func (s *Server) writable1(f File, who identity) error {
	if s.cfg.Down != nil && s.cfg.Down() {
		return bare("Cannot connect to Storage Element")
	}
	if f.Size == 0 {
		return bare("File size must be positive")
	}
	stored := storedName(f)
	if len(stored)+len(attributes) > maxDiskName {
		return bare("%s has %d bytes: File name too long", attributes, len(stored)+len(attributes))
	}
	if n := attributesOf(f, stored, who); n > maxAttributes {
		return bare("Attribute file size (%d bytes) exceeds maximum (%d bytes)", n, maxAttributes)
	}
	return nil
}

// storedName is a file's name on the Storage Element's disk: its own, shortened to
// maxStoredName characters.
func storedName(f File) string {
	ext := path.Ext(f.Name)
	stem := []rune(strings.TrimSuffix(f.Name, ext))
	if most := max(maxStoredName-utf8.RuneCountInString(ext), 1); len(stem) > most {
		stem = stem[:most]
	}
	return string(stem) + ext
}

// attributesOf is the size of the file in which an element keeps the attributes.
func attributesOf(f File, stored string, who identity) int {
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	_ = e.Encode(map[string]any{ // texts and numbers can be encoded
		"file_id": f.ID, "original_filename": f.Name, "storage_filename": stored, "file_size": f.Size, "content_type": f.ContentType,
		"created_at": isoformat(f.UploadedAt), "updated_at": isoformat(f.UploadedAt), "created_by_id": who.subject,
		"created_by_username": who.name, "created_by_fullname": nil, "description": f.Description, "version": nil,
		"storage_path": storagePath(f), "checksum": f.SHA256, "metadata": f.Metadata,
	})
	return buf.Len()
}

// storagePath is the folder of a file on an element's disk.
func storagePath(f File) string { return f.UploadedAt.Format("2006/01/02/15/") }

// elementOf is the ID of the Storage Element that has a file.
func elementOf(f File) string {
	if f.Retention == core.RetentionPermanent {
		return "se-rw-01"
	}
	return "se-edit-01"
}
