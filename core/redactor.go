package core

import (
	"encoding/base64"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// Limits of what a Redactor looks for.
const (
	maxKnown  = 64 // secrets; the program fetches new tokens as long as it runs
	beginning = 8  // bytes of a cut-off secret that already give it away
	minCoded  = 4  // bytes of the shortest secret that is also looked for in encoded form
)

// Redactor removes secrets from what is logged and shown: a server may echo what
// it was sent, in any form. It finds a secret as it is, as part of URLs, JSON and
// HTML, in hexadecimal and in base64, and also if it is cut off. The zero value
// and nil know no secret. It is safe for concurrent use.
type Redactor struct {
	mu    sync.Mutex
	known []traces // newest last
}

// NewRedactor returns a Redactor that knows some secrets.
func NewRedactor(secrets ...Secret) *Redactor {
	r := new(Redactor)
	r.Learn(secrets...)
	return r
}

// Learn adds secrets. If there are too many, the oldest are forgotten.
func (r *Redactor) Learn(secrets ...Secret) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range secrets {
		if s.IsZero() || len(r.known) > 0 && r.known[len(r.known)-1].value == s.Reveal() {
			continue
		}
		r.known = slices.DeleteFunc(r.known, func(t traces) bool { return t.value == s.Reveal() })
		r.known = append(r.known, newTraces(s.Reveal()))
		if len(r.known) > maxKnown {
			r.known = slices.Delete(r.known, 0, 1)
		}
	}
}

// credentials matches the value of an Authorization header.
var credentials = regexp.MustCompile(`(?i)\b(bearer|basic)(\s|%20|\+)+[A-Za-z0-9._~+/=-]{16,}`)

// Redact returns text without the known secrets.
func (r *Redactor) Redact(text string) string {
	text = credentials.ReplaceAllString(text, "$1 "+redacted)
	if r == nil {
		return text
	}
	r.mu.Lock()
	known := slices.Clone(r.known)
	r.mu.Unlock()
	if len(known) == 0 {
		return text
	}
	var out strings.Builder
	kept := 0 // text up to here is in out or was redacted
	for i := 0; i < len(text); {
		from, to := i, i
		for _, t := range known {
			if a, b := t.find(text, i, kept); b > to {
				from, to = min(from, a), b
			}
		}
		if to == i {
			i++
			continue
		}
		out.WriteString(text[kept:from])
		out.WriteString(redacted)
		i, kept = to, to
	}
	out.WriteString(text[kept:])
	return out.String()
}

// traces holds the forms in which a secret may appear.
type traces struct {
	value string
	hex   []string
	forms []form // in base64
}

// form is a secret in base64, and how many characters of it are enough to
// recognise it.
type form struct {
	text   string
	enough int
}

func newTraces(value string) traces {
	t := traces{value: value}
	if len(value) < minCoded {
		return t
	}
	for _, text := range []string{value, url.QueryEscape(value), url.PathEscape(value)} {
		coded := escape(text, "")
		if slices.Contains(t.hex, coded) {
			continue
		}
		t.hex = append(t.hex, coded)
		for before := range 3 { // the secret's position in a group of three bytes
			encoded := base64.RawStdEncoding.EncodeToString(append(make([]byte, before), text...))
			skip := []int{0, 2, 3}[before] // characters that also depend on the bytes before it
			whole := (before + len(text)) * 8 / 6
			t.forms = append(t.forms, form{encoded[skip:whole], (before+min(len(text), beginning))*8/6 - skip})
		}
	}
	return t
}

// find returns the begin and end of a trace at position i of text, i and i for
// none. An encoded trace is widened to the characters around it, back to from at
// most, as they are encoded together with it.
func (t traces) find(text string, i, from int) (begin, end int) {
	if n := spelled(text[i:], t.value); n > 0 {
		return i, i + n
	}
	for _, h := range t.hex {
		if n := inHex(text[i:], h); n > 0 {
			return around(text, i, i+n, from, isHex)
		}
	}
	for _, f := range t.forms {
		if n := f.match(text[i:]); n > 0 {
			return around(text, i, i+n, from, isBase64)
		}
	}
	return i, i
}

// around widens a match to all adjacent characters for which is holds.
func around(text string, begin, end, from int, is func(byte) bool) (int, int) {
	for begin > from && is(text[begin-1]) {
		begin--
	}
	for end < len(text) && is(text[end]) {
		end++
	}
	return begin, end
}

// spelled returns the length of the text's beginning that spells the secret, or
// enough of the secret's beginning; 0 for none.
func spelled(text, secret string) int {
	return max(spelledBy(text, secret, literal, coded), spelledBy(text, secret, coded, literal))
}

// spelledBy is spelled for two ways of writing a character. Where both match, the
// first counts.
func spelledBy(text, secret string, first, second func(text, char string) int) int {
	done, length := 0, 0
	for done < len(secret) {
		_, size := utf8.DecodeRuneInString(secret[done:])
		char := secret[done : done+size]
		n := first(text[length:], char)
		if n == 0 {
			n = second(text[length:], char)
		}
		if n == 0 {
			break
		}
		done, length = done+size, length+n
	}
	if done < min(len(secret), beginning) {
		return 0
	}
	return length
}

// literal returns the length of char if text begins with it, else 0.
func literal(text, char string) int {
	if strings.HasPrefix(text, char) {
		return len(char)
	}
	return 0
}

// coded returns the length of an escape for char, as URLs, JSON, Go and HTML have,
// if text begins with one, else 0.
func coded(text, char string) int {
	switch {
	case text == "":
	case text[0] == '+' && char == " ":
		return 1
	case text[0] == '%':
		return literalFold(text, escape(char, "%"))
	case text[0] == '&':
		if end := strings.IndexByte(text[:min(len(text), 10)], ';'); end > 0 && html.UnescapeString(text[:end+1]) == char {
			return end + 1
		}
	case text[0] == '\\':
		if n := literalFold(text, escape(char, `\x`)); n > 0 {
			return n
		}
		if char == "/" || char == "'" {
			return literal(text, `\`+char)
		}
		value, _, rest, err := strconv.UnquoteChar(text, '"')
		if err == nil && string(value) == char {
			return len(text) - len(rest)
		}
	}
	return 0
}

// literalFold is literal for ASCII, ignoring case.
func literalFold(text, want string) int {
	if len(text) >= len(want) && strings.EqualFold(text[:len(want)], want) {
		return len(want)
	}
	return 0
}

// escape writes each byte of char in hexadecimal, with mark before it.
func escape(char, mark string) string {
	const digits = "0123456789abcdef"
	var out strings.Builder
	for i := range len(char) {
		out.WriteString(mark)
		out.WriteByte(digits[char[i]>>4])
		out.WriteByte(digits[char[i]&15])
	}
	return out.String()
}

// inHex returns the length of a secret in hexadecimal, or of enough of its
// beginning, if text begins with it, else 0.
func inHex(text, secret string) int {
	n := 0
	for n < len(secret) && n < len(text) && (text[n] == secret[n] || isHex(text[n]) && text[n]|0x20 == secret[n]) {
		n++
	}
	if n < min(len(secret), 2*beginning) {
		return 0
	}
	return n
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f' }

// match returns the length of f, or of enough of its beginning, if text begins
// with it in either base64 alphabet, else 0.
func (f form) match(text string) int {
	n := 0
	for n < len(f.text) && n < len(text) && (text[n] == f.text[n] ||
		f.text[n] == '+' && text[n] == '-' || f.text[n] == '/' && text[n] == '_') {
		n++
	}
	if n < f.enough {
		return 0
	}
	return n
}

func isBase64(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || strings.IndexByte("+/-_=", c) >= 0
}
