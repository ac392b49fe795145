package engine

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
	"unsafe"

	"pgregory.net/rapid"

	"github.com/artstore/ingester/core"
)

// The memory of a hundred thousand transfers depends on the size of one.
func TestItemIsSmall(t *testing.T) {
	if size := unsafe.Sizeof(item{}); size > 120 {
		t.Errorf("%d bytes", size)
	}
}

// stampTime is a time that the database keeps as nanoseconds.
func stampTime() *rapid.Generator[time.Time] {
	return rapid.OneOf(rapid.Just(time.Time{}), rapid.Map(rapid.Int64(), func(ns int64) time.Time {
		if ns == 0 {
			return time.Time{}
		}
		return time.Unix(0, ns).UTC()
	}))
}

func anyTime() *rapid.Generator[time.Time] {
	return rapid.OneOf(
		rapid.Just(time.Time{}),
		rapid.Just(time.Date(-5000, 1, 2, 3, 4, 5, 6, time.UTC)),
		rapid.Just(time.Date(90000, 1, 2, 3, 4, 5, 999_999_999, time.UTC)),
		rapid.Map(rapid.Int64(), func(ns int64) time.Time { return time.Unix(0, ns).UTC() }))
}

func anyOptions() *rapid.Generator[core.Options] {
	return rapid.Custom(func(t *rapid.T) core.Options {
		return core.Options{
			Profile: rapid.SampledFrom([]string{"", "Test"}).Draw(t, "profile"), TTLDays: rapid.IntRange(0, 1).Draw(t, "days"),
			Tags:     rapid.SampledFrom([][]string{nil, {}, {""}, {"a"}, {"a", "b"}}).Draw(t, "tags"),
			Metadata: rapid.SampledFrom([]json.RawMessage{nil, {}, json.RawMessage("{}")}).Draw(t, "metadata"),
		}
	})
}

func anyTransfer() *rapid.Generator[core.Transfer] {
	return rapid.Custom(func(t *rapid.T) core.Transfer {
		text := rapid.SampledFrom([]string{"", "a", "b/a", "/b/a", "Отчёт.pdf", `C:\b\a`, "2049:12"})
		return core.Transfer{
			ID: core.TransferID(text.Draw(t, "id")), Seq: rapid.Int64().Draw(t, "seq"),
			Source: core.Source{
				Path: text.Draw(t, "path"), Name: text.Draw(t, "name"), FileID: text.Draw(t, "file id"),
				Size: rapid.Int64().Draw(t, "size"), ModTime: anyTime().Draw(t, "modified"),
				Changed: stampTime().Draw(t, "changed"), Copy: text.Draw(t, "copy"),
			},
			Options: anyOptions().Draw(t, "options"), Server: text.Draw(t, "server"), Account: text.Draw(t, "account"),
			Drop:  rapid.SampledFrom([]*core.Drop{nil, {ID: 1}, {ID: 1, Name: "a"}, {ID: 2, Name: "a"}}).Draw(t, "drop"),
			State: rapid.SampledFrom(allStates).Draw(t, "state"), Attempts: rapid.IntRange(0, 1).Draw(t, "attempts"),
			QueuedAt: stampTime().Draw(t, "queued"), NotBefore: anyTime().Draw(t, "not before"),
		}
	})
}

// A packed transfer comes back as it was, whatever was packed before it.
func TestPackRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var k packer
		var p packed
		for _, want := range rapid.SliceOfN(anyTransfer(), 1, 5).Draw(t, "transfers") {
			p = k.pack(want, p)
			if got := p.transfer(); !reflect.DeepEqual(got, want) {
				t.Fatalf("%+v came back as %+v", want, got)
			}
		}
	})
}

// No field of a transfer is forgotten, not even one that is added later, and no
// change of a field goes unnoticed.
func TestPackKeepsEveryField(t *testing.T) {
	var k packer
	before := k.pack(core.Transfer{}, packed{})
	for name, change := range fields(reflect.TypeFor[core.Transfer](), "") {
		var want core.Transfer
		change(reflect.ValueOf(&want).Elem())
		p := k.pack(want, before)
		if got := p.transfer(); !reflect.DeepEqual(got, want) || reflect.ValueOf(want).IsZero() {
			t.Errorf("%s: %+v came back as %+v", name, want, got)
		}
	}
}

// fields returns a function for every field of a struct, nested ones too, that
// changes it.
func fields(of reflect.Type, prefix string) map[string]func(reflect.Value) {
	changes := map[string]func(reflect.Value){}
	for _, f := range reflect.VisibleFields(of) {
		if f.Type.Kind() != reflect.Struct || f.Type == reflect.TypeFor[time.Time]() {
			changes[prefix+f.Name] = func(v reflect.Value) { v.FieldByIndex(f.Index).Set(some(f.Type)) }
			continue
		}
		for name, change := range fields(f.Type, prefix+f.Name+".") {
			changes[name] = func(v reflect.Value) { change(v.FieldByIndex(f.Index)) }
		}
	}
	return changes
}

// some returns a value that is not zero.
func some(of reflect.Type) reflect.Value {
	v := reflect.New(of).Elem()
	switch {
	case of == reflect.TypeFor[core.State]():
		v.SetString(string(core.StatePaused))
	case of == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Unix(1_700_000_000, 7).UTC()))
	case of.Kind() == reflect.String:
		v.SetString("x")
	case of.Kind() == reflect.Bool:
		v.SetBool(true)
	case of.Kind() == reflect.Pointer:
		v.Set(reflect.New(of.Elem()))
	case of.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(of, 1, 1))
	default:
		v.SetInt(7)
	}
	return v
}

// Equal texts and options are held once.
func TestPackShares(t *testing.T) {
	var k packer
	a := left("a", core.StateQueued, 10)
	a.Source.Path, a.Source.Name = "/files/box/a", "box/a"
	b := left("b", core.StateQueued, 10)
	first, second := k.pack(a, packed{}), k.pack(b, packed{})
	if first.shared != second.shared {
		t.Error("the same options are held twice")
	}
	if n := strings.Count(first.text, "box/a"); n != 1 {
		t.Errorf("the name is held %d times in %q", n, first.text)
	}
	a.State = core.StatePaused
	a.Server = strings.Clone(a.Server)
	if next := k.pack(a, first); unsafe.StringData(next.text) != unsafe.StringData(first.text) || next.shared != first.shared {
		t.Error("a change of state copies what is unchanged")
	}
	b.Server = "https://other.example"
	if next := k.pack(b, second); next.shared == second.shared || next.transfer().Server != b.Server {
		t.Error("another server is not kept")
	}
}
