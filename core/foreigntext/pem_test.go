package foreigntext

import (
	"bytes"
	"encoding/binary"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"
)

func block(kind, content string) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: []byte(content)}))
}

// told describes what was read from a file.
func told(t *testing.T, data string) string {
	t.Helper()
	blocks, err := PEM([]byte(data))
	if err != nil {
		return err.Error()
	}
	var parts []string
	for i, b := range blocks {
		switch {
		case b.Number != i+1:
			t.Errorf("block %d has the number %d", i+1, b.Number)
		case b.Err != nil && (b.Bytes != nil || b.Headers != nil):
			t.Errorf("%s has an error and content", b.Place())
		case b.Err != nil:
			parts = append(parts, fmt.Sprintf("%s %s: %v", b.Place(), b.Type, b.Err))
		default:
			parts = append(parts, fmt.Sprintf("%d %s=%s", b.Line, b.Type, b.Bytes))
		}
	}
	return strings.Join(parts, "; ")
}

// long is more than one line of base64.
var long = strings.Repeat("the content of a certificate ", 4)

// A block is read in every form. If it can't be, the error tells its position.
func TestPEM(t *testing.T) {
	one, two := block("CERTIFICATE", long), block("CERTIFICATE", "two")
	read, both := "1 CERTIFICATE="+long, "1 CERTIFICATE="+long+"; 6 CERTIFICATE=two"
	lines := func(text, end string) string { return strings.ReplaceAll(text, "\n", end) }
	for name, tt := range map[string]struct{ data, want string }{
		"plain":                  {one, read},
		"two":                    {one + two, both},
		"no line end":            {strings.TrimSpace(one), read},
		"UTF-8 mark":             {"\ufeff" + one + two, both},
		"a mark in between":      {"\ufeff" + one + "\ufeff" + two, both},
		"UTF-16 LE":              {utf16Of(binary.LittleEndian, "\ufeff"+one), read},
		"UTF-16 BE":              {utf16Of(binary.BigEndian, "\ufeff"+one), read},
		"UTF-16 LE, no mark":     {utf16Of(binary.LittleEndian, one), read},
		"CR":                     {lines(one+two, "\r"), both},
		"CR LF":                  {lines(one+two, "\r\n"), both},
		"empty lines":            {lines(one, "\n\n"), read},
		"trailing blanks":        {lines(one, " \t\n"), read},
		"indented":               {"  " + lines(one, "\n  "), read},
		"hard spaces":            {"\u00a0" + lines(one, "\u00a0\n\u00a0"), read},
		"marks within lines":     {lines(one, "\u200b\n\ufeff"), read},
		"one line":               {lines(strings.TrimSpace(one), " "), read},
		"nothing between":        {lines(one, ""), read},
		"glued":                  {strings.TrimSpace(one) + two, "1 CERTIFICATE=" + long + "; 5 CERTIFICATE=two"},
		"glued, sharing dashes":  {strings.TrimSuffix(one, "-----\n") + two, "1 CERTIFICATE=" + long + "; 5 CERTIFICATE=two"},
		"text around":            {"Bag Attributes: x\n" + one + "between\n" + two + "behind", "2 CERTIFICATE=" + long + "; 8 CERTIFICATE=two"},
		"a text of BEGINs":       {"-- BEGIN of ours --\nTHE END IS\n- END OF LIST\n" + one, "4 CERTIFICATE=" + long},
		"framed":                 {"--- Begin Certificate ---\n" + one + "--- End Certificate ---\n" + two, "2 CERTIFICATE=" + long + "; 8 CERTIFICATE=two"},
		"blank in the label":     {strings.ReplaceAll(one, "CERTIFICATE-", "CERTIFICATE -"), read},
		"Latin-1 in a comment":   {"# Soci\xe9t\xe9\n" + one, "2 CERTIFICATE=" + long},
		"another type":           {block("X509 CRL", "c") + one, "1 X509 CRL=c; 4 CERTIFICATE=" + long},
		"DER":                    {"\x30\x82\x01\x00", ""},
		"nothing":                {"", ""},
		"UTF-16 behind UTF-8":    {one + utf16Of(binary.LittleEndian, two), errMixed.Error()},
		"UTF-8 behind UTF-16":    {utf16Of(binary.BigEndian, "\ufeff"+one) + two, errMixed.Error()},
		"UTF-16 cut off":         {utf16Of(binary.LittleEndian, "\ufeff"+one)[1:], ""},
		"UTF-16, half a unit":    {utf16Of(binary.LittleEndian, "\ufeff"+one) + "x", ErrCutOff.Error()},
		"cut off":                {two + one[:60], "1 CERTIFICATE=two; block 2 (line 4) CERTIFICATE: " + errNoEnd.Error()},
		"cut off before another": {one[:60] + "\n" + two, "block 1 (line 1) CERTIFICATE: " + errNoEnd.Error() + "; 3 CERTIFICATE=two"},
		"four dashes":            {two + strings.ReplaceAll(one, "-----BEGIN CERTIFICATE-----", "----BEGIN CERTIFICATE----"), "1 CERTIFICATE=two; block 2 (line 4) CERTIFICATE: " + errBegin.Error()},
		"dashes at one side":     {strings.ReplaceAll(one, "BEGIN CERTIFICATE-----", "BEGIN CERTIFICATE"), "block 1 (line 1) CERTIFICATE: " + errBegin.Error()},
		"a typographer's dashes": {strings.ReplaceAll(one, "-----BEGIN CERTIFICATE-----", "—–BEGIN CERTIFICATE—–"), "block 1 (line 1) CERTIFICATE: " + errBegin.Error()},
		"small letters":          {strings.ToLower(one[:27]) + one[27:], "block 1 (line 1) CERTIFICATE: " + errBegin.Error()},
		"a damaged END":          {strings.ReplaceAll(one, "-----END", "---END") + two, "block 1 (line 1) CERTIFICATE: " + errEnd.Error() + "; 6 CERTIFICATE=two"},
		"another END":            {strings.ReplaceAll(one, "END CERTIFICATE", "END PUBLIC KEY"), "block 1 (line 1) CERTIFICATE: it begins as CERTIFICATE and ends as PUBLIC KEY"},
		"no base64":              {strings.ReplaceAll(one, "\nd", "\n!"), "block 1 (line 1) CERTIFICATE: its base64 is damaged"},
		"base64 cut off":         {one[:58] + "\n-----END CERTIFICATE-----", "block 1 (line 1) CERTIFICATE: its base64 is damaged"},
		"quoted in a mail":       {"> " + lines(one, "\n> "), "block 1 (line 1) CERTIFICATE: its base64 is damaged"},
		"empty":                  {"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----", "block 1 (line 1) CERTIFICATE: " + errEmpty.Error()},
		"empty, sharing dashes":  {"-----BEGIN CERTIFICATE-----END CERTIFICATE-----", "block 1 (line 1) CERTIFICATE: " + errEmpty.Error()},
		"BEGIN and no more":      {"-----BEGIN CERTIFICATE", "block 1 (line 1) CERTIFICATE: " + errBegin.Error()},
		"END and no more":        {"-----END CERTIFICATE-----", ""},
	} {
		if got := told(t, tt.data); got != tt.want {
			t.Errorf("%s:\n got %q\nwant %q", name, got, tt.want)
		}
	}
}

func TestHeaders(t *testing.T) {
	const text = "-----BEGIN RSA PRIVATE KEY-----\n  Proc-Type: 4,ENCRYPTED\nDEK-Info:AES-256-CBC,00\n\neA==\n-----END RSA PRIVATE KEY-----"
	blocks, err := PEM([]byte(text))
	if err != nil || len(blocks) != 1 || string(blocks[0].Bytes) != "x" || blocks[0].Headers["Proc-Type"] != "4,ENCRYPTED" || blocks[0].Headers["DEK-Info"] != "AES-256-CBC,00" {
		t.Errorf("%+v, %v", blocks, err)
	}
}

// Whatever a file contains: reading never panics, each standard BEGIN line gives a block, and a block that the
// standard library has written can be read again.
func FuzzPEM(f *testing.F) {
	one, two := block("CERTIFICATE", long), block("PUBLIC KEY", "two")
	for _, seed := range []string{one + two, strings.TrimSpace(one) + two, "\ufeff" + one, utf16Of(binary.LittleEndian, "\ufeff"+one), strings.ReplaceAll(one, "\n", "\r"),
		"  " + strings.ReplaceAll(one, "\n", "\n  "), one[:60] + two, strings.ReplaceAll(one, "-----B", "----B"), "-----BEGIN KEY-----END KEY-----"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if again, err := PEM([]byte(block("X509 CRL", string(data)))); len(data) > 0 && (err != nil || len(again) != 1 || !bytes.Equal(again[0].Bytes, data)) {
			t.Errorf("written and read again: %+v, %v", again, err)
		}
		blocks, err := PEM(data)
		if err != nil {
			return
		}
		if utf16Order(data) == nil {
			if lines := bytes.Count(data, []byte("-----BEGIN CERTIFICATE-----")); len(blocks) < lines {
				t.Errorf("%d blocks of %d BEGIN lines", len(blocks), lines)
			}
		}
		for _, b := range blocks {
			if b.Number < 1 || b.Line < 1 || (b.Err == nil) != (len(b.Bytes) > 0) {
				t.Errorf("%+v", b)
			}
		}
	})
}

// The lines above a block belong to it, but not those above an earlier block.
func TestAttribute(t *testing.T) {
	one, two := block("CERTIFICATE", long), block("CERTIFICATE", "two")
	text := "Bag Attributes\r\n    friendlyName: first: ü \r\n    localKeyID: 01 \r\n" + one + "subject=x\n\ufefffriendlyName:second\r" + two + two
	for name, data := range map[string]string{"plain": text, "UTF-16": utf16Of(binary.LittleEndian, "\ufeff"+text)} {
		blocks, err := PEM([]byte(data))
		if err != nil || len(blocks) != 3 {
			t.Fatal(name, blocks, err)
		}
		for i, want := range []string{"first: ü", "second", ""} {
			if got := blocks[i].Attribute("friendlyName"); got != want {
				t.Errorf("%s, block %d: %q", name, i, got)
			}
		}
		if got := blocks[0].Attribute("localKeyID"); got != "01" {
			t.Errorf("%s: %q", name, got)
		}
	}
}
