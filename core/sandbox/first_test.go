package sandbox

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/artstore/ingester/core"
)

// gen1 starts a server of the first generation. Calls go to the Ingester.
func gen1(t *testing.T, change func(*Config)) *tus {
	t.Helper()
	r := start(t, folder(t), func(cfg *Config) {
		cfg.Generation = generation1
		if change != nil {
			change(cfg)
		}
	}).http1(t)
	return &tus{running: r, token: r.signIn(t)}
}

// at makes calls go to another module.
func (c *tus) at(t *testing.T, module, method, path string, body []byte, headers ...string) answer {
	t.Helper()
	req, err := http.NewRequest(method, module+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	return c.do(t, req)
}

// store stores a temporary file.
func (c *tus) store(t *testing.T, name string, content string, fields ...[2]string) File {
	t.Helper()
	got := c.send(t, form{name: name, content: []byte(content), token: c.token, before: fields})
	if got.status != http.StatusCreated {
		t.Fatalf("%s: answered %d %s", name, got.status, got.body)
	}
	files := c.list(t)
	return files[len(files)-1]
}

// detail is the text of a refusal.
func (a answer) detail(t *testing.T) string {
	t.Helper()
	return fmt.Sprint(a.fields(t)["detail"])
}

// isBare reports whether an answer is a 500 without a reason.
func isBare(a answer) bool {
	return a.status == http.StatusInternalServerError && strings.TrimSpace(string(a.body)) == "Internal Server Error" &&
		strings.HasPrefix(a.header.Get("Content-Type"), "text/plain")
}

// The form is read to its end before the token is checked, also with Expect: the
// client sends the whole body, and the answer is 401.
func TestFormIsReadBeforeTheToken(t *testing.T) {
	c := gen1(t, nil)
	for _, header := range []string{"", "100-continue"} {
		req := c.request(t, form{name: "a", content: randomBytes(3 << 20), token: "bad"})
		body := &counting{ReadCloser: req.Body}
		req.Body = body
		if header != "" {
			req.Header.Set("Expect", header)
		}
		got := c.do(t, req)
		if got.status != http.StatusUnauthorized || body.count() != req.ContentLength || got.detail(t) != "Invalid JWT token: Signature verification failed" {
			t.Errorf("Expect %q: answered %d %s after %d of %d bytes", header, got.status, got.body, body.count(), req.ContentLength)
		}
	}
	if rest := leftovers(t, c.cfg.Dir, nil); len(rest) > 0 {
		t.Errorf("left behind: %v", rest)
	}
}

// Errors that the server does not expect are a bare 500, and nothing is stored. A
// file that fits into no element is a 503 for this file only.
func TestFirstGenerationRefusals(t *testing.T) {
	c := gen1(t, func(cfg *Config) { cfg.MaxFileSize, cfg.Faults.Room = 1<<20, 100<<10 })
	small := []byte("content")
	cases := []struct {
		name string
		form form
		want int
		says string
	}{
		{"too large", form{name: "a", content: randomBytes(1<<20 + 1)}, 500, ""},
		{"no room", form{name: "a", content: randomBytes(100<<10 + 1)}, 503, "No available Storage Element for retention_policy=temporary, file_size=102401 bytes"},
		{"no bytes", form{name: "a"}, 500, ""},
		{"121 letters", form{name: strings.Repeat("я", 121) + ".pdf", content: small}, 500, ""},
		{"120 letters", form{name: strings.Repeat("я", 120) + ".pdf", content: small}, 201, ""},
		{"250 letters of ASCII", form{name: strings.Repeat("n", 250) + ".pdf", content: small}, 201, ""},
		{"long metadata", form{name: "a", content: small, before: [][2]string{{"metadata", `{"a":"` + strings.Repeat("x", 4000) + `"}`}}}, 500, ""},
		{"long description", form{name: "a", content: small, before: [][2]string{{"description", strings.Repeat("ä", 1000)}, {"metadata", `{"a":"` + strings.Repeat("x", 2000) + `"}`}}}, 500, ""},
		{"longer than it may be", form{name: "a", content: small, before: [][2]string{{"description", strings.Repeat("a", 1001)}}}, 500, ""},
		{"policy", form{name: "a", content: small, before: [][2]string{{"retention_policy", "forever"}}}, 500, ""},
		{"ttl 366", form{name: "a", content: small, before: [][2]string{{"ttl_days", "366"}}}, 500, ""},
		{"ttl 0", form{name: "a", content: small, before: [][2]string{{"ttl_days", "0"}}}, 201, ""},
		{"ttl x", form{name: "a", content: small, before: [][2]string{{"ttl_days", "x"}}}, 422, "int_parsing"},
		{"metadata x", form{name: "a", content: small, before: [][2]string{{"metadata", "{"}}}, 400, "Invalid JSON in metadata field"},
		{"metadata list", form{name: "a", content: small, before: [][2]string{{"metadata", "[]"}}}, 500, ""},
		{"no file", form{before: [][2]string{{"ttl_days", "3"}}}, 422, "Field required"},
		{"field twice", form{name: "a", content: small, before: [][2]string{{"ttl_days", "1"}, {"ttl_days", "2"}}}, 201, ""},
	}
	stored := 0
	for _, k := range cases {
		k.form.token = c.token
		got := c.send(t, k.form)
		switch {
		case got.status != k.want:
			t.Errorf("%s: answered %d %s", k.name, got.status, got.body)
		case k.want == 500 && !isBare(got):
			t.Errorf("%s: answered %s", k.name, got.body)
		case k.want == 503 && got.header.Get("Retry-After") != "30":
			t.Errorf("%s: Retry-After is %q", k.name, got.header.Get("Retry-After"))
		case k.says != "" && !strings.Contains(got.detail(t), k.says):
			t.Errorf("%s: says %s", k.name, got.body)
		}
		if k.want == 201 {
			stored++
		}
	}
	if files := c.list(t); len(files) != stored || len(leftovers(t, c.cfg.Dir, files)) > 0 {
		t.Errorf("stored %d files, want %d; left behind %v", len(files), stored, leftovers(t, c.cfg.Dir, files))
	}
	if f := c.list(t)[2]; f.TTLDays != core.DefaultTTLDays {
		t.Errorf("0 days are %d", f.TTLDays)
	}
}

// While the element is down every upload is a bare 500, and health says so.
func TestElementDown(t *testing.T) {
	down := true
	c := gen1(t, func(cfg *Config) { cfg.Down = func() bool { return down } })
	if got := c.send(t, form{name: "a", content: []byte("x"), token: c.token}); !isBare(got) {
		t.Errorf("answered %d %s", got.status, got.body)
	}
	if got := c.get(t, "/health/ready"); got.status != http.StatusServiceUnavailable || got.fields(t)["status"] != "fail" {
		t.Errorf("ready answered %d %s", got.status, got.body)
	}
	down = false
	c.store(t, "a", "x")
}

// Tags are dropped silently, metadata is kept, and compression is promised but not
// done. Keys are ignored: the same upload is stored twice.
func TestFirstGenerationKeeps(t *testing.T) {
	c := gen1(t, nil)
	fields := [][2]string{{"tags", `["a"]`}, {"metadata", `{"box":14}`}, {"compress", "true"}, {"description", "Box 14"}, {"ttl_days", "7"}}
	for range 2 {
		got := c.send(t, form{name: "ä.txt", content: []byte("content"), key: "key", token: c.token, before: fields})
		if f := got.fields(t); got.status != http.StatusCreated || f["compressed"] != true || f["tags"] != nil || got.header.Get("Idempotency-Replayed") != "" {
			t.Fatalf("answered %d %s", got.status, got.body)
		}
	}
	files := c.list(t)
	if len(files) != 2 {
		t.Fatalf("%d files are stored", len(files))
	}
	want := File{ID: files[0].ID, Path: files[0].Path, Name: "ä.txt", Size: 7, SHA256: sumOf([]byte("content")), ContentType: "application/octet-stream",
		Retention: core.RetentionTemporary, TTLDays: 7, ExpiresAt: files[0].UploadedAt.AddDate(0, 0, 7), Description: "Box 14", Metadata: []byte(`{"box":14}`),
		UploadedAt: files[0].UploadedAt, UploadedBy: c.account.id, Compress: "gzip"}
	if diff := cmp.Diff(want, files[0]); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
	if data, err := os.ReadFile(files[0].Path); err != nil || string(data) != "content" {
		t.Errorf("the content is %q (%v)", data, err)
	}
}

// The Admin Module lists what the Ingester has registered, newest first and in
// pages. Registering may be late or fail; the element has the file anyway.
func TestRegistry(t *testing.T) {
	c := gen1(t, func(cfg *Config) { cfg.Faults.ListLose = 3 })
	for _, name := range []string{"one", "two", "three", "four"} {
		c.store(t, name, name)
	}
	c.send(t, form{name: "ignored", content: []byte("x"), token: "x"})
	names := func(got answer) (names []string) {
		listed, _ := got.fields(t)["files"].([]any)
		for _, entry := range listed {
			fields, _ := entry.(map[string]any)
			names = append(names, fmt.Sprint(fields["original_filename"]))
		}
		return names
	}
	for query, want := range map[string][]string{"": {"four", "two", "one"}, "?page_size=1000": {"four", "two", "one"}, "?page_size=2": {"four", "two"},
		"?page=2&page_size=2": {"one"}, "?page=9": nil, "?checksum=" + string(sumOf([]byte("one"))): {"four", "two", "one"}} {
		got := c.at(t, c.AdminURL(), http.MethodGet, "/api/v1/files"+query, nil)
		if diff := cmp.Diff(want, names(got)); diff != "" || got.fields(t)["total"] != 3.0 {
			t.Errorf("%q (-want +got):\n%s%s", query, diff, got.body)
		}
	}
	if got := c.at(t, c.AdminURL(), http.MethodGet, "/api/v1/files?page_size=1001", nil); got.status != http.StatusUnprocessableEntity {
		t.Errorf("a page of 1001: %d %s", got.status, got.body)
	}
	got := c.at(t, c.ElementURL(), http.MethodGet, "/api/v1/files", nil)
	if diff := cmp.Diff([]string{"four", "three", "two", "one"}, names(got)); diff != "" {
		t.Errorf("the element's list (-want +got):\n%s", diff)
	}
	if got := c.at(t, c.AdminURL(), http.MethodGet, "/api/v1/files/"+c.list(t)[2].ID, nil); got.status != http.StatusNotFound {
		t.Errorf("a file that is not registered: %d %s", got.status, got.body)
	}
}

// An upload to the Storage Element itself is accepted, but not registered.
func TestElementUpload(t *testing.T) {
	c := gen1(t, nil)
	body, kind := form{name: "a.txt", content: []byte("content"), before: [][2]string{{"description", "d"}}}.encode(t)
	got := c.at(t, c.ElementURL(), http.MethodPost, "/api/v1/files/upload", body, "Content-Type", kind)
	if got.status != http.StatusCreated || got.fields(t)["message"] != "File uploaded successfully" {
		t.Fatalf("answered %d %s", got.status, got.body)
	}
	id := fmt.Sprint(got.fields(t)["file_id"])
	if got := c.at(t, c.ElementURL(), http.MethodGet, "/api/v1/files/"+id+"/download", nil); got.status != http.StatusOK || string(got.body) != "content" {
		t.Errorf("read back: %d %s", got.status, got.body)
	}
	if got := c.at(t, c.AdminURL(), http.MethodGet, "/api/v1/files", nil); got.fields(t)["total"] != 0.0 {
		t.Errorf("the registry has %s", got.body)
	}
	empty, kind := form{name: "a.txt"}.encode(t)
	if got := c.at(t, c.ElementURL(), http.MethodPost, "/api/v1/files/upload", empty, "Content-Type", kind); got.status != 500 || got.detail(t) != "Failed to create file" {
		t.Errorf("a file of 0 bytes: %d %s", got.status, got.body)
	}
}

func TestFirstGenerationGuards(t *testing.T) {
	c := gen1(t, nil)
	const nobody = "11111111-2222-4333-8444-555555555555"
	f := c.store(t, "a", "content")
	for _, k := range []struct {
		module, method, path, body string
		want                       int
	}{
		{c.URL(), "POST", "/api/v1/finalize/" + nobody, "", 404},
		{c.URL(), "POST", "/api/v1/finalize/x", "", 422},
		{c.URL(), "POST", "/api/v1/finalize/" + f.ID, "{", 422},
		{c.URL(), "POST", "/api/v1/finalize/" + f.ID, `{"metadata":[]}`, 422},
		{c.URL(), "POST", "/api/v1/finalize/" + f.ID, `{"description":"` + strings.Repeat("x", 1001) + `"}`, 422},
		{c.URL(), "GET", "/api/v1/finalize/" + nobody + "/status", "", 404},
		{c.URL(), "GET", "/api/v1/files/", "", 200},
		{c.AdminURL(), "GET", "/api/v1/files/" + nobody, "", 404},
		{c.ElementURL(), "GET", "/api/v1/files/" + nobody, "", 404},
		{c.ElementURL(), "GET", "/api/v1/files/..%2findex.jsonl/download", "", 422},
	} {
		got := c.at(t, k.module, k.method, k.path, []byte(k.body))
		if got.status != k.want || k.want >= 400 && got.fields(t)["detail"] == nil {
			t.Errorf("%s %s answered %d %s, want %d", k.method, k.path, got.status, got.body, k.want)
		}
		if got := c.at(t, k.module, k.method, k.path, nil, "Authorization", "Bearer x"); got.status != http.StatusUnauthorized {
			t.Errorf("%s %s with a bad token answered %d", k.method, k.path, got.status)
		}
		if got := c.at(t, k.module, k.method, k.path, nil, "Authorization", ""); got.status != 401 && got.status != 403 {
			t.Errorf("%s %s without a token answered %d", k.method, k.path, got.status)
		}
	}
}

// Unknown paths, other methods and slashes are answered as FastAPI does. There are no
// keys, no resumable uploads and no scopes.
func TestFirstGenerationPaths(t *testing.T) {
	c := gen1(t, nil)
	c.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for _, k := range []struct {
		module, method, path string
		want                 int
		location             string
	}{
		{c.AdminURL(), "GET", "/api/v1/auth/jwks", 404, ""},
		{c.URL(), "GET", "/api/v1/auth/jwks", 404, ""},
		{c.URL(), "OPTIONS", "/files/", 404, ""},
		{c.URL(), "POST", "/api/v1/auth/token", 404, ""},
		{c.AdminURL(), "GET", "/api/v1/auth/token", 405, ""},
		{c.URL(), "GET", "/api/v1/files/upload", 405, ""},
		{c.URL(), "GET", "/api/v1/files?page_size=3", 307, c.URL() + "/api/v1/files/?page_size=3"},
		{c.AdminURL(), "GET", "/api/v1/files/", 307, c.AdminURL() + "/api/v1/files"},
		{c.URL(), "GET", "/", 404, ""},
	} {
		got := c.at(t, k.module, k.method, k.path, nil)
		if got.status != k.want || got.header.Get("Location") != k.location || got.header.Get("Server") != "uvicorn" || got.proto != "HTTP/1.1" {
			t.Errorf("%s %s answered %d %v %s", k.method, k.path, got.status, got.header, got.body)
		}
	}
	who, err := c.tokens.verify(c.token)
	if err != nil || who.role != roleUser || len(who.scopes) > 0 || who.subject != c.account.id {
		t.Errorf("the token is %s's, role %s, scopes %v (%v)", who.subject, who.role, who.scopes, err)
	}
}

// A wrong secret and a suspended account get the same answer.
func TestFirstGenerationSignIn(t *testing.T) {
	for _, suspended := range []bool{false, true} {
		c := start(t, folder(t), func(cfg *Config) { cfg.Generation, cfg.Faults.Suspended = generation1, suspended })
		secret := c.ClientSecret().Reveal()
		if !suspended {
			secret = "wrong"
		}
		body := fmt.Sprintf(`{"client_id":%q,"client_secret":%q}`, c.Profile().Auth.ClientID, secret)
		got := c.askToken(t, typeJSON, body, "")
		if got.status != http.StatusUnauthorized || got.detail(t) != "Invalid client_id or client_secret" || got.header.Get("WWW-Authenticate") == "" {
			t.Errorf("suspended %v: answered %d %s", suspended, got.status, got.body)
		}
		if got := c.askToken(t, typeForm, "grant_type=client_credentials", ""); got.status != http.StatusUnprocessableEntity || bytes.Contains(got.body, []byte("grant_type")) {
			t.Errorf("a form: answered %d %s", got.status, got.body)
		}
	}
}

// If the modules have different keys, tokens are issued and the registry accepts
// them, but no upload does.
func TestOtherKey(t *testing.T) {
	c := gen1(t, func(cfg *Config) { cfg.Faults.OtherKey = true })
	if got := c.at(t, c.AdminURL(), http.MethodGet, "/api/v1/files", nil); got.status != http.StatusOK {
		t.Errorf("the registry answered %d %s", got.status, got.body)
	}
	for _, got := range []answer{c.at(t, c.URL(), http.MethodGet, "/api/v1/files/", nil), c.send(t, form{name: "a", content: []byte("x"), token: c.token})} {
		if got.status != http.StatusUnauthorized {
			t.Errorf("the Ingester answered %d %s", got.status, got.body)
		}
	}
}
