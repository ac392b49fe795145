package profiles

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/foreigntext"
)

// decode reads the text of a profile file in the folder dir. A profile that only fails
// validation is returned together with the error.
func decode(text []byte, dir string) (core.Profile, error) {
	text, err := plain(text)
	if err != nil {
		return core.Profile{}, err
	}
	if err := checkKeys(text); err != nil {
		return core.Profile{}, err
	}
	p := core.NewProfile("")
	if err := toml.Unmarshal(text, &p); err != nil {
		return core.Profile{}, tomlProblem(err)
	}
	if err := applyStorageMode(text, &p); err != nil {
		return core.Profile{}, err
	}
	for _, f := range files(&p) {
		*f.path = absolute(*f.path, dir)
	}
	return p, validate(p)
}

// plain returns text as TOML needs it, in UTF-8 with line feeds. The error says where a
// text has no known encoding.
func plain(text []byte) ([]byte, error) {
	text, err := foreigntext.Decode(text)
	if err != nil {
		return nil, problems{{text: err.Error() + "; save it as UTF-8"}}
	}
	text = foreigntext.Newlines(text)
	line := 1
	for rest := text; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		switch {
		case r == utf8.RuneError && size == 1:
			return nil, problems{{line, "not UTF-8; save the file as UTF-8"}}
		case r == 0:
			return nil, problems{{line, "a NUL byte; this is not a text file"}}
		case r == '\n':
			line++
		}
		rest = rest[size:]
	}
	return text, nil
}

// validate names every value that can't be used.
func validate(p core.Profile) error {
	var found problems
	for _, e := range p.Validate() {
		found = append(found, problem{text: e.Error()})
	}
	return found.err()
}

// tomlProblem is a mistake that only decoding finds, such as a repeated key.
func tomlProblem(err error) error {
	var e *toml.DecodeError
	if !errors.As(err, &e) {
		return problems{{text: strings.TrimPrefix(err.Error(), "toml: ")}}
	}
	line, _ := e.Position()
	return problems{{line, strings.TrimPrefix(e.Error(), "toml: ")}}
}

// applyStorageMode turns the deprecated key storage_mode into the retention policy with
// the same meaning.
func applyStorageMode(text []byte, p *core.Profile) error {
	var old struct {
		Upload struct {
			StorageMode *string         `toml:"storage_mode"`
			Retention   *core.Retention `toml:"retention_policy"`
		} `toml:"upload"`
	}
	if err := toml.Unmarshal(text, &old); err != nil {
		return tomlProblem(err)
	}
	mode, given := old.Upload.StorageMode, old.Upload.Retention
	if mode == nil {
		return nil
	}
	meant, ok := map[string]core.Retention{"edit": core.RetentionTemporary, "rw": core.RetentionPermanent}[*mode]
	if !ok {
		return problems{{text: `upload.storage_mode is neither "edit" nor "rw"; write retention_policy instead`}}
	}
	if given != nil && *given != meant {
		return problems{{text: fmt.Sprintf("upload.storage_mode %q means retention_policy %q, which is not what retention_policy says; remove storage_mode",
			*mode, meant)}}
	}
	p.Upload.RetentionPolicy = meant
	return nil
}

// fileSetting is a value that names a file.
type fileSetting struct {
	key  string
	path *string
}

// files returns the values of p that name files.
func files(p *core.Profile) []fileSetting {
	return []fileSetting{
		{"auth.public_key_file", &p.Auth.PublicKeyFile},
		{"tls.ca_cert_file", &p.TLS.CACertFile},
		{"tls.cert_file", &p.TLS.CertFile},
		{"tls.key_file", &p.TLS.KeyFile},
		{"tls.pkcs12_file", &p.TLS.PKCS12File},
	}
}

// absolute returns the absolute form of a path in a profile file in dir.
func absolute(path, dir string) string {
	if path == "" {
		return ""
	}
	path = filepath.FromSlash(path)
	if dir == "" || rooted(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, path)
}

// rooted reports whether a path is not relative to its file's folder. On Windows a path
// like /etc is not absolute, but it isn't relative either.
func rooted(path string) bool { return filepath.IsAbs(path) || os.IsPathSeparator(path[0]) }

// relative returns a path for a profile file in dir. It is relative if the named file is
// in dir or below, so that the folder can be passed on as a whole.
func relative(path, dir string) string {
	if path == "" {
		return ""
	}
	if dir != "" && rooted(path) {
		if rel, err := filepath.Rel(dir, path); err == nil && filepath.IsLocal(rel) {
			path = rel
		}
	}
	return filepath.ToSlash(filepath.Clean(path))
}
