package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unique"

	"github.com/artstore/ingester/core"
)

// columns of transfers in the order of values. What is read has more: see
// selected.
const columns = `id, seq, state, profile, server, path, name, size, mod_sec, mod_nsec, source_id,
 retention, ttl_days, description, tags, metadata, attempts, not_before, error, receipt,
 queued_at, started_at, finished_at, resume, account, changed, snapshot`

// selected are the columns of scanTransfer: columns, and by what they are
// checked.
const selected = columns + `, stored_no IS NOT NULL, fixed, moved`

// selectedOf is selected as a database with the schema of a version has it.
func selectedOf(version int) string {
	cols := selected
	if version < checksumsVersion {
		cols = strings.Replace(cols, "fixed, moved", "0, 0", 1)
	}
	if version < boundVersion {
		cols = strings.Replace(cols, "account, changed, snapshot", "'', 0, ''", 1)
	}
	if version < resumeVersion {
		cols = strings.Replace(cols, "resume", "''", 1)
	}
	return cols
}

// resumeVersion is the schema that has the column resume.
const resumeVersion = 2

// boundVersion is the schema that has the columns account, changed and
// snapshot.
const boundVersion = 4

// checksumsVersion is the schema that has checksums.
const checksumsVersion = 5

// maxCause is how much of a cause's text is kept, in bytes.
const maxCause = 4096

// values are the columns of t.
func values(t core.Transfer) ([]any, error) {
	tags, err := optional(len(t.Options.Tags) > 0, t.Options.Tags)
	if err != nil {
		return nil, fmt.Errorf("writing tags: %w", err)
	}
	failure, err := optional(t.Error != nil, newErrorRecord(t.Error))
	if err != nil {
		return nil, fmt.Errorf("writing the error: %w", err)
	}
	receipt, err := optional(t.Receipt != nil, writable(t.Receipt))
	if err != nil {
		return nil, fmt.Errorf("writing the receipt: %w", err)
	}
	var metadata any
	if len(t.Options.Metadata) > 0 {
		metadata = string(t.Options.Metadata)
	}
	s, o := t.Source, t.Options
	row := make([]any, 0, 29) // the checksums fit in behind it
	return append(row,
		string(t.ID), t.Seq, string(t.State), o.Profile, t.Server, s.Path, s.Name, s.Size,
		s.ModTime.Unix(), s.ModTime.Nanosecond(), s.FileID,
		string(o.Retention), o.TTLDays, o.Description, tags, metadata, t.Attempts, stamp(t.NotBefore), failure, receipt,
		stamp(t.QueuedAt), stamp(t.StartedAt), stamp(t.FinishedAt), t.Resume,
		t.Account, stamp(s.Changed), s.Snapshot,
	), nil
}

// moves reports whether a column of values changes as a transfer is sent.
func moves(column int) bool {
	switch column {
	case 2, 16, 17, 18, 19, 21, 22, 23: // as in moving
		return true
	}
	return false
}

// moving are the parameters of moveSQL.
func moving(row []any, s sums) []any {
	return []any{row[2], row[16], row[17], row[18], row[19], row[21], row[22], row[23], s.moved, row[0], s.fixed}
}

// scanner is a row.
type scanner interface{ Scan(dest ...any) error }

// scanTransfer reads selected of one transfer. A row that can't be read as a
// whole, or does not fit its checksums, is returned all the same: see spoil.
func scanTransfer(row scanner) (core.Transfer, error) {
	var (
		t                             core.Transfer
		tags, meta, failure, receipt  *string
		sec, nsec                     int64
		notBefore, queued, start, end int64
		statusChanged                 int64
		stored                        bool
		written                       sums
	)
	s, o := &t.Source, &t.Options
	read := []any{(*string)(&t.ID), &t.Seq, (*string)(&t.State), &o.Profile, &t.Server, &s.Path, &s.Name, &s.Size, &sec, &nsec, &s.FileID,
		(*string)(&o.Retention), &o.TTLDays, &o.Description, &tags, &meta, &t.Attempts, &notBefore, &failure, &receipt,
		&queued, &start, &end, &t.Resume, &t.Account, &statusChanged, &s.Snapshot}
	err := row.Scan(append(read, &stored, &written.fixed, &written.moved)...)
	for _, few := range []*string{(*string)(&t.State), &o.Profile, &t.Server, &t.Account, (*string)(&o.Retention)} {
		*few = unique.Make(*few).Value() // the same in a hundred thousand rows
	}
	s.ModTime, s.Changed = time.Unix(sec, nsec).UTC(), moment(statusChanged)
	t.NotBefore, t.QueuedAt, t.StartedAt, t.FinishedAt = moment(notBefore), moment(queued), moment(start), moment(end)
	if meta != nil {
		o.Metadata = json.RawMessage(*meta)
	}
	var record *errorRecord
	err = errors.Join(err, decode(tags, &o.Tags), decode(failure, &record), decode(receipt, &t.Receipt))
	t.Error = record.restore()
	switch {
	case !t.State.Valid():
		err = errors.Join(err, fmt.Errorf("state %.40q", t.State))
	case stored != (t.State == core.StateStored):
		err = errors.Join(err, fmt.Errorf("state %s, in the history: %t", t.State, stored))
	case !written.fit(read):
		err = errors.Join(err, errChecksum)
	}
	if err != nil {
		spoil(&t, err, stored)
	}
	return t, nil
}

// spoil marks a transfer whose row is not what was written, which SQLite's own
// check doesn't see. It is shown, not sent, proves nothing and keeps no other
// from being sent. What it says of the server's answer is not repeated.
func spoil(t *core.Transfer, err error, stored bool) {
	switch {
	case stored:
		t.State = core.StateStored // its place is the history
	case !t.State.Done() || t.State == core.StateStored || !t.State.Valid():
		t.State = core.StateFailed
	}
	t.Receipt, t.Resume, t.Source.Snapshot = nil, "", ""
	t.Error = &core.Error{Kind: core.KindConfig, Code: core.CodeStoreDamaged, Op: opRead,
		Message: "This entry of the queue is damaged.", Err: err}
}

// writable returns a receipt that JSON can hold: a server may give any time,
// JSON has none beyond the year 9999.
func writable(r *core.Receipt) *core.Receipt {
	if r == nil {
		return nil
	}
	c := *r
	for _, at := range []*time.Time{&c.UploadedAt, &c.ExpiresAt} {
		if *at = at.UTC(); at.Year() < 1 || at.Year() > 9999 {
			*at = time.Time{}
		}
	}
	return &c
}

// errorRecord is a core.Error as it is written. Its cause is kept as text.
type errorRecord struct {
	Kind       core.Kind     `json:"kind"`
	Code       core.Code     `json:"code"`
	Op         string        `json:"op,omitempty"`
	Message    string        `json:"message,omitempty"`
	Status     int           `json:"status,omitempty"`
	ServerCode string        `json:"server_code,omitempty"`
	ServerText string        `json:"server_text,omitempty"`
	RetryAfter time.Duration `json:"retry_after,omitempty"` // nanoseconds
	Outcome    core.Outcome  `json:"outcome,omitempty"`
	Cause      string        `json:"cause,omitempty"`
}

func newErrorRecord(e *core.Error) *errorRecord {
	if e == nil {
		return nil
	}
	r := &errorRecord{
		Kind: e.Kind, Code: e.Code, Op: e.Op, Message: e.Message,
		Status: e.Status, ServerCode: e.ServerCode, ServerText: e.ServerText, RetryAfter: e.RetryAfter, Outcome: e.Outcome,
	}
	if e.Err != nil {
		r.Cause = e.Err.Error()
		r.Cause = strings.ToValidUTF8(r.Cause[:min(len(r.Cause), maxCause)], "")
	}
	return r
}

func (r *errorRecord) restore() *core.Error {
	if r == nil {
		return nil
	}
	e := &core.Error{
		Kind: r.Kind, Code: r.Code, Op: r.Op, Message: r.Message,
		Status: r.Status, ServerCode: r.ServerCode, ServerText: r.ServerText, RetryAfter: r.RetryAfter, Outcome: r.Outcome,
	}
	if r.Cause != "" {
		e.Err = errors.New(r.Cause)
	}
	return e
}

// optional is v as JSON, or NULL where there is none.
func optional(present bool, v any) (any, error) {
	if !present {
		return nil, nil
	}
	text, err := json.Marshal(v)
	return string(text), err
}

// decode reads JSON, or nothing from NULL.
func decode(text *string, into any) error {
	if text == nil {
		return nil
	}
	return json.Unmarshal([]byte(*text), into)
}

// stamp is a time as it is written: nanoseconds since 1970, 0 for none.
func stamp(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

// moment reads a stamp.
func moment(ns int64) time.Time {
	if ns == 0 {
		return time.Time{}
	}
	return time.Unix(0, ns).UTC()
}
