package foreigntext

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Block is a block of a PEM file (RFC 7468), from its BEGIN line on.
type Block struct {
	Number  int    // number of its BEGIN line among those of the file, from 1
	Line    int    // line of its BEGIN line, from 1
	Type    string // such as "CERTIFICATE"
	Headers map[string]string
	Bytes   []byte
	Err     error // why the block can't be read; Headers and Bytes are then empty

	above []byte // the text since the last block
}

// Attribute returns the value of a line "name: value" in the text above the block, as
// OpenSSL writes there ("Bag Attributes"); "" if there is none.
func (b Block) Attribute(name string) string {
	for line := range bytes.FieldsFuncSeq(b.above, func(r rune) bool { return r == '\r' || r == '\n' }) {
		if key, value, ok := strings.Cut(string(line), ":"); ok && strings.TrimFunc(key, blank) == name {
			return strings.TrimFunc(value, blank)
		}
	}
	return ""
}

// Place says where the block is in its file.
func (b Block) Place() string { return fmt.Sprintf("block %d (line %d)", b.Number, b.Line) }

// What can be wrong with a block or a whole file.
var (
	errBegin = errors.New("its BEGIN line is damaged: there should be five dashes on both sides, and capital letters")
	errEnd   = errors.New("its END line is damaged: there should be five dashes on both sides, and capital letters")
	errNoEnd = errors.New("it is cut off: there is no END line")
	errMixed = errors.New("a part of it is UTF-16 and another is not")
	errEmpty = errors.New("there is nothing between BEGIN and END")
)

// PEM returns a block for each BEGIN line in data, including blocks that can't be read;
// none if there are no BEGIN lines, as in DER. It accepts text around the blocks, blanks
// around lines, any line ends, and blocks without a line end between them.
func PEM(data []byte) ([]Block, error) {
	if bytes.Contains(data, []byte("BEGIN ")) && bytes.Contains(data, []byte("B\x00E\x00G\x00I\x00N")) {
		return nil, errMixed
	}
	text, err := Decode(data)
	if err != nil {
		return nil, err
	}
	var blocks []Block
	marks := boundaries(text)
	line := lineCounter{text: text}
	for i, m := range marks {
		if !m.begin || m.damaged && heads(text, marks[i:]) {
			continue
		}
		b := Block{Number: len(blocks) + 1, Line: line.at(m.start), Type: m.label}
		if i == 0 {
			b.above = text[:m.start]
		} else {
			b.above = text[marks[i-1].end:max(m.start, marks[i-1].end)]
		}
		switch {
		case m.damaged:
			b.Err = errBegin
		case i+1 == len(marks) || marks[i+1].begin:
			b.Err = errNoEnd
		case marks[i+1].label != m.label:
			b.Err = fmt.Errorf("it begins as %s and ends as %s", m.label, marks[i+1].label)
		case marks[i+1].damaged:
			b.Err = errEnd
		default:
			b.Headers, b.Bytes, b.Err = body(text[m.end:max(m.end, marks[i+1].start)])
		}
		blocks = append(blocks, b)
	}
	return blocks, nil
}

// heads reports whether the first of marks is only a decoration above another BEGIN line,
// with nothing in between.
func heads(text []byte, marks []boundary) bool {
	return len(marks) > 1 && marks[1].begin && marks[1].start >= marks[0].end && len(bytes.TrimSpace(text[marks[0].end:marks[1].start])) == 0
}

// boundary is a BEGIN or END line, or what is left of one.
type boundary struct {
	start, end int // offsets in the text, including the dashes
	begin      bool
	label      string
	damaged    bool
}

// dashes is how many dashes belong on each side of a boundary.
const dashes = 5

// boundaries finds the boundaries in text. Dashes between two of them may belong to both,
// as somebody may have removed what looked like too many.
func boundaries(text []byte) []boundary {
	var found []boundary
	word := regexp.MustCompile(`(?i)(BEGIN|END)[ \t]+([^\p{Pd}\r\n]*)`)
	for _, at := range word.FindAllSubmatchIndex(text, -1) {
		keyword, label := string(text[at[2]:at[3]]), strings.TrimFunc(string(text[at[4]:at[5]]), blank)
		head := bytes.TrimRight(text[:at[0]], " \t")
		left, right := trailingDashes(head), leadingDashes(text[at[1]:])
		if left < 2 {
			continue // an ordinary word
		}
		m := boundary{start: len(bytes.TrimRightFunc(head, dash)), end: at[1] + right, begin: strings.EqualFold(keyword, "BEGIN"), label: strings.ToUpper(label)}
		proper := bytes.HasSuffix(text[:at[0]], fiveDashes()) && bytes.HasPrefix(text[at[1]:], fiveDashes())
		m.damaged = !proper || keyword != strings.ToUpper(keyword) || label != m.label
		if m.damaged && !strings.Contains(m.label, "CERTIFICATE") && !strings.Contains(m.label, "KEY") {
			continue // a decoration
		}
		found = append(found, m)
	}
	return found
}

func fiveDashes() []byte { return bytes.Repeat([]byte("-"), dashes) }

// dash reports whether r is a dash. Typographic dashes count, as word processors put them
// in place of hyphens.
func dash(r rune) bool { return unicode.Is(unicode.Pd, r) }

func trailingDashes(text []byte) int {
	return utf8.RuneCount(text[len(bytes.TrimRightFunc(text, dash)):])
}

// leadingDashes returns the bytes of the dashes at the beginning of text, of no more than
// belong to a boundary.
func leadingDashes(text []byte) int {
	size := 0
	for range dashes {
		r, n := utf8.DecodeRune(text[size:])
		if !dash(r) {
			break
		}
		size += n
	}
	return size
}

// blank reports whether r is white space or an invisible mark that concatenation leaves
// within a text.
func blank(r rune) bool { return unicode.IsSpace(r) || r == '\ufeff' || r == '\u200b' }

// body reads what is between the boundaries: headers (RFC 1421), then base64.
func body(text []byte) (headers map[string]string, data []byte, err error) {
	lines := bytes.FieldsFunc(text, func(r rune) bool { return r == '\r' || r == '\n' })
	var encoded strings.Builder
	for _, l := range lines {
		l := strings.TrimFunc(string(l), blank)
		if key, value, ok := strings.Cut(l, ":"); ok && encoded.Len() == 0 {
			if headers == nil {
				headers = map[string]string{}
			}
			headers[key] = strings.TrimSpace(value)
			continue
		}
		encoded.WriteString(strings.Join(strings.Fields(l), ""))
	}
	if data, err = base64.StdEncoding.DecodeString(encoded.String()); err != nil {
		return nil, nil, errors.New("its base64 is damaged")
	}
	if len(data) == 0 {
		return nil, nil, errEmpty
	}
	return headers, data, nil
}

// lineCounter finds line numbers in a text, for ascending positions.
type lineCounter struct {
	text []byte
	pos  int
	ends int
}

// at returns the line number of pos.
func (c *lineCounter) at(pos int) int {
	for ; c.pos < pos; c.pos++ {
		if b := c.text[c.pos]; b == '\n' || b == '\r' && (c.pos+1 == len(c.text) || c.text[c.pos+1] != '\n') {
			c.ends++
		}
	}
	return c.ends + 1
}
