package foreigntext

import (
	"encoding/binary"
	"errors"
	"testing"
	"unicode/utf16"
	"unicode/utf8"
)

// utf16Of encodes text with a prefix.
func utf16Of(order binary.AppendByteOrder, text string) string {
	var data []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		data = order.AppendUint16(data, unit)
	}
	return string(data)
}

func TestDecode(t *testing.T) {
	const text = "naïve Ключ 🔑\r\n"
	le, be := binary.LittleEndian, binary.BigEndian
	for name, tt := range map[string]struct {
		data, want string
		err        error
	}{
		"plain":                  {text, text, nil},
		"empty":                  {"", "", nil},
		"one byte":               {"x", "x", nil},
		"UTF-8 with a mark":      {"\ufeff" + text, text, nil},
		"a mark and no more":     {"\ufeff", "", nil},
		"UTF-16 LE":              {utf16Of(le, "\ufeff"+text), text, nil},
		"UTF-16 BE":              {utf16Of(be, "\ufeff"+text), text, nil},
		"UTF-16 LE, no mark":     {utf16Of(le, text), text, nil},
		"UTF-16 BE, no mark":     {utf16Of(be, text), text, nil},
		"UTF-16, only its mark":  {"\xff\xfe", "", nil},
		"UTF-16, half a unit":    {"\xff\xfea", "", ErrCutOff},
		"UTF-16, half a pair":    {"\xff\xfe\x3d\xd8", "", ErrCutOff},
		"UTF-16, pair reversed":  {"\xff\xfe\x00\xdc\x3d\xd8", "", ErrSurrogate},
		"UTF-16, pair and other": {"\xff\xfe\x3d\xd8a\x00", "", ErrSurrogate},
		"another encoding":       {"na\xefve", "na\xefve", nil},
		"DER":                    {"\x30\x82\x01\x00", "\x30\x82\x01\x00", nil},
	} {
		if got, err := Decode([]byte(tt.data)); string(got) != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestNewlines(t *testing.T) {
	for text, want := range map[string]string{"a\rb\r": "a\nb\n", "a\r\nb\r\n": "a\r\nb\r\n", "a\nb\rc": "a\nb\rc", "": ""} {
		if got := string(Newlines([]byte(text))); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

// UTF-16 is decoded to UTF-8, and everything else stays as it was.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{"text", "\ufefftext", utf16Of(binary.LittleEndian, "\ufefftext 🔑"), utf16Of(binary.BigEndian, "\ufefftext"), "\xff\xfe\x3d\xd8"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		text, err := Decode(data)
		if err == nil && utf16Order(data) != nil && !utf8.Valid(text) {
			t.Errorf("%q became %q", data, text)
		}
		if err == nil && len(text) > 3*len(data) {
			t.Error("longer than can be")
		}
	})
}
