package profiles

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzParse: no text makes the parser panic, and a parsed profile is the same after writing and parsing it
// again.
func FuzzParse(f *testing.F) {
	text, err := encode(full("Prod", "/etc/ingester"), "/etc/ingester")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	for _, seed := range []string{minimal, "\xef\xbb\xbf" + minimal + "[upload]\r\nstorage_mode='rw'", "[[a]]\nb={c=[1,{d=1}]}",
		"auth={client_secret=\"x\"}", minimal + "[tls]\nca_cert_file=\"../a\\u0000/./b\"", "a.\"b.c\".'d'=0x_", utf16Of(binary.BigEndian, minimal), strings.ReplaceAll(minimal, "\n", "\r"),
		"x=[", "x=1979-05-27T07:32:00Z"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := decode(text, "/etc/ingester")
		if err != nil {
			if err.Error() == "" {
				t.Error("an error says nothing")
			}
			return
		}
		written, err := encode(p, "/etc/ingester")
		if err != nil {
			t.Fatalf("%v\n%+v", err, p)
		}
		again, err := decode(written, "/etc/ingester")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(p, again); diff != "" {
			t.Error(diff)
		}
	})
}
