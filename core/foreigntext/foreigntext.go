// Package foreigntext reads texts as other systems write them: with a byte order mark, in
// UTF-16, with old line ends; and PEM files that were changed by editors, mail programs and
// careless concatenation.
//
// All adapters use it, so that a file that one of them can read can be read by all. What
// can't be read is reported with its position, never dropped.
package foreigntext

import (
	"bytes"
	"encoding/binary"
	"errors"
	"unicode/utf16"
	"unicode/utf8"
)

// What is wrong with a text as a whole.
var (
	ErrCutOff    = errors.New("it is UTF-16 that is cut off within a character")
	ErrSurrogate = errors.New("it is UTF-16 with half a character in it")
)

// Decode returns data in UTF-8 without a byte order mark. UTF-16 is recognised by its
// mark, or by a first character of ASCII. Anything else is returned as it is, whether or
// not it is UTF-8.
func Decode(data []byte) ([]byte, error) {
	if rest, ok := bytes.CutPrefix(data, []byte("\xef\xbb\xbf")); ok {
		return rest, nil
	}
	order := utf16Order(data)
	if order == nil {
		return data, nil
	}
	if len(data)%2 != 0 {
		return nil, ErrCutOff
	}
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = order.Uint16(data[2*i:])
	}
	if units[0] == '\ufeff' {
		units = units[1:]
	}
	text := make([]byte, 0, len(units))
	for i := 0; i < len(units); i++ {
		r := rune(units[i])
		if utf16.IsSurrogate(r) {
			if i++; i == len(units) {
				return nil, ErrCutOff
			}
			if r = utf16.DecodeRune(r, rune(units[i])); r == utf8.RuneError {
				return nil, ErrSurrogate
			}
		}
		text = utf8.AppendRune(text, r)
	}
	return text, nil
}

// utf16Order returns the byte order of UTF-16, nil for other data.
func utf16Order(data []byte) binary.ByteOrder {
	switch {
	case len(data) < 2:
	case data[0] == 0xff && data[1] == 0xfe, data[1] == 0 && data[0] != 0 && data[0] < utf8.RuneSelf:
		return binary.LittleEndian
	case data[0] == 0xfe && data[1] == 0xff, data[0] == 0 && data[1] != 0 && data[1] < utf8.RuneSelf:
		return binary.BigEndian
	}
	return nil
}

// Newlines returns text with line feeds if all its line ends are bare carriage returns. In
// a text with line feeds a bare carriage return is not a line end, and stays.
func Newlines(text []byte) []byte {
	if bytes.IndexByte(text, '\n') >= 0 {
		return text
	}
	return bytes.ReplaceAll(text, []byte("\r"), []byte("\n"))
}
