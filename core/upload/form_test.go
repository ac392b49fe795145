package upload

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"strings"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
)

func TestFormRefusesBrokenMetadata(t *testing.T) {
	if _, err := newForm("a", core.Options{Metadata: json.RawMessage("{")}, false); err == nil {
		t.Error("broken metadata was sent")
	}
}

func TestBoundariesDiffer(t *testing.T) {
	a, _ := newForm("a", core.Options{}, false)
	b, _ := newForm("a", core.Options{}, false)
	if a.contentType == b.contentType || !bytes.HasPrefix(a.tail, []byte("\r\n--")) {
		t.Errorf("%q, %q", a.contentType, a.tail)
	}
}

// readBack reads a form as a server does.
func readBack(f form, text string) (name, got string, err error) {
	_, params, err := mime.ParseMediaType(f.contentType)
	if err != nil {
		return "", "", err
	}
	body := io.MultiReader(bytes.NewReader(f.head), strings.NewReader(text), bytes.NewReader(f.tail))
	form := multipart.NewReader(body, params["boundary"])
	for {
		part, err := form.NextRawPart()
		if err != nil {
			return "", "", err
		}
		if part.FormName() == "file" {
			_, disposition, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
			if err != nil {
				return "", "", err
			}
			data, err := io.ReadAll(part)
			if err == nil {
				_, err = form.NextPart()
			}
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return disposition["filename"], string(data), err
		}
	}
}

// Whatever a file's name, a server reads exactly its safe name and its content.
func FuzzFileName(f *testing.F) {
	for _, name := range []string{"a.txt", "../x", `"\"`, "a\r\n\r\nb", "\x00", "\u202e", "e\u0301", strings.Repeat("é.", 200), ".", "\xff"} {
		f.Add(name, "content")
	}
	f.Fuzz(func(t *testing.T, name, text string) {
		safe := content.SafeName(name)
		form, err := newForm(name, core.Options{Retention: core.RetentionPermanent, Description: text}, false)
		if err != nil {
			t.Fatal(err)
		}
		gotName, got, err := readBack(form, text)
		if err != nil || gotName != safe || got != text {
			t.Fatalf("%q, %q came back as %q, %q (%v)", safe, text, gotName, got, err)
		}
	})
}
