package transport

import (
	"errors"
	"io"
	"strings"
	"unicode"
)

const (
	// MaxAnswer is the longest answer that is read, in bytes.
	MaxAnswer = 1 << 20
	// MaxText is the longest text of a server that is shown, in characters.
	MaxText = 500
)

// ErrTooLong ends an answer beyond MaxAnswer.
var ErrTooLong = errors.New("the answer is longer than 1 MiB")

// ReadAnswer reads an answer up to MaxAnswer.
func ReadAnswer(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxAnswer+1))
	if err == nil && len(data) > MaxAnswer {
		return data[:MaxAnswer], ErrTooLong
	}
	return data, err
}

// Clean makes a server's text fit to be shown: one line without control
// characters or marks that reverse the reading direction, of at most MaxText
// characters.
func Clean(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	var b strings.Builder
	b.Grow(min(len(s), MaxText)) // in hundreds of thousands of receipts what is too much shows
	n, space := 0, false
	for _, r := range s {
		switch {
		case r == ' ' || r == '\n' || r == '\t' || r == '\r':
			space = true
			continue
		case unseen(r):
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

// unseen reports whether r shows nothing, but changes how other text looks.
func unseen(r rune) bool {
	switch r {
	case '\u061c', '\u200e', '\u200f', '\u2028', '\u2029', '\ufeff':
		return true
	}
	return unicode.IsControl(r) || (r >= '\u202a' && r <= '\u202e') || (r >= '\u2066' && r <= '\u2069')
}
