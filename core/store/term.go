package store

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/artstore/ingester/core"
)

// term is a word to search for, with all its possible meanings.
type term struct {
	text  string   // folded
	parts [][]byte // all of these are in a text that has the term: mostly just the word
	key   bool     // long enough to be the beginning of a file ID or a checksum
	id    bool     // a whole file ID that can mean nothing else
	size  span     // bytes
	exact bool     // size is one number, which a filter can tell
	at    span     // seconds since 1970
	clock span     // seconds of the day
	zone  *time.Location
}

// span is the range of numbers from low up to, but not including, high. It is empty
// if they are equal.
type span struct{ low, high int64 }

func (s span) has(n int64) bool { return s.low <= n && n < s.high }
func (s span) empty() bool      { return s.low == s.high }

// minKey is the length in characters of the shortest beginning of a file ID or
// checksum that is searched for: shorter ones would match by chance.
const minKey = 4

// terms splits a query's text. A size may be two words: "3.1 MiB".
func terms(text string, zone *time.Location) []term {
	words := strings.Fields(fold(text))
	var out []term
	for i := 0; i < len(words); i++ {
		t := term{text: words[i], zone: zone}
		if i+1 < len(words) && unitOf(words[i+1]) > 0 {
			if size := roundedSize(words[i], unitOf(words[i+1])); !size.empty() {
				i++
				t.parts = [][]byte{[]byte(t.text), []byte(words[i])}
				t.text, t.size = t.text+" "+words[i], size
				out = append(out, t)
				continue
			}
		}
		t.parts = [][]byte{[]byte(t.text)}
		t.key = utf8.RuneCountInString(t.text) >= minKey
		if n, err := strconv.ParseInt(t.text, 10, 64); err == nil && strconv.FormatInt(n, 10) == t.text && n < math.MaxInt64 {
			t.size, t.exact = span{n, n + 1}, true
		}
		t.at, t.clock = moments(t.text, zone)
		out = append(out, t)
	}
	return out
}

// unitOf returns the factor of a folded unit of size, 0 for other words.
func unitOf(word string) float64 {
	switch word {
	case "b", "б":
		return 1
	case "kib", "киб":
		return 1 << 10
	case "mib", "миб":
		return 1 << 20
	case "gib", "гиб":
		return 1 << 30
	case "tib", "тиб":
		return 1 << 40
	}
	return 0
}

// roundedSize returns the sizes that are shown as number: "3.1" MiB means all from
// 3.05 to 3.15.
func roundedSize(number string, unit float64) span {
	number = strings.Replace(number, ",", ".", 1)
	value, err := strconv.ParseFloat(number, 64)
	if err != nil || value < 0 || value*unit > 1<<60 || strings.Trim(number, "0123456789.") != "" {
		return span{}
	}
	if unit == 1 {
		return span{int64(value), int64(value) + 1}
	}
	half := 0.5
	if _, decimals, ok := strings.Cut(number, "."); ok {
		half = math.Pow10(-len(decimals)) / 2
	}
	return span{int64(math.Ceil((value - half) * unit)), int64(math.Ceil((value + half) * unit))}
}

// moments returns the meaning of a folded word as a time: seconds since 1970, or
// seconds of any day.
func moments(word string, zone *time.Location) (at, clock span) {
	if word[0] < '0' || word[0] > '9' || strings.Trim(word, "0123456789.:-+tz") != "" {
		return at, clock
	}
	for _, f := range []struct {
		layout string
		end    func(time.Time) time.Time
	}{
		{"2006-01", func(t time.Time) time.Time { return t.AddDate(0, 1, 0) }},
		{time.DateOnly, func(t time.Time) time.Time { return t.AddDate(0, 0, 1) }},
		{"02.01.2006", func(t time.Time) time.Time { return t.AddDate(0, 0, 1) }},
		{"2006-01-02T15:04", func(t time.Time) time.Time { return t.Add(time.Minute) }},
		{"2006-01-02T15:04:05", func(t time.Time) time.Time { return t.Add(time.Second) }},
		{time.RFC3339, func(t time.Time) time.Time { return t.Add(time.Second) }},
	} {
		if t, err := time.ParseInLocation(f.layout, strings.ToUpper(word), zone); err == nil {
			return span{t.Unix(), f.end(t).Unix()}, clock
		}
	}
	for layout, length := range map[string]int64{"15:04": 60, time.TimeOnly: 1} {
		if t, err := time.Parse(layout, word); err == nil {
			low := secondOfDay(t)
			return at, span{low, low + length}
		}
	}
	return at, clock
}

func secondOfDay(t time.Time) int64 {
	h, m, s := t.Clock()
	return int64(h*3600 + m*60 + s)
}

// mayBeIn reports whether a block may have entries that match t.
func (t *term) mayBeIn(f filter) bool {
	if t.id {
		return t.inKeys(f)
	}
	return t.mayBeInText(f) || t.inKeys(f) || f.times.meets(t.at) || t.mayBeAtClock(f.times) ||
		f.sizes.meets(t.size) && (!t.exact || f.has(hash(kindSize, t.text)))
}

func (t *term) mayBeInText(f filter) bool {
	for _, part := range t.parts {
		if !f.mayContain(string(part)) {
			return false
		}
	}
	return true
}

// mayBeAtClock reports whether times may include one of t's times of day.
func (t *term) mayBeAtClock(times extent) bool {
	const day = 24 * 60 * 60
	if t.clock.empty() {
		return false
	}
	first, last := time.Unix(times.low, 0).In(t.zone), time.Unix(times.high, 0).In(t.zone)
	_, before := first.Zone()
	_, after := last.Zone()
	length := times.high - times.low
	if length < 0 || length >= day || before != after { // overflow, or the clock was changed
		return true
	}
	low := secondOfDay(first)
	e := extent{low, low + length}
	return e.meets(t.clock) || e.meets(span{t.clock.low + day, t.clock.high + day})
}

// inKeys reports whether one of a block's keys may begin with t.
func (t *term) inKeys(f filter) bool {
	if t.id {
		return len(t.text) < head || f.mayBegin(kindID, t.text)
	}
	return t.key && (f.mayBegin(kindID, t.text) || f.mayBegin(kindSum, t.text))
}

// matches reports whether e matches t.
func (t *term) matches(e *entry) bool {
	switch {
	case t.id:
		return string(e.id) == t.text
	case t.size.has(e.size), t.inText(e.text):
		return true
	case t.key && (hasPrefix(e.id, t.text) || hasPrefix(e.sum, t.text)):
		return true
	case !t.at.empty():
		return t.at.has(e.finished) || t.at.has(e.uploaded)
	case !t.clock.empty():
		return t.clock.has(secondOfDay(time.Unix(e.finished, 0).In(t.zone))) ||
			t.clock.has(secondOfDay(time.Unix(e.uploaded, 0).In(t.zone)))
	}
	return false
}

func hasPrefix(data []byte, text string) bool {
	return len(data) >= len(text) && string(data[:len(text)]) == text
}

func (t *term) inText(text []byte) bool {
	for _, part := range t.parts {
		if !bytes.Contains(text, part) {
			return false
		}
	}
	return true
}

// matchesAll reports whether e matches all terms.
func matchesAll(list []term, e *entry) bool {
	for i := range list {
		if !list[i].matches(e) {
			return false
		}
	}
	return true
}

// searchWords returns the text that History searches, with each field on its own
// line. What neighbours have in common comes first.
func searchWords(src core.Source, server string, tags []string) string {
	words := append(append([]string{server}, tags...), src.Path)
	if !strings.HasSuffix(src.Path, src.Name) { // otherwise the path has the name
		words = append(words, src.Name)
	}
	return fold(strings.Join(words, "\n"))
}

// fold makes texts comparable: lower case, composed characters (file names from
// macOS are decomposed), and no NUL, which would end SQLite's text.
func fold(text string) string {
	return strings.ReplaceAll(norm.NFC.String(strings.ToLower(strings.ToValidUTF8(text, "\uFFFD"))), "\x00", "\uFFFD")
}
