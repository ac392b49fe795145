package control

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/artstore/ingester/core"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// desk is an owner that records the requests.
type desk struct {
	mu       sync.Mutex
	verbs    []string
	terms    Terms
	sources  []core.Source
	options  core.Options
	intake   *core.Intake
	opened   []string
	finished *core.FinaliseOptions

	shown  core.Snapshot
	feed   *scripted
	fail   error
	parted chan string
}

func (d *desk) note(what string, ids []core.TransferID) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.verbs = append(d.verbs, what)
	for _, id := range ids {
		d.verbs = append(d.verbs, string(id))
	}
	return d.fail
}

func (d *desk) Transfers(context.Context) (core.Snapshot, error)              { return d.shown, d.fail }
func (d *desk) Retry(_ context.Context, ids ...core.TransferID) error         { return d.note("retry", ids) }
func (d *desk) Cancel(_ context.Context, ids ...core.TransferID) error        { return d.note("cancel", ids) }
func (d *desk) Remove(_ context.Context, ids ...core.TransferID) error        { return d.note("remove", ids) }
func (d *desk) Take(_ context.Context, ids ...core.TransferID) error          { return d.note("take", ids) }
func (d *desk) PauseAll(context.Context) error                                { return d.note("pause", nil) }
func (d *desk) PauseAllAfter(context.Context) error                           { return d.note("pause after", nil) }
func (d *desk) ResumeAll(context.Context) error                               { return d.note("resume", nil) }
func (d *desk) HandOver() error                                               { return d.note("hand over", nil) }
func (d *desk) Resume(_ context.Context, ids ...core.TransferID) error        { return d.note("resume", ids) }
func (d *desk) Ask(_ context.Context, ids ...core.TransferID) error           { return d.note("ask", ids) }
func (d *desk) Idle() bool                                                    { return true }
func (d *desk) Stop(context.Context) error                                    { d.parted <- "stop"; return nil }
func (d *desk) Leave(context.Context) error                                   { d.parted <- "leave"; return nil }
func (d *desk) Subscribe() (core.Snapshot, core.Feed)                         { return d.shown, d.feed }
func (d *desk) Left(context.Context, string) (here, elsewhere int, err error) { return 3, 4, nil }
func (d *desk) Continue(_ context.Context, p string) ([]core.TransferID, error) {
	return []core.TransferID{"of " + core.TransferID(p)}, nil
}

func (d *desk) Open(paths []string) error { d.opened = paths; return d.fail }

func (d *desk) Attach(_ context.Context, t Terms) (Attached, error) {
	d.terms = t
	return d, d.fail
}

func (d *desk) Transfer(_ context.Context, id core.TransferID) (core.Transfer, error) {
	return core.Transfer{ID: id, State: core.StateStored}, nil
}

func (d *desk) Submit(_ context.Context, sources []core.Source, o core.Options) (core.Submission, error) {
	d.sources, d.options, d.intake = sources, o, o.Intake
	d.options.Intake = nil
	return core.Submission{Queued: []core.TransferID{"q"}, Already: d.shown.Transfers, Stored: d.shown.Transfers, Asked: d.options,
		Drop: core.Drop{ID: o.Intake.Join + 1, Name: o.Intake.Name}}, d.fail
}

func (d *desk) Adopt(_ context.Context, ids []core.TransferID) ([]core.Transfer, error) {
	return d.shown.Transfers, d.note("adopt", ids)
}

func (d *desk) Finalise(_ context.Context, t core.Transfer, o core.FinaliseOptions, step func(core.Finalisation)) error {
	d.finished = &o
	d.verbs = append(d.verbs, t.Options.Profile)
	step(core.Finalisation{Status: "copying", Percent: 7})
	return d.fail
}

// scripted is a feed with the updates that the test sends.
type scripted struct{ updates chan core.Update }

func (f *scripted) Next(ctx context.Context) (core.Update, error) {
	select {
	case u, ok := <-f.updates:
		if !ok {
			return u, io.EOF
		}
		return u, nil
	case <-ctx.Done():
		return core.Update{}, ctx.Err()
	}
}

func (f *scripted) Close() {}

// open serves d in a folder.
func open(t *testing.T, folder string, d *desk, h Hello) *Server {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	l, err := Listen(t.Context(), folder, log)
	if err != nil {
		t.Fatal(err)
	}
	s := NewServer(h, log)
	if d != nil {
		s.Begin(d)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	t.Cleanup(func() {
		if err := errors.Join(s.Close(), <-served, l.Close()); err != nil {
			t.Error(err)
		}
	})
	return s
}

func newDesk() *desk {
	return &desk{feed: &scripted{make(chan core.Update, 9)}, parted: make(chan string, 9)}
}

// fill sets every field of a value, texts to bytes that are not UTF-8.
func fill(v reflect.Value, skip ...string) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Unix(1_700_000_000, 123456789).UTC()))
		return
	case v.Type() == reflect.TypeFor[json.RawMessage]():
		v.SetBytes([]byte(`{"a":1}`))
		return
	case v.Type() == reflect.TypeFor[error]():
		v.Set(reflect.ValueOf(errors.New("caf\xe9")))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("caf\xe9\ufffd\n")
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), skip...)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), skip...)
		fill(v.Index(1), skip...)
	case reflect.Struct:
		for i := range v.NumField() {
			if !slices.Contains(skip, v.Type().Field(i).Name) {
				fill(v.Field(i), skip...)
			}
		}
	}
}

// wellFormed gives UTF-8 values to the fields that are always UTF-8, as they come from the program or
// from a server's JSON, and clears fields that don't cross the socket.
func wellFormed(t *core.Transfer) {
	t.ID, t.State, t.Options.Retention = "id", core.StateUnknown, core.RetentionPermanent
	t.Error.Kind, t.Error.Code = core.KindServer, core.CodeTooLarge
	t.Receipt = &core.Receipt{FileID: "f", SHA256: "s", UploadedAt: t.QueuedAt, Details: map[string]string{"a": "b"}, Differs: []core.Difference{{Field: "a", Asked: "b", Got: "c"}}}
}

func filled() core.Transfer {
	var x core.Transfer
	fill(reflect.ValueOf(&x).Elem(), "Fact", "Receipt", "Intake")
	wellFormed(&x)
	return x
}

// A transfer, an update and the parameters of a call arrive unchanged, whatever bytes are in them.
func TestEverythingSurvives(t *testing.T) {
	d := newDesk()
	x := filled()
	reason := *x.Error
	d.shown = core.Snapshot{Transfers: []core.Transfer{x, x}, Paused: true, Halt: &reason,
		Waits: []core.Wait{{Profile: "p\xe9", Path: "/a\xe9", Since: x.QueuedAt, Until: x.StartedAt, Reason: &reason}}}
	folder := t.TempDir()
	open(t, folder, d, Hello{Program: "1.2", Kind: Window, Process: 99})
	c, err := Dial(t.Context(), folder, "1.2")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if want := (Hello{Protocol: Version, Program: "1.2", Kind: Window, Process: 99}); c.Hello != want {
		t.Errorf("its Hello is %+v", c.Hello)
	}
	all, err := c.Transfers(t.Context())
	equal(t, "the snapshot", all, d.shown, err)

	terms := Terms{Secret: core.NewSecret("s3cret"), Passphrase: core.NewSecret("p4ss"), Profile: core.NewProfile("P")}
	terms.Proxy = Proxy{HTTP: "http://a:b@p.example:1", HTTPS: "http://caf\xe9:1", No: "x, y", CGI: true}
	terms.Profile.TLS.CertFile, terms.Profile.Auth.PublicKeyFile = "/caf\xe9.pem", "/caf\xe8.pem"
	call, err := c.Attach(t.Context(), terms)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "the terms", d.terms.Profile, terms.Profile, nil)
	equal(t, "the proxy", d.terms.Proxy, terms.Proxy, nil)
	if d.terms.Secret.Reveal() != "s3cret" || d.terms.Passphrase.Reveal() != "p4ss" {
		t.Error("a secret is another one")
	}

	sources := make([]core.Source, 3*perLine+1)
	for i := range sources {
		sources[i] = x.Source
	}
	asked := x.Options
	asked.Intake = &core.Intake{Name: "box\xe9", Join: 7}
	for i := range perLine + 1 {
		asked.Intake.Skipped = append(asked.Intake.Skipped, core.Skipped{Path: "/caf\xe9" + strconv.Itoa(i), Reason: core.SkipSymlink})
	}
	got, err := call.Submit(t.Context(), sources, asked)
	equal(t, "the submission", got, core.Submission{Queued: []core.TransferID{"q"}, Already: d.shown.Transfers, Stored: d.shown.Transfers, Asked: x.Options,
		Drop: core.Drop{ID: 8, Name: "box\xe9"}}, err)
	equal(t, "what was left out", *d.intake, *asked.Intake, nil)
	equal(t, "the sources", d.sources, sources, nil)
	equal(t, "the options", d.options, x.Options, nil)
	found, err := call.Adopt(t.Context(), []core.TransferID{"a", "b"})
	equal(t, "what is adopted", found, d.shown.Transfers, err)

	shown, feed := call.Subscribe()
	equal(t, "the call's snapshot", shown, d.shown, nil)
	update := core.Update{Changed: []core.Transfer{x}, Removed: []core.TransferID{"gone"}, Halt: &reason, Waits: d.shown.Waits}
	d.feed.updates <- update
	next, err := feed.Next(t.Context())
	equal(t, "an update", next, update, err)
	ending, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := feed.Next(ending); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	d.feed.updates <- update // the feed goes on for another context
	next, err = feed.Next(t.Context())
	equal(t, "the next update", next, update, err)
	feed.Close()

	d.fail = &reason
	steps := []core.Finalisation{}
	var o core.FinaliseOptions
	fill(reflect.ValueOf(&o).Elem())
	err = call.Finalise(t.Context(), x, o, func(f core.Finalisation) { steps = append(steps, f) })
	var said *core.Error
	if !errors.As(err, &said) {
		t.Fatal(err)
	}
	wanted := reason
	wanted.Fact, wanted.Err, said.Err = nil, nil, nil
	equal(t, "an error", said, &wanted, nil)
	if !reflect.DeepEqual(*d.finished, o) || len(steps) != 1 || steps[0].Status != "copying" || !slices.Contains(d.verbs, x.Options.Profile) || steps[0].Percent != 7 {
		t.Errorf("%+v, %+v", d.finished, steps)
	}
	d.fail = nil
	if err := call.Finalise(t.Context(), x, core.FinaliseOptions{}, func(core.Finalisation) {}); err != nil || !d.finished.IsZero() {
		t.Errorf("%v, %+v", err, d.finished)
	}
	if err := call.Stop(t.Context()); err != nil || <-d.parted != "stop" {
		t.Error(err)
	}
	if _, err := call.Adopt(t.Context(), nil); !IsGone(err) {
		t.Errorf("after its end: %v", err)
	}
}

func equal(t *testing.T, what string, got, want any, err error) {
	t.Helper()
	blank := func(v any) string { text, _ := json.Marshal(describe(v)); return string(text) }
	if g, w := blank(got), blank(want); err != nil || g != w {
		t.Errorf("%s: %v\n%s\nwant\n%s", what, err, g, w)
	}
}

// describe writes everything in a value, byte by byte.
func describe(v any) string {
	var b strings.Builder
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		if v.IsValid() && v.CanInterface() {
			switch x := v.Interface().(type) {
			case time.Time:
				b.WriteString(x.UTC().Format(time.RFC3339Nano) + ";")
				return
			case *core.Error: // described by its fields
			case error:
				b.WriteString("error " + x.Error() + ";")
				return
			}
		}
		switch v.Kind() {
		case reflect.Pointer, reflect.Interface:
			if v.IsNil() {
				b.WriteString("nil;")
				return
			}
			walk(v.Elem())
		case reflect.Slice:
			b.WriteString("[")
			for i := range v.Len() {
				walk(v.Index(i))
			}
			b.WriteString("]")
		case reflect.Struct:
			for i := range v.NumField() {
				b.WriteString(v.Type().Field(i).Name + ":")
				walk(v.Field(i))
			}
		default:
			text, _ := json.Marshal([]byte(strings.TrimSpace(valueText(v))))
			b.Write(text)
		}
	}
	walk(reflect.ValueOf(v))
	return b.String()
}

func valueText(v reflect.Value) string {
	if v.Kind() == reflect.String {
		return v.String()
	}
	text, _ := json.Marshal(v.Interface())
	return string(text)
}

// Every verb reaches the owner with its IDs, and the owner's refusal is returned.
func TestVerbs(t *testing.T) {
	d := newDesk()
	folder := t.TempDir()
	open(t, folder, d, Hello{Kind: Command})
	c, err := Dial(t.Context(), folder, "")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ctx := t.Context()
	for want, err := range map[string]error{
		"retry": c.Retry(ctx, "1", "2"), "cancel": c.Cancel(ctx, "3"), "remove": c.Remove(ctx, "4"), "take": c.Take(ctx, "5"), "pause after": c.PauseAllAfter(ctx),
		"pause": c.PauseAll(ctx), "resume": c.ResumeAll(ctx), "hand over": c.AskForQueue(ctx),
	} {
		if err != nil || !slices.Contains(d.verbs, want) {
			t.Errorf("%s: %v, %q", want, err, d.verbs)
		}
	}
	for _, id := range []string{"1", "2", "3", "4", "5"} {
		if !slices.Contains(d.verbs, id) {
			t.Errorf("%s is missing in %q", id, d.verbs)
		}
	}
	paths := []string{"/a/caf\xe9.txt", "/a/caf\ufffd.txt", "/a/письмо.pdf"}
	if err := c.Open(ctx, paths); err != nil || !slices.Equal(d.opened, paths) {
		t.Errorf("%v, %q", err, d.opened)
	}
	d.fail = &core.Error{Kind: core.KindUsage, Code: core.CodeUsage, Message: "No."}
	if err := c.Retry(ctx, "1"); core.CodeOf(err) != core.CodeUsage {
		t.Error(err)
	}
}
