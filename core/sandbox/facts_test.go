package sandbox

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// fact is one answer of a real server, as it was recorded or as the server's code
// makes it. The sandbox must give the same answer, and the client must conclude the
// right thing: see TestSandboxAgreesWithFacts and TestClientAgreesWithFacts.
type fact struct {
	Name    string   `json:"name"`
	Module  string   `json:"module"` // "admin", "ingester", "element"
	Always  bool     `json:"always"` // clients also get it during other calls
	Before  []string `json:"before"` // what happened before: "upload [NAME]", "describe" (an upload with more fields), "finalise"
	Config  factWith `json:"config"`
	Request struct {
		Method, Path string
		Token        string // "good", "bad", "expired", "reader", "none"
		File         *string
		Content      string
		Fields       map[string]string
		JSON         map[string]string
	} `json:"request"`
	Answer struct {
		Status  int
		Headers map[string]string
		Body    json.RawMessage
		Text    string
	} `json:"answer"`
	Client map[string]string `json:"client"` // call → what the client concludes; empty if no client uses the answer
}

// factWith is how the server is configured.
type factWith struct {
	MaxFileSize int64 `json:"max_file_size"`
	Room        int64
	Mode        string
	Down        bool
	Suspended   bool
}

// facts reads the facts of a generation.
func facts(t *testing.T, generation int) []fact {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "facts", []string{generation1: "first.json", generation2: "second.json"}[generation]))
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	var all []fact
	if err := d.Decode(&all); err != nil {
		t.Fatal(err)
	}
	return all
}

// eachFact runs test with every fact of both generations.
func eachFact(t *testing.T, test func(t *testing.T, generation int, f fact)) {
	for _, generation := range []int{generation1, generation2} {
		for _, f := range facts(t, generation) {
			t.Run(fmt.Sprintf("%d, %s", generation, f.Name), func(t *testing.T) {
				t.Parallel()
				test(t, generation, f)
			})
		}
	}
}

// The sandbox answers what the real servers answer: the same status, headers and
// texts, and exactly the same fields with the same types.
func TestSandboxAgreesWithFacts(t *testing.T) {
	eachFact(t, func(t *testing.T, generation int, f fact) {
		c := f.server(t, generation)
		f.happened(t, c)
		got := f.ask(t, c)
		if got.status != f.Answer.Status {
			t.Errorf("answered %d %s, the real server %d", got.status, got.body, f.Answer.Status)
		}
		for name, want := range f.Answer.Headers {
			if got.header.Get(name) != want {
				t.Errorf("%s is %q, the real server's %q", name, got.header.Get(name), want)
			}
		}
		if f.Answer.Body == nil {
			if f.Answer.Text != "" && strings.TrimSpace(string(got.body)) != strings.TrimSpace(f.Answer.Text) {
				t.Errorf("answered %q, the real server %q", got.body, f.Answer.Text)
			}
			return
		}
		if diff := cmp.Diff(likeness(t, f.Answer.Body), likeness(t, got.body)); diff != "" {
			t.Errorf("the answer (-real server +sandbox):\n%s", diff)
		}
	})
}

// server starts a server as the fact needs it.
func (f fact) server(t *testing.T, generation int) *tus {
	t.Helper()
	r := start(t, folder(t), func(cfg *Config) {
		cfg.Generation, cfg.Mode, cfg.MaxFileSize = generation, f.Config.Mode, f.Config.MaxFileSize
		cfg.Faults.Room, cfg.Faults.Suspended = f.Config.Room, f.Config.Suspended
		cfg.Down = func() bool { return f.Config.Down }
	})
	r.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &tus{running: r, token: f.token(t, r, "good")}
}

// token returns a token of the given kind.
func (f fact) token(t *testing.T, r *running, kind string) string {
	t.Helper()
	keys := *r.tokens
	who := identity{subject: r.account.clientID, name: accountName, role: r.cfg.Role, scopes: grantScopes()}
	if r.cfg.Generation == generation1 {
		who.subject = r.account.id
	}
	switch kind {
	case "good":
	case "bad":
		return "nonsense"
	case "expired":
		keys.lifetime = -time.Hour
	case "reader":
		who.scopes = []string{scopeRead}
	case "none":
		return ""
	default:
		t.Fatalf("there are no tokens that are %q", kind)
	}
	token, err := keys.issue(who, r.account.clientID)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// happened does what happened before.
func (f fact) happened(t *testing.T, c *tus) {
	t.Helper()
	for _, what := range f.Before {
		verb, name, _ := strings.Cut(what, " ")
		var got answer
		switch verb {
		case "upload":
			got = c.send(t, form{name: orElse(name, "a.txt"), content: []byte("content"), token: c.token})
		case "describe":
			got = c.send(t, form{name: "a.txt", content: []byte("content"), token: c.token, before: [][2]string{{"description", "Box 14"}, {"metadata", `{"box":14}`}}})
		case "finalise":
			got = c.call(t, http.MethodPost, "/api/v1/finalize/"+c.list(t)[0].ID, nil)
		default:
			t.Fatalf("nobody knows how to %q", what)
		}
		if got.status/100 != 2 {
			t.Fatalf("%s answered %d %s", what, got.status, got.body)
		}
	}
}

// ask makes the fact's request.
func (f fact) ask(t *testing.T, c *tus) answer {
	t.Helper()
	module := map[string]string{"admin": c.AdminURL(), "ingester": c.URL(), "element": c.ElementURL()}[f.Module]
	if module == "" {
		t.Fatalf("there is no module %q", f.Module)
	}
	path := f.Request.Path
	if strings.Contains(path, "$file") {
		path = strings.ReplaceAll(path, "$file", c.list(t)[0].ID)
	}
	for id := range c.finals.transactions {
		path = strings.ReplaceAll(path, "$transaction", id)
	}
	var headers []string
	var body []byte
	switch {
	case f.Request.File != nil:
		var kind string
		body, kind = f.form().encode(t)
		headers = append(headers, "Content-Type", kind)
	case f.Request.JSON != nil:
		data, _ := json.Marshal(f.Request.JSON) // texts
		data = bytes.ReplaceAll(data, []byte("$id"), []byte(c.account.clientID))
		body = bytes.ReplaceAll(data, []byte("$secret"), []byte(c.account.secret.Reveal()))
		headers = append(headers, "Content-Type", "application/json")
	}
	token := "Bearer " + f.token(t, c.running, f.Request.Token)
	if f.Request.Token == "none" {
		token = ""
	}
	return c.at(t, module, f.Request.Method, path, body, append(headers, "Authorization", token)...)
}

func (f fact) form() form {
	upload := form{name: *f.Request.File, content: []byte(f.Request.Content)}
	for name, value := range f.Request.Fields {
		upload.before = append(upload.before, [2]string{name, value})
	}
	return upload
}

// likeness is an answer in which everything that changes between answers is replaced
// by its kind: IDs, hashes, addresses, numbers, times by their format, tokens by
// their claims.
func likeness(t *testing.T, data []byte) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%q is no JSON: %v", data, err)
	}
	return alike("", v)
}

func alike(name string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		if token, is := v["$jwt"]; is {
			return map[string]any{"a token": alike("", token)}
		}
		for key, value := range v {
			v[key] = alike(key, value)
		}
		return v
	case []any:
		for i, value := range v {
			v[i] = alike("", value)
		}
		return v
	case json.Number:
		if strings.Contains(v.String(), ".") {
			return "a number with a fraction"
		}
		return "a whole number"
	case string:
		return kindOf(name, v)
	}
	return v
}

// kindOf replaces the changing parts of a text by their kind.
func kindOf(name, text string) any {
	if parts := strings.Split(text, "."); len(parts) == 3 && strings.HasPrefix(text, "eyJ") {
		payload, _ := base64.RawURLEncoding.DecodeString(parts[1]) // no error: it has just been signed
		var claims any
		d := json.NewDecoder(bytes.NewReader(payload))
		d.UseNumber()
		_ = d.Decode(&claims)
		return map[string]any{"a token": alike("", claims)}
	}
	if slices.Contains([]string{"version", "client_id", "uploaded_by"}, name) {
		return "a text"
	}
	for _, k := range []struct{ pattern, kind string }{
		{`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`, "<UUID>"},
		{`\b[0-9a-f]{64}\b`, "<SHA-256>"},
		{`https://[a-z0-9.]+:[0-9]+`, "<address>"},
		{`\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?`, "<time>"},
		{`\b\d{4}/\d\d/\d\d/\d\d/`, "<folder>"},
	} {
		text = regexp.MustCompile(k.pattern).ReplaceAllString(text, k.kind)
	}
	return text
}
