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

// columns lists the columns of transfers in the order of values. Queries read
// more: see selected.
const columns = `id, seq, state, profile, server, path, name, size, mod_sec, mod_nsec, source_id,
 retention, ttl_days, description, tags, metadata, attempts, not_before, error, receipt,
 queued_at, started_at, finished_at, resume, account, changed, snapshot, drop_id, drop_name`

// selected lists the columns of scanTransfer: columns, and those for checking.
const selected = columns + `, stored_no IS NOT NULL, fixed, moved`

// selectedOf is selected for a database with an older schema.
func selectedOf(version int) string {
	cols := selected
	if version < dropsVersion {
		cols = strings.Replace(cols, "drop_id, drop_name", "0, ''", 1)
	}
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

// dropsVersion is the schema that has drops.
const dropsVersion = 6

// maxCause is how many bytes of a cause's text are kept.
const maxCause = 4096

// values returns the columns of t.
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
	var drop core.Drop
	if t.Drop != nil {
		drop = *t.Drop
	}
	s, o := t.Source, t.Options
	row := make([]any, 0, 31) // with room for the checksums
	return append(row,
		string(t.ID), t.Seq, string(t.State), o.Profile, t.Server, s.Path, s.Name, s.Size,
		s.ModTime.Unix(), s.ModTime.Nanosecond(), s.FileID,
		string(o.Retention), o.TTLDays, o.Description, tags, metadata, t.Attempts, stamp(t.NotBefore), failure, receipt,
		stamp(t.QueuedAt), stamp(t.StartedAt), stamp(t.FinishedAt), t.Resume,
		t.Account, stamp(s.Changed), s.Copy, int64(drop.ID), drop.Name,
	), nil
}

// moves reports whether a column of values changes as a transfer is sent.
func moves(column int) bool {
	switch column {
	case 2, 16, 17, 18, 19, 21, 22, 23: // the columns in moving
		return true
	}
	return false
}

// moving returns the parameters of moveSQL.
func moving(row []any, s sums) []any {
	return []any{row[2], row[16], row[17], row[18], row[19], row[21], row[22], row[23], s.moved, row[0], s.fixed}
}

// scanner is a row of a result.
type scanner interface{ Scan(dest ...any) error }

// scanTransfer reads a transfer from the columns selected. A row that can't be read
// completely, or does not match its checksums, is returned as damaged: see spoil.
func scanTransfer(row scanner) (core.Transfer, error) {
	var (
		t                             core.Transfer
		tags, meta, failure, receipt  *string
		sec, nsec                     int64
		notBefore, queued, start, end int64
		statusChanged                 int64
		stored                        bool
		written                       sums
		drop                          core.Drop
	)
	s, o := &t.Source, &t.Options
	read := []any{(*string)(&t.ID), &t.Seq, (*string)(&t.State), &o.Profile, &t.Server, &s.Path, &s.Name, &s.Size, &sec, &nsec, &s.FileID,
		(*string)(&o.Retention), &o.TTLDays, &o.Description, &tags, &meta, &t.Attempts, &notBefore, &failure, &receipt,
		&queued, &start, &end, &t.Resume, &t.Account, &statusChanged, &s.Copy, (*int64)(&drop.ID), &drop.Name}
	err := row.Scan(append(read, &stored, &written.fixed, &written.moved)...)
	for _, few := range []*string{(*string)(&t.State), &o.Profile, &t.Server, &t.Account, (*string)(&o.Retention), &drop.Name} {
		*few = unique.Make(*few).Value() // a hundred thousand rows may have the same text
	}
	s.ModTime, s.Changed = time.Unix(sec, nsec).UTC(), moment(statusChanged)
	t.NotBefore, t.QueuedAt, t.StartedAt, t.FinishedAt = moment(notBefore), moment(queued), moment(start), moment(end)
	if meta != nil {
		o.Metadata = json.RawMessage(*meta)
	}
	if drop.ID != 0 {
		t.Drop = &drop
	}
	var record *errorRecord
	err = errors.Join(err, decode(tags, &o.Tags), decode(failure, &record), decode(receipt, &t.Receipt))
	t.Error = record.restore()
	switch {
	case !t.State.Valid():
		err = errors.Join(err, fmt.Errorf("state %.40q", t.State))
	case stored != t.State.InHistory():
		err = errors.Join(err, fmt.Errorf("state %s, in the history: %t", t.State, stored))
	case !written.fit(read):
		err = errors.Join(err, errChecksum)
	}
	if err != nil {
		spoil(&t, err, stored)
	}
	return t, nil
}

// spoil marks a transfer whose row is not what was written; SQLite's own check
// doesn't notice that. The transfer is shown but not sent, proves no file stored,
// and keeps no other from being sent. Its receipt is dropped.
func spoil(t *core.Transfer, err error, stored bool) {
	switch {
	case stored && t.State == core.StateTaken: // nobody said that it was stored
	case stored:
		t.State = core.StateStored // it belongs to the history
	case !t.State.Done() || t.State.InHistory():
		t.State = core.StateFailed
	}
	t.Receipt, t.Resume, t.Source.Copy = nil, "", ""
	t.Error = &core.Error{Kind: core.KindConfig, Code: core.CodeStoreDamaged, Op: opRead,
		Message: "This entry of the queue is damaged.", Err: err}
}

// writable returns a receipt that can be written as JSON: a server may send any
// time, but JSON has none after the year 9999.
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

// errorRecord is the written form of a core.Error. The cause is kept as text.
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

// optional returns v as JSON, or NULL if there is none.
func optional(present bool, v any) (any, error) {
	if !present {
		return nil, nil
	}
	text, err := json.Marshal(v)
	return string(text), err
}

// decode reads JSON; NULL leaves into as it is.
func decode(text *string, into any) error {
	if text == nil {
		return nil
	}
	return json.Unmarshal([]byte(*text), into)
}

// stamp returns the written form of a time: nanoseconds since 1970, 0 for none.
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
