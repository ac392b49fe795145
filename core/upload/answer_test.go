package upload

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/transport"
	"github.com/artstore/ingester/core/wire"
)

const someSum = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

var someSent = sent{name: "dir/a.txt", size: 5, sum: someSum}

func TestParseReceiptOfBothGenerations(t *testing.T) {
	for generation := 1; generation <= 2; generation++ {
		r, err := parseReceipt([]byte(receiptJSON(generation, "a.txt", 5, someSum)), someSent)
		if err != nil {
			t.Fatal(err)
		}
		if r.FileID != "0b5a7c52-9a3f-4b3e-8e0e-2f8f1d9c7a11" || r.Name != "a.txt" || r.Size != 5 || r.SHA256 != someSum ||
			!r.UploadedAt.Equal(time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)) ||
			!r.ExpiresAt.Equal(time.Date(2026, 4, 3, 5, 6, 7, 5e8, time.UTC)) || r.ExpiresAt.Location() != time.UTC {
			t.Errorf("generation %d: %+v", generation, r)
		}
		want := map[int]string{1: "map[compressed:false storage_element_id:se-01]", 2: `map[status:stored tags:["a","b"]]`}[generation]
		if got := fmt.Sprint(r.Details); got != want {
			t.Errorf("details %s, want %s", got, want)
		}
	}
}

// Times near the year 9999 and before year 1, which servers use for files that never expire,
// make no receipt invalid and can be written.
func TestOddTimes(t *testing.T) {
	never := time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"9999-12-31T23:59:59Z": never, "9999-12-31T23:59:59-05:00": never, "9999-12-31T23:59:59.999999Z": never, "9999-12-31 23:59:59.5": never,
		"10000-01-01T00:00:00Z": {}, "+010000-01-01T00:00:00Z": {}, "-0001-01-01T00:00:00Z": {}, "0000-01-01T00:00:00+01:00": {},
		"0001-01-01T00:00:00Z": {}, "2026-02-30T00:00:00Z": {}, "": {}, "-1": {},
	} {
		r, err := parseReceipt([]byte(`{"file_id":"1","size":5,"checksum":"`+someSum+`","expires_at":"`+text+`","uploaded_at":"`+text+`"}`), someSent)
		if err != nil || !r.ExpiresAt.Equal(want) || !r.UploadedAt.Equal(want) {
			t.Errorf("%q gave %v, %v, %v", text, r.ExpiresAt, r.UploadedAt, err)
		}
		if _, err := json.Marshal(r); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, value := range []string{"9e99", "253402300800", "-62135596801", "true", "[]"} {
		if r, err := parseReceipt([]byte(`{"file_id":"1","size":5,"checksum":"`+someSum+`","expires_at":`+value+`}`), someSent); err != nil || !r.ExpiresAt.IsZero() {
			t.Errorf("%s gave %v, %v", value, r.ExpiresAt, err)
		}
	}
}

func TestParseReceipt(t *testing.T) {
	raw, _ := hex.DecodeString(someSum)
	b64 := base64.StdEncoding.EncodeToString(raw)
	other := strings.Repeat("0", 64)
	for _, tt := range []struct {
		name, answer string
		code         core.Code // "" for success
		outcome      core.Outcome
	}{
		{"bare", `{"file_id":"1","size":5,"checksum":"` + someSum + `"}`, "", 0},
		{"upper case", `{"file_id":"1","size":5,"checksum":"` + strings.ToUpper(someSum) + `"}`, "", 0},
		{"RFC 9530", `{"file_id":"1","size":5,"checksum":"sha-256=:` + b64 + `:"}`, "", 0},
		{"other name for it, size in quotes", `{"file_id":"1","file_size":"5","sha256":"` + someSum + `"}`, "", 0},
		{"no time, null expiry", `{"file_id":"1","size":5,"uploaded_at":"yesterday","expires_at":null,"checksum":"` + someSum + `"}`, "", 0},
		{"other hash", `{"file_id":"1","size":5,"checksum":"` + other + `"}`, core.CodeChecksumMismatch, core.OutcomeAnswered},
		{"MD5", `{"file_id":"1","size":5,"checksum":"d41d8cd98f00b204e9800998ecf8427e"}`, core.CodeChecksumMismatch, core.OutcomeAnswered},
		{"no hash", `{"file_id":"1","size":5}`, core.CodeChecksumMissing, core.OutcomeAnswered},
		{"null hash", `{"file_id":"1","size":5,"checksum":null}`, core.CodeChecksumMissing, core.OutcomeAnswered},
		{"hash of another type", `{"file_id":"1","size":5,"checksum":7}`, core.CodeChecksumMissing, core.OutcomeAnswered},
		{"other size", `{"file_id":"1","size":6,"checksum":"` + someSum + `"}`, core.CodeSizeMismatch, core.OutcomeAnswered},
		{"no size", `{"file_id":"1","checksum":"` + someSum + `"}`, core.CodeSizeMismatch, core.OutcomeAnswered},
		{"half a byte", `{"file_id":"1","size":5.5,"checksum":"` + someSum + `"}`, core.CodeSizeMismatch, core.OutcomeAnswered},
		{"no ID", `{"size":5,"checksum":"` + someSum + `"}`, core.CodeAnswerInvalid, core.OutcomeUnknown},
		{"empty object", `{}`, core.CodeChecksumMissing, core.OutcomeAnswered},
		{"null", `null`, core.CodeChecksumMissing, core.OutcomeAnswered},
		{"nothing", ``, core.CodeAnswerInvalid, core.OutcomeUnknown},
		{"a list", `[]`, core.CodeAnswerInvalid, core.OutcomeUnknown},
		{"a page", `<html>Welcome</html>`, core.CodeAnswerInvalid, core.OutcomeUnknown},
		{"cut short", `{"file_id":"1","size":5,"checksum":"` + someSum, core.CodeAnswerInvalid, core.OutcomeUnknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := parseReceipt([]byte(tt.answer), someSent)
			if tt.code == "" {
				if err != nil || r.SHA256 != someSum || r.Size != 5 || r.FileID != "1" || r.Name != "dir/a.txt" || !r.UploadedAt.IsZero() {
					t.Errorf("%+v, %v", r, err)
				}
				return
			}
			kind := core.KindIntegrity
			if tt.code == core.CodeAnswerInvalid {
				kind = core.KindServer
			}
			coretest.Want(t, err, kind, tt.code, tt.outcome)
		})
	}
}

func TestManyDetailsAreCut(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"file_id":"1","size":5,"checksum":"` + someSum + `"`)
	for i := range 100 {
		fmt.Fprintf(&b, `,"f%d":%q`, i, strings.Repeat("x", 1000))
	}
	r, err := parseReceipt([]byte(b.String()+"}"), someSent)
	if err != nil || len(r.Details) != maxDetails {
		t.Fatalf("%d details, %v", len(r.Details), err)
	}
	for name, text := range r.Details {
		if len(text) != wire.MaxText {
			t.Errorf("%s has %d characters", name, len(text))
		}
	}
}

// Fault 38: wrong answers are never accepted, over a real connection and in both
// generations.
func TestAnswersThatAreNotOurs(t *testing.T) {
	ca := coretest.NewCA(t, "CA")
	var answer string
	s := startTLS(t, ca, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusOK) // as some older servers answer
		_, _ = io.WriteString(w, answer)
	}))
	c := newTestClient(t, s.URL, ca, nil)
	transfer, sum := transferOf(t, "a", []byte("hello"))
	for generation := 1; generation <= 2; generation++ {
		answer = receiptJSON(generation, "a", 5, sum)
		if _, err := c.Upload(coretest.Limited(t), transfer, &progress{}); err != nil {
			t.Error(err)
		}
		answer = receiptJSON(generation, "a", 5, strings.Repeat("a", 64))
		_, err := c.Upload(coretest.Limited(t), transfer, &progress{})
		if e := coretest.WantError(t, err, core.KindIntegrity, core.CodeChecksumMismatch, core.OutcomeAnswered); e.Status != http.StatusOK || e.Op != opUpload {
			t.Errorf("%+v", e)
		}
	}
	answer = strings.Repeat(" ", transport.MaxAnswer) + receiptJSON(2, "a", 5, sum)
	_, err := c.Upload(coretest.Limited(t), transfer, &progress{})
	coretest.Want(t, err, core.KindServer, core.CodeAnswerInvalid, core.OutcomeUnknown)
}

// No answer gives a receipt with a wrong hash, size or ID.
func FuzzUploadAnswer(f *testing.F) {
	f.Add([]byte(receiptJSON(1, "a", 5, someSum)))
	f.Add([]byte(receiptJSON(2, "a", 5, someSum)))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := parseReceipt(data, someSent)
		if (err == nil) != (r.SHA256 == someSum && r.Size == 5 && r.FileID != "" && r.Name != "") {
			t.Fatalf("%+v, %v", r, err)
		}
		if e := core.AsError(err); e != nil && (e.Message == "" || e.Code == core.CodeInternal) {
			t.Fatalf("%+v", e)
		}
	})
}
