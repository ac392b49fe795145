package wording

import (
	"path/filepath"
	"strconv"
	"strings"

	"github.com/artstore/ingester/core"
)

// ConvertKey is the command that brings the private key in a PEM file into a form that
// can be read: out of the old PEM encryption (RFC 1421), for example. It writes another
// file.
func ConvertKey(path string) string {
	quoted := func(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" } // a POSIX shell changes nothing in these
	if strings.Contains(path, `:\`) {                                                         // Windows, where no file has a quotation mark in its name
		quoted = func(s string) string { return `"` + s + `"` }
	}
	ending := filepath.Ext(path)
	return "openssl pkcs8 -topk8 -v2 aes-256-cbc -in " + quoted(path) + " -out " + quoted(strings.TrimSuffix(path, ending)+"-pkcs8"+ending)
}

// Reason says what is wrong with a field. Its reason may be the code of an error. The
// detail of CodeKeyUnsupported is the file whose key is to be converted.
func (t *Text) Reason(e core.FieldError) string {
	if core.Code(e.Reason) == core.CodeKeyUnsupported && e.Detail != "" {
		return t.S("advice.convert", Args{"Command": ConvertKey(e.Detail)})
	}
	if m, ok := messages[core.Code(e.Reason)]; ok {
		words := Capital(t.S(m.sentence)) + "."
		if m.advice == "advice.certificates" || m.advice == "advice.identity" { // the user is there
			return words
		}
		return words + " " + t.S(m.advice)
	}
	fill := Args{"Detail": e.Detail}
	if e.Reason == core.ReasonRange {
		low, high := 0, 0
		switch e.Field {
		case "upload.ttl_days":
			low, high = 1, core.MaxTTLDays
		case "upload.concurrency":
			high = core.MaxConcurrency
		}
		fill = Args{"Low": strconv.Itoa(low), "High": strconv.Itoa(high)}
	}
	key := "settings.reason." + string(e.Reason)
	if !t.Has(key) {
		return e.Error()
	}
	return t.S(key, fill)
}
