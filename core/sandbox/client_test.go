package sandbox

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/auth"
	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/tlsconfig"
	"github.com/artstore/ingester/core/upload"
)

// I1, I2, I3: the program's own sign-in and upload work with the profile that
// the sandbox hands out, in every combination.
func TestOwnClient(t *testing.T) {
	for _, noMTLS := range []bool{false, true} {
		for _, grant := range []core.Grant{core.GrantArtStore, core.GrantOAuth2} {
			for _, version := range []string{core.HTTP2, core.HTTP11} {
				r := start(t, folder(t), func(c *Config) { c.NoMTLS = noMTLS })
				p := r.Profile()
				p.Auth.Grant, p.Upload.HTTPVersion = grant, version
				uploadAsProfile(t, r, p)
				r.stop()
			}
		}
	}
}

func uploadAsProfile(t *testing.T, r *running, p core.Profile) {
	t.Helper()
	tlsConfig, err := tlsconfig.Build(p.TLS, core.Secret{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := auth.New(auth.Config{TokenURL: p.TokenURL(), JWKSURL: p.JWKSURL(), Grant: p.Auth.Grant, ClientID: p.Auth.ClientID,
		Secret: func(context.Context) (core.Secret, error) { return r.ClientSecret(), nil }, TLS: tlsConfig})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tokens.Close() }()
	client, err := upload.New(upload.Config{BaseURL: p.IngesterURL, TLS: tlsConfig, HTTPVersion: p.Upload.HTTPVersion, Tokens: tokens})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	token, err := tokens.Token(t.Context())
	if err != nil || !strings.HasPrefix(token.Value.Reveal(), "eyJ") || !tokens.Valid() {
		t.Fatalf("the token (%v) is not valid or no JWT", err)
	}
	if honours, err := client.HonoursKey(t.Context()); err != nil || !honours {
		t.Errorf("the server honours keys: %v, %v", honours, err)
	}

	content := randomBytes(2<<20 + 5)
	path := filepath.Join(t.TempDir(), "Bild 1.jpg")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	options := p.DefaultOptions()
	options.Tags, options.Description = []string{"ä"}, "Box 14"
	transfer := core.Transfer{ID: core.TransferID(uuid.NewString()), Options: options,
		Source: core.Source{Path: path, Name: "Ordner/Bild 1.jpg", Size: info.Size(), ModTime: info.ModTime()}}
	receipt, err := client.Upload(t.Context(), transfer, coretest.Unwatched{})
	if err != nil {
		t.Fatalf("upload: %v", err)
	}
	again, err := client.Upload(t.Context(), transfer, coretest.Unwatched{})
	if err != nil || again.FileID != receipt.FileID {
		t.Errorf("the same transfer again: %v %v", again, err)
	}
	files := r.list(t)
	if len(files) != 1 {
		t.Fatalf("%d files are stored", len(files))
	}
	f := files[0]
	stored, err := os.ReadFile(f.Path)
	if err != nil || !bytes.Equal(stored, content) {
		t.Errorf("the content differs (%v)", err)
	}
	if receipt.FileID != f.ID || receipt.SHA256 != f.SHA256 || receipt.Size != f.Size || f.Name != "Bild 1.jpg" || f.ContentType != "image/jpeg" ||
		!receipt.ExpiresAt.Equal(f.ExpiresAt) || !receipt.UploadedAt.Equal(f.UploadedAt) || f.Key != string(transfer.ID) {
		t.Errorf("the receipt is %+v, stored is %+v", receipt, f)
	}
}
