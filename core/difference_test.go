package core

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"
)

// A field that differs from what was asked is a difference; a field that was not asked for, or one with the
// same meaning, is not.
func TestDifferences(t *testing.T) {
	asked := Options{Retention: RetentionTemporary, TTLDays: 7, Description: "words", Tags: []string{"a", "b"}, Metadata: json.RawMessage(`{"box": 14, "on": {"x": [1]}}`)}
	permanent := asked
	permanent.Retention, permanent.TTLDays = RetentionPermanent, 0
	with := func(o Options, change func(*Options)) Options { change(&o); return o }
	for _, tt := range []struct {
		name        string
		asked, kept Options
		want        []Difference
	}{
		{"the same", asked, asked, nil},
		{"nothing asked", Options{}, asked, nil},
		{"temporary", permanent, asked, []Difference{{FieldRetention, "permanent", "temporary"}}},
		{"permanent", asked, permanent, []Difference{{FieldRetention, "temporary", "permanent"}}},
		{"other days", asked, with(asked, func(o *Options) { o.TTLDays = 30 }), []Difference{{FieldTTLDays, "7", "30"}}},
		{"days that nobody knows", asked, with(asked, func(o *Options) { o.TTLDays = 0 }), nil},
		{"tags in another order, and one more", asked, with(asked, func(o *Options) { o.Tags = []string{"c", "b", "a"} }), nil},
		{"a tag lost", asked, with(asked, func(o *Options) { o.Tags = []string{"b"} }), []Difference{{FieldTags, `["a","b"]`, `["b"]`}}},
		{"all tags lost", asked, with(asked, func(o *Options) { o.Tags = nil }), []Difference{{FieldTags, `["a","b"]`, `[]`}}},
		{"other words", asked, with(asked, func(o *Options) { o.Description = "" }), []Difference{{FieldDescription, "words", ""}}},
		{"metadata written otherwise", asked, with(asked, func(o *Options) { o.Metadata = json.RawMessage(`{"on":{"x":[1]},"more":true,"box":14}`) }), nil},
		{"other metadata", asked, with(asked, func(o *Options) { o.Metadata = json.RawMessage(`{"box":15}`) }),
			[]Difference{{FieldMetadata, `{"box":14,"on":{"x":[1]}}`, `{"box":15}`}}},
		{"no metadata", asked, with(asked, func(o *Options) { o.Metadata = nil }), []Difference{{FieldMetadata, `{"box":14,"on":{"x":[1]}}`, ""}}},
	} {
		if got := tt.asked.Differences(tt.kept); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// The server keeps a file as its receipt says, even an old one without the field for retention. What it
// doesn't say is kept as asked.
func TestKept(t *testing.T) {
	at := time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)
	stored := func(o Options, r Receipt) Transfer { return Transfer{State: StateStored, Options: o, Receipt: &r} }
	permanent := Options{Retention: RetentionPermanent, Tags: []string{"a"}, Description: "words"}
	temporary := Options{Retention: RetentionTemporary, TTLDays: 7}
	for _, tt := range []struct {
		name string
		t    Transfer
		want Options
	}{
		{"as asked", stored(permanent, Receipt{}), permanent},
		{"no receipt", Transfer{Options: temporary}, temporary},
		{"temporary", stored(permanent, Receipt{Retention: RetentionTemporary, TTLDays: 30}), Options{Retention: RetentionTemporary, TTLDays: 30, Tags: []string{"a"}, Description: "words"}},
		{"temporary, by its end", stored(Options{Retention: RetentionPermanent}, Receipt{ExpiresAt: at}), Options{Retention: RetentionTemporary}},
		{"temporary, of an older version", stored(Options{Retention: RetentionPermanent}, Receipt{Details: map[string]string{FieldRetention: "temporary"}}), Options{Retention: RetentionTemporary}},
		{"permanent", stored(temporary, Receipt{Retention: RetentionPermanent}), Options{Retention: RetentionPermanent}},
		{"other days", stored(temporary, Receipt{TTLDays: 30}), Options{Retention: RetentionTemporary, TTLDays: 30}},
		{"words", stored(permanent, Receipt{Differs: []Difference{{FieldTags, `["a"]`, `[]`}, {FieldDescription, "words", "w"}}}),
			Options{Retention: RetentionPermanent, Tags: []string{}, Description: "w"}},
	} {
		if got := tt.t.Kept(); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

// Once a file is permanent its receipt says so; other differences stay.
func TestMadePermanent(t *testing.T) {
	tags := Difference{FieldTags, `["a"]`, `[]`}
	was := Transfer{State: StateStored, Options: Options{Retention: RetentionTemporary, TTLDays: 7, Tags: []string{"a"}}, Receipt: &Receipt{
		FileID: "1", Retention: RetentionTemporary, TTLDays: 30, ExpiresAt: time.Unix(9e9, 0), Differs: []Difference{{FieldTTLDays, "7", "30"}, {FieldRetention, "x", "y"}, {FieldExpires, "", "z"}, tags}}}
	asked := Options{Retention: RetentionPermanent, Tags: []string{"a"}}
	if got := was.DiffersFrom(asked); len(got) != 3 || !was.Temporary() {
		t.Errorf("before: %q", got)
	}
	is := was.MadePermanent(FinaliseOptions{})
	if got := is.DiffersFrom(asked); !reflect.DeepEqual(got, []Difference{tags}) || is.Temporary() || !is.Receipt.ExpiresAt.IsZero() {
		t.Errorf("after: %q, %+v", got, is.Receipt)
	}
	if !reflect.DeepEqual(is.Receipt.Differs, []Difference{tags}) {
		t.Errorf("its receipt says %q", is.Receipt.Differs)
	}
	said := Transfer{State: StateStored, Options: was.Options, Receipt: &Receipt{Differs: []Difference{{FieldDescription, "a", "b"}, {FieldMetadata, `{"a":1}`, ""}, tags}}}.
		MadePermanent(FinaliseOptions{Description: "c", Metadata: json.RawMessage(`{"d":1}`)})
	if kept := said.Kept(); kept.Description != "c" || string(kept.Metadata) != `{"d":1}` || !reflect.DeepEqual(said.Receipt.Differs, []Difference{tags}) {
		t.Errorf("with other words: %+v, %q", kept, said.Receipt.Differs)
	}
	if len(was.Receipt.Differs) != 4 || was.Options.Retention != RetentionTemporary {
		t.Errorf("what it was has changed: %+v", was)
	}
}

// Differences of the name and the expiry stay, whatever is asked later.
func TestDiffersFrom(t *testing.T) {
	name, end := Difference{FieldName, "ä", "_"}, Difference{FieldExpires, "", "2026-03-04T00:00:00Z"}
	x := Transfer{State: StateStored, Options: Options{Retention: RetentionPermanent}, Receipt: &Receipt{Retention: RetentionPermanent, Differs: []Difference{name, end}}}
	if got := x.DiffersFrom(x.Options); !reflect.DeepEqual(got, []Difference{name, end}) {
		t.Errorf("%q", got)
	}
	if got := x.DiffersFrom(Options{Retention: RetentionTemporary, TTLDays: 30}); !reflect.DeepEqual(got, []Difference{{FieldRetention, "temporary", "permanent"}, name}) {
		t.Errorf("%q", got)
	}
	if got := (Transfer{}).DiffersFrom(x.Options); got != nil {
		t.Errorf("%q", got)
	}
}

func TestServerOf(t *testing.T) {
	for address, want := range map[string]string{
		"https://Host.example":           "host.example:443",
		"https://host.example:443/a/b/":  "host.example:443",
		"http://127.0.0.1":               "127.0.0.1:80",
		"https://[::1]:8020":             "::1:8020",
		"https://host.example:8020/x?q=": "host.example:8020",
		"nonsense":                       "nonsense",
	} {
		if got := ServerOf(address); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}
