package sandbox

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/auth"
	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/diagnose"
	"github.com/artstore/ingester/core/upload"
)

// The client concludes the right thing from each fact.
func TestClientAgreesWithFacts(t *testing.T) {
	calls := map[string]func(*played, *testing.T) string{
		"token": (*played).signIn, "upload": (*played).upload, "list": (*played).list, "ready": (*played).ready,
		"finalise": (*played).finalise, "status": (*played).finalise, "check": (*played).check,
	}
	eachFact(t, func(t *testing.T, generation int, f fact) {
		if f.Client == nil {
			t.Fatal("the fact doesn't say what the client makes of it")
		}
		for name, want := range f.Client {
			call := calls[name]
			if call == nil {
				t.Fatalf("no client makes the call %q", name)
			}
			if got := call(play(t, generation, f), t); got != want {
				t.Errorf("%s concludes %q, want %q", name, got, want)
			}
		}
	})
}

// played is a server that gives a fact's answer, and other facts' answers where the
// client needs them first.
type played struct {
	fact
	url string
}

// moment is when the facts were recorded.
func moment() time.Time { return time.Date(2026, 1, 15, 10, 0, 0, 123456000, time.UTC) }

// play serves the fact. Other requests get the facts that clients always get, else
// 404.
func play(t *testing.T, generation int, f fact) *played {
	t.Helper()
	answers := map[string]fact{}
	for _, other := range facts(t, generation1) { // the second generation's tokens come from another server
		if other.Always && (generation == generation1 || other.Module == "admin") {
			answers[other.key()] = other
		}
	}
	for _, other := range facts(t, generation) {
		if other.Always {
			answers[other.key()] = other
		}
	}
	answers[f.key()] = f
	if _, is := f.Client["status"]; is {
		begun := f
		begun.Answer.Status, begun.Answer.Body = http.StatusAccepted, json.RawMessage(`{"transaction_id":"`+factTransaction+`","status":"copying"}`)
		answers["POST /api/v1/finalize/"+factFile] = begun
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // as the real server does
		w.Header().Set("Date", moment().Format(http.TimeFormat))
		key := r.Method + " " + r.URL.Path
		known, is := answers[key]
		if nameless, too := answers[key+nobody]; too && (!is || r.Header.Get("Authorization") == "") {
			known, is = nameless, true
		}
		if !is {
			http.Error(w, `{"detail":"Not Found"}`, http.StatusNotFound)
			return
		}
		for name, value := range known.Answer.Headers {
			w.Header().Set(name, value)
		}
		w.WriteHeader(known.Answer.Status)
		_, _ = w.Write(append(withTokens(t, known.Answer.Body), known.Answer.Text...))
	}))
	t.Cleanup(server.Close)
	return &played{fact: f, url: server.URL}
}

// nobody is the end of the key of a request without a token.
const nobody = " by nobody"

// key identifies the fact's request.
func (f fact) key() string {
	path, _, _ := strings.Cut(f.Request.Path, "?")
	key := f.Request.Method + " " + strings.NewReplacer("$file", factFile, "$transaction", factTransaction).Replace(path)
	if f.Request.Token == "none" {
		key += nobody
	}
	return key
}

// The IDs in the facts.
const (
	factFile        = "550e8400-e29b-41d4-a716-446655440000"
	factTransaction = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
	factSubject     = "9b2f1c1e-3a52-4c8e-9d2b-0b1f0d6f2a11"
)

// withTokens replaces the claims in a fact by tokens with these claims.
func withTokens(t *testing.T, body json.RawMessage) []byte {
	t.Helper()
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil {
		return body
	}
	for name, value := range fields {
		var claims struct {
			JWT json.RawMessage `json:"$jwt"`
		}
		if json.Unmarshal(value, &claims) == nil && claims.JWT != nil {
			token := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256","typ":"JWT"}`)) + "." + base64.RawURLEncoding.EncodeToString(claims.JWT) + ".c2lnbmF0dXJl"
			fields[name], _ = json.Marshal(token) // a text
		}
	}
	data, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// signIn signs in as the fact's client does.
func (p *played) signIn(t *testing.T) string {
	t.Helper()
	source, err := auth.New(auth.Config{TokenURL: p.url + "/api/v1/auth/token", JWKSURL: p.url + "/api/v1/auth/jwks", JWKSAssumed: true,
		Grant: core.GrantArtStore, ClientID: "sa_sandbox_0123456789ab", Now: moment,
		Secret: func(context.Context) (core.Secret, error) { return core.NewSecret("not-in-any-answer"), nil }})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = source.Close() }()
	token, err := source.Token(t.Context())
	if err != nil {
		return concluded(err)
	}
	vouched := "verified"
	if token.Keyless {
		vouched = "nothing to verify it by"
	}
	return fmt.Sprintf("%s for %v, %s", token.Type, token.Expiry.Sub(moment()).Round(time.Minute), vouched)
}

// concluded is the conclusion in an error.
func concluded(err error) string {
	e := core.AsError(err)
	text := fmt.Sprintf("%s %d", e.Code, e.Status)
	if e.Op == "upload" {
		text += []string{" not processed", " answered", " cut off", " unknown"}[e.Outcome]
	}
	if e.RetryAfter > 0 {
		text += fmt.Sprintf(", again after %v", e.RetryAfter)
	}
	return text + ": " + e.ServerText
}

// given is a source that always has the same token.
type given struct{}

func (given) Token(context.Context) (core.Token, error) {
	return core.Token{Value: core.NewSecret("not-in-any-answer"), Type: "Bearer", Subject: factSubject}, nil
}
func (g given) TokenFor(ctx context.Context, _ time.Duration) (core.Token, error) {
	return g.Token(ctx)
}

func (given) Invalidate(core.Token) {}

func (p *played) client(t *testing.T) *upload.Client {
	t.Helper()
	c, err := upload.New(upload.Config{BaseURL: p.url, Tokens: given{}, ClientID: "sa_sandbox_0123456789ab", Now: moment})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// transfer is the fact's file with its retention.
func (p *played) transfer(t *testing.T) core.Transfer {
	t.Helper()
	name, content := "a.txt", "content"
	if p.Request.File != nil {
		name, content = *p.Request.File, p.Request.Content
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	asked := core.Options{Retention: core.RetentionTemporary, TTLDays: core.DefaultTTLDays}
	switch fields := p.Request.Fields; {
	case fields["retention_policy"] == "permanent":
		asked = core.Options{Retention: core.RetentionPermanent}
	case fields["ttl_days"] == "7":
		asked.TTLDays = 7
	}
	return core.Transfer{ID: core.TransferID(uuid.NewString()), Options: asked,
		Source: core.Source{Path: path, Name: name, Size: info.Size(), ModTime: info.ModTime()}}
}

// kept is the retention in a receipt.
func kept(r core.Receipt) string {
	text := fmt.Sprintf("%s %d", r.Retention, r.TTLDays)
	for i, d := range r.Differs {
		text += []string{", differs: ", " "}[min(i, 1)] + d.Field
	}
	return text
}

func (p *played) upload(t *testing.T) string {
	t.Helper()
	r, err := p.client(t).Upload(t.Context(), p.transfer(t), coretest.Unwatched{})
	if err != nil {
		return concluded(err)
	}
	if r.FileID != factFile {
		t.Errorf("the file ID is %q", r.FileID)
	}
	return "stored " + kept(r)
}

func (p *played) list(t *testing.T) string {
	t.Helper()
	since := moment().Add(-time.Minute)
	listing, err := p.client(t).Find(t.Context(), []core.Question{{Transfer: p.transfer(t), Since: since, Ended: since}})
	if err != nil {
		return concluded(err)
	}
	if !listing.Asked {
		return "can't be asked"
	}
	found := listing.Found[0]
	text := fmt.Sprintf("%d found", len(found))
	for _, r := range found {
		text += ": " + kept(r)
	}
	return text
}

func (p *played) ready(t *testing.T) string {
	t.Helper()
	h, err := p.client(t).Ready(t.Context())
	if err != nil {
		return concluded(err)
	}
	said := map[bool]string{true: "ready", false: "not ready"}[h.Ready] + " " + h.Status
	return said + map[bool]string{true: ", key", false: ", no key"}[h.HonoursKey]
}

// check returns what fails in the connection test.
func (p *played) check(t *testing.T) string {
	t.Helper()
	profile := core.NewProfile("facts")
	profile.AdminURL, profile.IngesterURL, profile.TLS.Enabled = p.url, p.url, false
	profile.Auth.ClientID = "sa_sandbox_0123456789ab"
	var wrong []string
	_ = diagnose.Run(t.Context(), diagnose.Config{Profile: profile, Now: moment,
		Secret: func(context.Context) (core.Secret, error) { return core.NewSecret("not-in-any-answer"), nil },
	}, func(s core.Step) {
		switch s.Status {
		case core.StepFailed:
			wrong = append(wrong, fmt.Sprintf("%s failed %s", s.Name, s.Err.Code))
		case core.StepWarning:
			wrong = append(wrong, s.Name+" warning")
		}
	})
	if wrong == nil {
		return "all well"
	}
	return strings.Join(wrong, ", ")
}

func (p *played) finalise(t *testing.T) string {
	t.Helper()
	err := p.client(t).Finalise(t.Context(), factFile, core.FinaliseOptions{}, func(core.Finalisation) {})
	var e *core.Error
	if errors.As(err, &e) {
		return concluded(err)
	}
	return "permanent"
}
