package profiles

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/artstore/ingester/core"
)

// secretAdvice says where a secret belongs.
const secretAdvice = `secrets don't belong in a profile file: take it out and keep it in the keychain with ` +
	`"ingester profile set-secret", or pass it in INGESTER_CLIENT_SECRET`

// checker checks the keys of a profile file and notes those that don't belong there or
// have a value of the wrong type.
//
// It finds lines itself, so that its work is proportional to the size of the text: the
// parser counts lines from the beginning each time.
type checker struct {
	parser unstable.Parser
	lines  lines
	known  map[string]reflect.Kind
	found  problems
}

// maxPath is how many parts of a table's name are kept. No known key has so many, so
// everything below such a table is unknown anyway.
const maxPath = 4

// maxKeyText is how much of a key is shown; it is ASCII.
const maxKeyText = 200

// lines finds the lines of offsets in a text, which have to be asked for in ascending
// order.
type lines struct {
	text     []byte
	at, line int
}

// of returns the line of an offset, which must not be smaller than the one before.
func (l *lines) of(offset int) int {
	if offset > l.at {
		l.line += bytes.Count(l.text[l.at:offset], []byte{'\n'})
		l.at = offset
	}
	return l.line
}

// checkKeys reports every unknown key, every secret and every value of the wrong type in
// text, or the first syntax error. It never repeats a value.
//
// The decoder's own strict mode ignores case, stops at the first wrong type and doesn't
// check unknown tables, where a secret may be.
func checkKeys(text []byte) error {
	c := checker{known: knownKeys(), lines: lines{text: text, line: 1}}
	c.parser.Reset(text)
	var table []string
	for c.parser.NextExpression() {
		switch e := c.parser.Expression(); e.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = c.check(nil, e, e.Kind)
		case unstable.KeyValue:
			c.value(table, e)
		}
	}
	if err := c.parser.Error(); err != nil {
		c.found = append(c.found, c.syntax(text, err))
	}
	return c.found.err()
}

// value checks a key with its value, and everything inside the value.
func (c *checker) value(table []string, e *unstable.Node) {
	v := e.Value()
	path := c.check(table, e, v.Kind)
	switch v.Kind {
	case unstable.InlineTable:
		for children := v.Children(); children.Next(); {
			c.value(path, children.Node())
		}
	case unstable.String:
		if bytes.Contains(v.Data, []byte("PRIVATE KEY-----")) {
			c.note(e, keyText(path)+" holds a private key; "+secretAdvice)
		}
	}
}

// check checks the key of e, below table, and returns its whole path.
func (c *checker) check(table []string, e *unstable.Node, kind unstable.Kind) []string {
	path := slices.Clone(table)
	for parts := e.Key(); parts.Next(); {
		path = append(path, string(parts.Node().Data))
	}
	key := keyText(path)
	want, known := c.known[key]
	key = key[:min(len(key), maxKeyText)]
	switch {
	case !known && slices.ContainsFunc(path[len(table):], looksSecret):
		c.note(e, key+" is not allowed: "+secretAdvice)
	case !known && c.unknown(table):
		// Its table has been reported already.
	case !known:
		c.note(e, "unknown key "+key+c.suggestion(path))
	case !fits(kind, want):
		c.note(e, key+" must be "+wanted(want))
	}
	return path[:min(len(path), maxPath)]
}

// unknown reports whether profile files have no such table.
func (c *checker) unknown(table []string) bool {
	_, known := c.known[keyText(table)]
	return len(table) > 0 && !known
}

// suggestion names a known key that ends like path, or one in a table that path lacks.
func (c *checker) suggestion(path []string) string {
	last := path[len(path)-1]
	for _, key := range sortedKeys(c.known) {
		if strings.EqualFold(key[strings.LastIndexByte(key, '.')+1:], last) && c.known[key] != reflect.Struct {
			return " (is " + key + " meant?)"
		}
	}
	return ""
}

func (c *checker) note(e *unstable.Node, text string) {
	parts := e.Key()
	parts.Next()
	c.found = append(c.found, problem{c.lines.of(int(parts.Node().Raw.Offset)), text})
}

// syntax returns a mistake that ends parsing. The parser's message may contain a
// character of the line, so it is left out for a line that looks like a secret.
func (c *checker) syntax(text []byte, err error) problem {
	var e *unstable.ParserError
	if !errors.As(err, &e) {
		return problem{text: err.Error()}
	}
	r := c.parser.Range(e.Highlight)
	line := c.lines.of(int(r.Offset))
	start := bytes.LastIndexByte(text[:r.Offset], '\n') + 1
	begin, _, _ := strings.Cut(string(text[start:]), "\n")
	if key, _, _ := strings.Cut(strings.ReplaceAll(begin, ":", "="), "="); looksSecret(key) {
		return problem{line, "this looks like a secret: " + secretAdvice}
	}
	return problem{line, "not TOML: " + e.Message}
}

// looksSecret reports whether a key seems to name a secret.
func looksSecret(key string) bool {
	key = strings.Map(func(r rune) rune {
		if strings.ContainsRune("_-. \t'\"", r) {
			return -1
		}
		return r
	}, strings.ToLower(key))
	if key == "token" || key == "pin" {
		return true
	}
	for _, word := range []string{"secret", "passphrase", "password", "passwd", "pwd", "apikey", "privatekey",
		"accesstoken", "refreshtoken", "bearer", "credential"} {
		if strings.Contains(key, word) {
			return true
		}
	}
	return false
}

// knownKeys returns the keys of a profile file with their types.
func knownKeys() map[string]reflect.Kind {
	known := map[string]reflect.Kind{"upload.storage_mode": reflect.String} // deprecated
	var add func(prefix string, t reflect.Type)
	add = func(prefix string, t reflect.Type) {
		for i := range t.NumField() {
			name, _, _ := strings.Cut(t.Field(i).Tag.Get("toml"), ",")
			known[prefix+name] = t.Field(i).Type.Kind()
			if t.Field(i).Type.Kind() == reflect.Struct {
				add(prefix+name+".", t.Field(i).Type)
			}
		}
	}
	add("", reflect.TypeFor[core.Profile]())
	return known
}

func sortedKeys(known map[string]reflect.Kind) []string {
	keys := make([]string, 0, len(known))
	for key := range known {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// fits reports whether a TOML value of this kind can be read into the Go kind.
func fits(kind unstable.Kind, want reflect.Kind) bool {
	switch want {
	case reflect.String:
		return kind == unstable.String
	case reflect.Int:
		return kind == unstable.Integer
	case reflect.Bool:
		return kind == unstable.Bool
	case reflect.Struct:
		return kind == unstable.Table || kind == unstable.InlineTable
	}
	return false
}

// wanted describes a type in the terms of TOML.
func wanted(want reflect.Kind) string {
	switch want {
	case reflect.Int:
		return "a whole number without quotes"
	case reflect.Bool:
		return "true or false without quotes"
	case reflect.Struct:
		return "a table in single brackets"
	}
	return "a text in quotes"
}

// keyText writes a path as in TOML: parts that are not bare keys are quoted.
func keyText(path []string) string {
	parts := make([]string, len(path))
	for i, part := range path {
		parts[i] = part
		bare := func(r rune) bool {
			return r == '_' || r == '-' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
		}
		if part == "" || strings.ContainsFunc(part, func(r rune) bool { return !bare(r) }) {
			parts[i] = fmt.Sprintf("%.80s", strconv.QuoteToASCII(part))
		}
	}
	return strings.Join(parts, ".")
}
