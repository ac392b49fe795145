package upload

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
	"github.com/artstore/ingester/core/wire"
)

// maxDetails is how many further fields of an answer are kept.
const maxDetails = 32

// sent is what was sent, for comparing with the answer.
type sent struct {
	name  string // as sent
	size  int64
	sum   core.Checksum
	asked core.Options
}

// timeForms lists the forms in which servers write times. Those without a zone are
// UTC (Python's isoformat).
var timeForms = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999"} //nolint:gochecknoglobals // a table

// parseReceipt reads the success answer of either generation and compares it with
// what was sent. An answer that can't be read gives CodeAnswerInvalid with
// OutcomeUnknown; one with another hash or size gives a KindIntegrity error. All
// other differences from what was asked are listed in Differs.
func parseReceipt(data []byte, want sent) (core.Receipt, error) {
	a, err := newAnswer(data)
	if err != nil {
		return core.Receipt{}, invalidAnswer("The server's answer is not the JSON object that it should be.", err)
	}
	r := core.Receipt{
		FileID:     a.text("file_id"),
		UploadedAt: a.time("uploaded_at", "created_at"),
		ExpiresAt:  a.time("ttl_expires_at", "expires_at"),
	}
	content.Told(&r, a, want.name, want.asked)
	r.Name = a.text(core.FieldName)
	size, hasSize := a.number("size", "file_size")
	checksum := a.text("checksum", "sha256", "checksum_sha256")
	a.take(core.FieldRetention, core.FieldTTLDays)
	r.Details = a.rest()
	if r.Name == "" {
		r.Name = want.name
	}
	sum, err := core.ParseChecksum(checksum)
	switch {
	case err != nil:
		return core.Receipt{}, integrity(core.CodeChecksumMismatch, "The server answered a checksum that is no SHA-256.", err)
	case sum == "":
		return core.Receipt{}, integrity(core.CodeChecksumMissing, "The server took the file but did not say its checksum, so it can't be verified.", nil)
	case sum != want.sum:
		return core.Receipt{}, integrity(core.CodeChecksumMismatch, "The server's checksum is not the file's.",
			fmt.Errorf("sent %s, the server has %s", want.sum, sum))
	case !hasSize:
		return core.Receipt{}, integrity(core.CodeSizeMismatch, "The server took the file but did not say its size.", nil)
	case size != want.size:
		return core.Receipt{}, integrity(core.CodeSizeMismatch, "The server's size is not the file's.",
			fmt.Errorf("sent %d bytes, the server has %d", want.size, size))
	case r.FileID == "":
		return core.Receipt{}, invalidAnswer("The server's answer holds no file ID.", nil)
	}
	r.SHA256, r.Size = sum, size
	return r, nil
}

func invalidAnswer(message string, err error) *core.Error {
	return &core.Error{Kind: core.KindServer, Code: core.CodeAnswerInvalid, Op: opUpload,
		Message: message, Outcome: core.OutcomeUnknown, Err: err}
}

func integrity(code core.Code, message string, err error) *core.Error {
	return &core.Error{Kind: core.KindIntegrity, Code: code, Op: opUpload,
		Message: message, Outcome: core.OutcomeAnswered, Err: err}
}

// answer is a JSON object out of which fields are taken; those that are left become
// the details.
type answer map[string]any

func newAnswer(data []byte) (answer, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any // not the map itself, for which encoding/json is slower
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more after the JSON value")
	}
	fields, ok := v.(map[string]any)
	if !ok && v != nil {
		return nil, errors.New("the JSON value is no object")
	}
	return fields, nil
}

// take removes the named fields and returns the first that is there and not null.
func (a answer) take(names ...string) any {
	var found any
	for _, name := range names {
		if found == nil {
			found = a[name]
		}
		delete(a, name)
	}
	return found
}

func (a answer) text(names ...string) string {
	s, _ := a.take(names...).(string)
	return wire.Clean(s)
}

// number reads a whole number, even in quotation marks.
func (a answer) number(names ...string) (int64, bool) {
	var text string
	switch v := a.take(names...).(type) {
	case json.Number:
		text = v.String()
	case string:
		text = v
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

// endOfTime is the last second that every form of a time can hold. Servers use times
// near it for what never expires.
func endOfTime() time.Time { return time.Date(9999, time.December, 31, 23, 59, 59, 0, time.UTC) }

// time reads a time, zero if there is no readable one.
func (a answer) time(names ...string) time.Time {
	s := a.text(names...)
	for _, form := range timeForms {
		if t, err := time.Parse(form, s); err == nil {
			switch t = t.UTC(); { // a zone may move the time out of JSON's range
			case t.After(endOfTime()):
				return endOfTime()
			case t.Year() < 1:
				return time.Time{}
			}
			return t
		}
	}
	return time.Time{}
}

// rest returns every field that is left, as text, nil for none.
func (a answer) rest() map[string]string {
	if len(a) == 0 {
		return nil
	}
	details := map[string]string{}
	for name, v := range a {
		if len(details) == maxDetails {
			break
		}
		s, ok := v.(string)
		if !ok && v != nil {
			text, _ := json.Marshal(v) // was read from JSON
			s = string(text)
		}
		if s = wire.Clean(s); s != "" && s != "null" {
			details[wire.Clean(name)] = s
		}
	}
	if len(details) == 0 {
		return nil
	}
	return details
}
