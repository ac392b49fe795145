package control

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
)

// Limits of what is read, as neither side trusts the other's sizes.
const (
	maxLine  = 16 << 20 // bytes
	maxTotal = 4 << 30  // bytes of a request
	// perLine is how many transfers, sources or IDs one line has at most.
	perLine = 200
)

func inLines[T any](list []T) iter.Seq[[]T] { return slices.Chunk(list, perLine) }

// lineWriter writes messages. After an error it writes nothing more.
type lineWriter struct {
	out   *json.Encoder
	flush func() error
	err   error
}

func (w *lineWriter) write(m message) {
	if w.err == nil {
		w.err = w.out.Encode(m)
	}
}

// send writes and flushes.
func (w *lineWriter) send(m message) error {
	if w.write(m); w.err == nil && w.flush != nil {
		w.err = w.flush()
	}
	return w.err
}

// errCutOff is the error of an answer or a request without its end.
var errCutOff = errors.New("cut off")

// lineReader reads messages.
type lineReader struct{ in *bufio.Scanner }

func newLineReader(r io.Reader) *lineReader {
	in := bufio.NewScanner(r)
	in.Buffer(make([]byte, 0, 64<<10), maxLine)
	return &lineReader{in}
}

// next returns the next message. For each empty line, which it skips, it calls alive.
func (r *lineReader) next(alive func()) (m message, err error) {
	for r.in.Scan() {
		alive()
		if len(r.in.Bytes()) == 0 {
			continue
		}
		if err := json.Unmarshal(r.in.Bytes(), &m); err != nil {
			return m, fmt.Errorf("reading a line: %w", err)
		}
		return m, nil
	}
	if err := r.in.Err(); err != nil {
		return m, err
	}
	return m, errCutOff
}

// all reads up to the last message.
func (r *lineReader) all(take func(message)) error {
	for {
		m, err := r.next(func() {})
		if err != nil {
			return err
		}
		take(m)
		if m.Last {
			return nil
		}
	}
}
