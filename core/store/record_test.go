package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/artstore/ingester/core"
)

// sameCause compares causes by their text, as only that is kept.
var sameCause = cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Err" },
	cmp.Comparer(func(a, b error) bool { return fmt.Sprint(a) == fmt.Sprint(b) }))

// fullTransfer returns a transfer in which no field is zero.
func fullTransfer() core.Transfer {
	return core.Transfer{
		ID: "6f1c1c7e-0000-4000-8000-000000000001", Seq: 1 << 40, Server: "https://ingester.example:8020", State: core.StateWaiting,
		Source: core.Source{Path: "/data/Zoë's \"box\"/a.tiff", Name: "box/a.tiff", Size: 1 << 45, ModTime: epoch.Add(-100 * 365 * 24 * time.Hour), FileID: "2049:1",
			Changed: epoch.Add(-time.Hour), Copy: "/data/spool/1"},
		Account: "sa_prod_1", Drop: &core.Drop{ID: 1 << 60, Name: "box"},
		Options: core.Options{Profile: "Prod", Retention: core.RetentionPermanent, TTLDays: 365, Description: "two\nlines",
			Tags: []string{"a", "", "\"b\"", "ж"}, Metadata: json.RawMessage(`{"box":  "14", "n": 1e2}`)},
		Attempts: 7, NotBefore: epoch.Add(time.Hour),
		Error: &core.Error{Kind: core.KindServer, Code: core.CodeServerBusy, Op: "upload", Message: "busy", Status: 503, ServerCode: "BUSY",
			ServerText: "later", RetryAfter: 90 * time.Second, Outcome: core.OutcomeUnknown, Err: errors.New("cause: \u2028<&>")},
		Receipt: &core.Receipt{FileID: "AAAA-1", Name: "a.tiff", Size: 1 << 45, SHA256: core.Checksum(strings.Repeat("0a", 32)), UploadedAt: epoch,
			ExpiresAt: epoch.Add(24 * time.Hour), Retention: "temporary", TTLDays: 30, Details: map[string]string{"storage_element_id": "se-1", "": "<&>"}, HTTP: "HTTP/2.0", Status: 201,
			Differs: []core.Difference{{Field: "retention_policy", Asked: "permanent", Got: "temporary"}}},
		QueuedAt: epoch, StartedAt: epoch.Add(time.Second), FinishedAt: epoch.Add(2 * time.Second), Resume: `{"url":"https://host/files/1"}`,
	}
}

// TestRoundTrip: every field is kept, even over a restart, except Sent, Again and Fact.
func TestRoundTrip(t *testing.T) {
	want := fullTransfer()
	walk(t, reflect.ValueOf(want), "Transfer", "Transfer.Error.Fact", "Transfer.Sent", "Transfer.Options.Again", "Transfer.Options.Intake")
	plain := core.Transfer{ID: "plain", State: core.StateQueued, Source: core.Source{ModTime: time.Unix(-62135596801, 999999999).UTC()}}
	bare := plain
	bare.ID, bare.Error, bare.Receipt = "bare", &core.Error{}, &core.Receipt{}

	s := openTest(t)
	commit(t, s, core.Batch{Put: []core.Transfer{want, plain, bare}})
	for range 2 {
		got, err := s.Unfinished(t.Context())
		must(t, err)
		diff(t, []core.Transfer{bare, plain, want}, got, sameCause, cmpopts.SortSlices(func(a, b core.Transfer) bool { return a.ID < b.ID }))
		s = reopen(t, s)
	}
}

// walk checks that no field is zero.
func walk(t *testing.T, v reflect.Value, path string, except ...string) {
	t.Helper()
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	for _, e := range except {
		if e == path {
			return
		}
	}
	if v.IsZero() {
		t.Errorf("%s is not tried", path)
	}
	if v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[time.Time]() {
		for i := range v.NumField() {
			walk(t, v.Field(i), path+"."+v.Type().Field(i).Name, except...)
		}
	}
}

func TestAttempts(t *testing.T) {
	first := core.Attempt{Transfer: "a", Number: 1, Start: epoch, End: epoch.Add(time.Minute), Sent: 1 << 40, Status: 503,
		Code: core.CodeServerBusy, Outcome: core.OutcomeAnswered, Detail: "busy: \x00 ж"}
	walk(t, reflect.ValueOf(first), "Attempt")
	running := core.Attempt{Transfer: "a", Number: 2, Start: epoch}
	s := openTest(t)
	commit(t, s, core.Batch{Put: []core.Transfer{queued("a", 1)}, Attempts: []core.Attempt{running, first}})
	got, err := s.Attempts(t.Context(), "a")
	must(t, err)
	diff(t, []core.Attempt{first, running}, got)

	ended := running
	ended.End, ended.Code, ended.Outcome = epoch.Add(time.Hour), core.CodeStalled, core.OutcomeUnknown
	commit(t, s, core.Batch{Attempts: []core.Attempt{ended, {Transfer: "gone", Number: 1}}})
	s = reopen(t, s)
	got, err = s.Attempts(t.Context(), "a")
	must(t, err)
	diff(t, []core.Attempt{first, ended}, got)
	for _, id := range []core.TransferID{"gone", ""} {
		if got, err := s.Attempts(t.Context(), id); err != nil || len(got) != 0 {
			t.Errorf("%q: got %v, %v", id, got, err)
		}
	}
}

// TestOddTexts: names are kept as file systems return them, byte by byte.
func TestOddTexts(t *testing.T) {
	s := openTest(t)
	for i, text := range []string{"", "\x00", "a\x00b", "\xff\xfe", "'; DROP TABLE transfers; --", "\u202egnp.exe", strings.Repeat("ж", 5000)} {
		want := queued(core.TransferID(fmt.Sprint(i)), 1)
		want.Source.Path, want.Source.Name, want.Options.Description = text, text, text
		commit(t, s, core.Batch{Put: []core.Transfer{want}})
		known, err := s.Known(t.Context(), []core.Source{want.Source})
		must(t, err)
		diff(t, []core.Transfer{want}, known)
	}
}

// TestHostileReceipt: no answer of a server prevents a transfer from being saved.
func TestHostileReceipt(t *testing.T) {
	s := openTest(t)
	x := done(queued("a", 1))
	x.Receipt.ExpiresAt = time.Date(9999, 12, 31, 23, 59, 0, 0, time.FixedZone("", -3600)) // the year 10000 in UTC
	x.Receipt.UploadedAt = time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC)
	x.Receipt.FileID, x.Receipt.Name = "\xff\x00", "\xff"
	commit(t, s, core.Batch{Put: []core.Transfer{x}})
	got, err := s.History(t.Context(), core.HistoryQuery{})
	must(t, err)
	if len(got) != 1 || !got[0].Receipt.ExpiresAt.IsZero() || !got[0].Receipt.UploadedAt.IsZero() || got[0].Receipt.SHA256 != x.Receipt.SHA256 {
		t.Errorf("got %+v", got)
	}
	if x.Receipt.ExpiresAt.IsZero() {
		t.Error("the caller's receipt was changed")
	}
}

func TestLongCauseIsCut(t *testing.T) {
	r := newErrorRecord(&core.Error{Err: errors.New("x" + strings.Repeat("ж", maxCause))})
	if len(r.Cause) > maxCause || len(r.Cause) < maxCause-3 || strings.TrimRight(r.Cause, "ж") != "x" {
		t.Errorf("%d bytes, ends with %q", len(r.Cause), r.Cause[len(r.Cause)-3:])
	}
}

// TestDamagedRow: a row that is damaged without SQLite noticing is shown as damaged, and hides no
// other.
func TestDamagedRow(t *testing.T) {
	s := openTest(t)
	commit(t, s, core.Batch{Put: []core.Transfer{queued("a", 1), queued("b", 2), queued("c", 3), queued("d", 4), done(queued("e", 5))}})
	for _, sql := range []string{
		`UPDATE transfers SET tags = '["x"' WHERE id = 'a'`, `UPDATE transfers SET error = 'x' WHERE id = 'b'`,
		`UPDATE transfers SET state = 'qveued' WHERE id = 'c'`, `UPDATE transfers SET receipt = '[]' WHERE id = 'e'`,
	} {
		_, err := s.writer.ExecContext(t.Context(), sql)
		must(t, err)
	}
	list, err := s.Unfinished(t.Context())
	must(t, err)
	history, err := s.History(t.Context(), core.HistoryQuery{})
	must(t, err)
	diff(t, []core.TransferID{"a", "b", "c", "d"}, ids(list))
	diff(t, []core.TransferID{"e"}, ids(history))
	diff(t, queued("d", 4), list[3])
	for _, x := range append(list[:3:3], history...) {
		want := core.StateFailed
		if x.ID == "e" {
			want = core.StateStored
		}
		if x.State != want || x.Error == nil || x.Error.Code != core.CodeStoreDamaged || x.Source.Path == "" {
			t.Errorf("%s is not marked: %s, %v", x.ID, x.State, x.Error)
		}
	}
}

// row is a row of columns.
type row []any

func (r row) Scan(dest ...any) error {
	for i, d := range dest {
		into, from := reflect.ValueOf(d).Elem(), reflect.ValueOf(r[i])
		switch {
		case r[i] == nil:
			into.SetZero()
		case into.Kind() == reflect.Pointer:
			text := r[i].(string)
			into.Set(reflect.ValueOf(&text))
		default:
			into.Set(from.Convert(into.Type()))
		}
	}
	return nil
}

// FuzzRecord: no row makes the decoder panic or fail, and a row that it reads as undamaged is the same
// after writing and reading it again.
func FuzzRecord(f *testing.F) {
	v, err := values(fullTransfer())
	must(f, err)
	f.Add("waiting", v[14].(string), v[15].(string), v[18].(string), v[19].(string), int64(1), int64(2), 3)
	f.Add("stored", "null", "", "{}", `{"size":"x"}`, int64(0), int64(-1<<62), 1<<30)
	f.Add("", "[1]", "{", `{"kind":[]}`, `{"uploaded_at":"0000-01-01T00:00:00+01:00"}`, int64(-1), int64(1), -1)
	f.Fuzz(func(t *testing.T, state, tags, meta, failure, receipt string, at, sec int64, nsec int) {
		r := append(append(row{}, v...), state == string(core.StateStored), 0, 0)
		r[2], r[14], r[15], r[18], r[19], r[17], r[8], r[9] = state, tags, meta, failure, receipt, at, sec, nsec
		got, err := scanTransfer(r)
		if err != nil {
			t.Fatal(err)
		}
		if got.Error != nil && got.Error.Code == core.CodeStoreDamaged {
			if !got.State.Valid() || !got.State.Done() {
				t.Errorf("damaged, and %s", got.State)
			}
			return
		}
		again, err := values(got)
		if err != nil {
			t.Fatalf("can't be written: %v", err)
		}
		sums := sumsOf(again)
		same, err := scanTransfer(append(append(row{}, again...), got.State == core.StateStored, sums.fixed, sums.moved))
		if err != nil {
			t.Fatal(err)
		}
		first, second := got, same
		for _, x := range []*core.Transfer{&first, &second} {
			x.Receipt = writable(x.Receipt)
		}
		if d := cmp.Diff(first, second, sameCause, cmpopts.EquateEmpty()); d != "" {
			t.Error(d)
		}
	})
}
