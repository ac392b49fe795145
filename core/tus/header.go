package tus

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
	"github.com/artstore/ingester/core/wire"
)

// maxLocation is the longest accepted address of an upload, in bytes.
const maxLocation = 2048

// number reads a header with a number of bytes.
func number(h http.Header, name string) (int64, error) {
	values := h.Values(name)
	if len(values) != 1 {
		return 0, fmt.Errorf("%d headers %s", len(values), name)
	}
	text := strings.TrimSpace(values[0])
	if text == "" || strings.Trim(text, "0123456789") != "" {
		return 0, fmt.Errorf("%s: %.40q is no number", name, text)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s: %.40q is too large", name, text)
	}
	return n, nil
}

// list reads headers with names separated by commas, and makes them lower case.
func list(h http.Header, name string) map[string]bool {
	names := map[string]bool{}
	for _, value := range h.Values(name) {
		for item := range strings.SplitSeq(value, ",") {
			if item = strings.ToLower(strings.TrimSpace(item)); item != "" {
				names[item] = true
			}
		}
	}
	return names
}

// locate reads the address of an upload, absolute or relative to base. It must have
// the same origin, as the token is sent nowhere else.
func locate(base *url.URL, location string) (string, error) {
	if location == "" || len(location) > maxLocation {
		return "", errors.New("no address, or one that is too long")
	}
	u, err := base.Parse(location)
	switch {
	case err != nil:
		return "", errors.New("not a URL")
	case u.User != nil, !sameOrigin(u, base):
		return "", fmt.Errorf("the upload would go to %s://%s instead of %s://%s", u.Scheme, u.Host, base.Scheme, base.Host)
	case u.Path == "" || u.Path == "/" || u.Path == base.Path && u.RawQuery == base.RawQuery:
		return "", errors.New("not the address of an upload")
	}
	u.Fragment, u.RawFragment = "", ""
	if wire.HasZone(base.Host) { // the server doesn't know the zone
		u.Host = base.Host
	}
	return u.String(), nil
}

func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(wire.WithoutZone(a.Hostname()), wire.WithoutZone(b.Hostname())) && port(a) == port(b)
}

func port(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}

// digest reads the SHA-256 of Repr-Digest (RFC 9530), "" if there is none.
func digest(h http.Header) (core.Checksum, error) {
	var found core.Checksum
	for _, value := range h.Values("Repr-Digest") {
		for item := range strings.SplitSeq(value, ",") {
			name, text, _ := strings.Cut(strings.TrimSpace(item), "=")
			if !strings.EqualFold(name, "sha-256") {
				continue
			}
			text, _, _ = strings.Cut(text, ";") // parameters
			sum, err := core.ParseChecksum(text)
			switch {
			case err != nil || sum == "":
				return "", fmt.Errorf("not a SHA-256: %.80q", text)
			case found != "" && sum != found:
				return "", errors.New("two different SHA-256")
			}
			found = sum
		}
	}
	return found, nil
}

// reprDigest writes a SHA-256 as Repr-Digest does.
func reprDigest(sum core.Checksum) string {
	raw, _ := hex.DecodeString(string(sum)) // sum is hexadecimal
	return "sha-256=:" + base64.StdEncoding.EncodeToString(raw) + ":"
}

// uploadChecksum writes a SHA-256 as Upload-Checksum does.
func uploadChecksum(sum []byte) string {
	return "sha256 " + base64.StdEncoding.EncodeToString(sum)
}

// metadata writes a file's description as Upload-Metadata: names and base64 values.
// sum is "" if it is not known yet.
func metadata(name string, o core.Options, sum core.Checksum) (string, error) {
	safe := content.SafeName(name)
	fields, err := content.Fields(o, false)
	if err != nil {
		return "", err
	}
	fields = append([]content.Field{{Name: "filename", Value: safe}, {Name: "filetype", Value: content.MediaType(safe)}}, fields...)
	if sum != "" {
		fields = append(fields, content.Field{Name: "sha256", Value: string(sum)})
	}
	pairs := make([]string, len(fields))
	for i, f := range fields {
		pairs[i] = strings.TrimSpace(f.Name + " " + base64.StdEncoding.EncodeToString([]byte(f.Value)))
	}
	return strings.Join(pairs, ","), nil
}

// fileID is the last segment of the address under which the server keeps the file,
// or else of the upload's address.
func fileID(h http.Header, upload string) string {
	for _, address := range []string{h.Get("Content-Location"), upload} {
		if u, err := url.Parse(address); err == nil {
			if id := path.Base(u.Path); id != "." && id != "/" {
				return id
			}
		}
	}
	return ""
}
