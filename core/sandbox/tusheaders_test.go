package sandbox

import (
	"encoding/base64"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tus/tusd/v2/pkg/handler"
)

func TestParseReprDigest(t *testing.T) {
	good := strings.TrimPrefix(reprDigest(sumOf([]byte("x"))), "sha-256=")
	cases := map[string]struct {
		want string
		bad  bool
	}{
		"":                                   {},
		"sha-512=:eA==:":                     {},
		"sha-256=" + good:                    {want: string(sumOf([]byte("x")))},
		"SHA-256=" + good + ";a=b":           {want: string(sumOf([]byte("x")))},
		"sha-512=:eA==: , sha-256=" + good:   {want: string(sumOf([]byte("x")))},
		"sha-256":                            {bad: true},
		"sha-256=:eA==:":                     {bad: true},
		"sha-256=" + strings.Trim(good, ":"): {bad: true},
		"sha-256=" + good + ":":              {bad: true},
		"sha-256=" + string(sumOf(nil)):      {bad: true},
	}
	for header, k := range cases {
		if got, err := parseReprDigest(header); string(got) != k.want || (err != nil) != k.bad {
			t.Errorf("%q gives %q, %v", header, got, err)
		}
	}
	if got := reprDigest("x"); got != "" {
		t.Errorf("no checksum is written as %q", got)
	}
}

func TestParseMetadata(t *testing.T) {
	cases := map[string]struct {
		want map[string]string
		bad  bool
	}{
		"":              {want: map[string]string{}},
		"a YQ==":        {want: map[string]string{"a": "a"}},
		"a YQ==, b ,c":  {want: map[string]string{"a": "a", "b": "", "c": ""}},
		"a YQ==,":       {bad: true},
		",":             {bad: true},
		"a YQ==,a YQ==": {bad: true},
		"a YQ":          {bad: true},
		"a YQ== YQ==":   {bad: true},
		"ä YQ==":        {bad: true},
		" YQ==":         {want: map[string]string{"YQ==": ""}},
	}
	for header, k := range cases {
		got, err := parseMetadata(header)
		if diff := cmp.Diff(k.want, got); diff != "" || (err != nil) != k.bad {
			t.Errorf("%q: %v (-want +got):\n%s", header, err, diff)
		}
	}
}

// What the parser of metadata accepts, tusd reads the same way.
func FuzzMetadata(f *testing.F) {
	for _, seed := range []string{"filename YQ==,sha256 YWI=", "a,b ,c YQ==", "a YQ==,a YQ==", ", ,", "a  YQ==", "\x00 YQ=="} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		got, err := parseMetadata(header)
		if err != nil {
			return
		}
		if theirs := handler.ParseMetadataHeader(header); !maps.Equal(got, theirs) {
			t.Fatalf("%q is %q here and %q for tusd", header, got, theirs)
		}
		if again, err := parseMetadata(handler.SerializeMetadataHeader(got)); err != nil || !maps.Equal(got, again) {
			t.Fatalf("%q is %q, written and read %q (%v)", header, got, again, err)
		}
	})
}

// What the parsers of checksums accept has the right length, and is the same when
// written again.
func FuzzChecksumHeaders(f *testing.F) {
	sum := base64.StdEncoding.EncodeToString(make([]byte, 32))
	f.Add("sha256 "+sum, "sha-256=:"+sum+":")
	f.Add("sha1 "+sum[:28], "sha-512=:"+sum+":, sha-256=:"+sum+":;q=1")
	f.Add("md5 eA==", "sha-256=::")
	f.Fuzz(func(t *testing.T, checksum, digest string) {
		if p, err := parsePieceSum(checksum); err == nil && p != nil {
			if h := p.hash(); h == nil || h.Size() != len(p.sum) {
				t.Fatalf("%q is accepted as %+v", checksum, p)
			}
		}
		sum, err := parseReprDigest(digest)
		if err != nil || sum == "" {
			return
		}
		if again, err := parseReprDigest(reprDigest(sum)); err != nil || again != sum {
			t.Fatalf("%q is %q, written and read %q (%v)", digest, sum, again, err)
		}
	})
}
