package wire

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/artstore/ingester/core"
)

// MaxText is how many characters of a server's text are shown at most.
const MaxText = 500

// Said is a server's message about an error, fit to be shown.
type Said struct {
	Code, Text string
	ArtStore   bool // in ArtStore's form, of either generation
}

// Words reads the error answers of both generations, of OAuth (RFC 6749 §5.2) and of
// gateways. All are JSON objects; ok says whether data is one. Texts are passed
// through redact.
func Words(data []byte, redact func(string) string) (said Said, ok bool) {
	var body struct {
		Detail      json.RawMessage `json:"detail"`
		Error       json.RawMessage `json:"error"`
		Description json.RawMessage `json:"error_description"`
		Message     json.RawMessage `json:"message"`
	}
	if json.Unmarshal(data, &body) != nil {
		return Said{}, false
	}
	if said, ok = secondGeneration(body.Error); !ok {
		_ = json.Unmarshal(body.Error, &said.Code) // OAuth's; anything but a string is ignored
		said.Text = firstGeneration(body.Detail)
		said.ArtStore = said.Text != ""
		for _, raw := range []json.RawMessage{body.Description, body.Message} {
			if said.Text == "" {
				_ = json.Unmarshal(raw, &said.Text) // anything but a string is ignored
			}
		}
	}
	said.Code, said.Text = Clean(redact(said.Code)), Clean(redact(said.Text))
	return said, true
}

// Page returns the text of an answer that is not JSON: a proxy's HTML page, or plain
// text.
func Page(data []byte, contentType string, redact func(string) string) string {
	text := string(data)
	if strings.Contains(contentType, "html") || strings.HasPrefix(strings.TrimSpace(text), "<") {
		text = stripHTML(text)
	}
	return Clean(redact(text))
}

// secondGeneration reads {"code":"…","message":"…"}.
func secondGeneration(raw json.RawMessage) (said Said, ok bool) {
	var e struct{ Code, Message string }
	if len(raw) == 0 || json.Unmarshal(raw, &e) != nil || (e.Code == "" && e.Message == "") {
		return Said{}, false
	}
	return Said{Code: e.Code, Text: e.Message, ArtStore: true}, true
}

// firstGeneration reads a text, or a list of {"loc":[…],"msg":"…"}, which becomes
// "field: message; …".
func firstGeneration(raw json.RawMessage) string {
	var text string
	if len(raw) == 0 || json.Unmarshal(raw, &text) == nil {
		return text
	}
	var list []struct {
		Loc []any  `json:"loc"`
		Msg string `json:"msg"`
	}
	if json.Unmarshal(raw, &list) != nil {
		return string(raw)
	}
	var parts []string
	for _, item := range list {
		field := ""
		if n := len(item.Loc); n > 0 {
			if name, ok := item.Loc[n-1].(string); ok {
				field = name + ": "
			}
		}
		parts = append(parts, field+item.Msg)
	}
	return strings.Join(parts, "; ")
}

var (
	hidden = regexp.MustCompile(`(?is)<(head|style|script)\b.*?</(head|style|script)>`)
	tags   = regexp.MustCompile(`(?s)<[^>]*>`)
)

// stripHTML returns a page's text without its tags.
func stripHTML(page string) string {
	return tags.ReplaceAllString(hidden.ReplaceAllString(page, " "), " ")
}

// Clean makes a server's text fit to be shown: one line without control characters and
// marks that reverse the reading direction, of at most MaxText characters.
func Clean(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	var b strings.Builder
	b.Grow(min(len(s), MaxText)) // unused memory would add up in hundreds of thousands of receipts
	n, space := 0, false
	for _, r := range s {
		switch {
		case r == ' ' || r == '\n' || r == '\t' || r == '\r':
			space = true
			continue
		case core.Unseen(r):
			continue
		}
		if space && n > 0 {
			b.WriteByte(' ')
			n++
		}
		space = false
		if n >= MaxText {
			break
		}
		b.WriteRune(r)
		n++
	}
	return strings.TrimSpace(b.String())
}
