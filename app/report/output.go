package report

import (
	"errors"
	"io"
	"os"
	"sync"

	"golang.org/x/term"
)

// Output is standard output or standard error. It remembers a write that failed, so
// that commands need not check each line: the reader may be gone, or the disk full.
// The work continues; the exit code says that output was lost.
type Output struct {
	w    io.Writer
	mu   sync.Mutex
	lost error // why nothing more is written
}

// NewOutput writes to w, which is closed with it.
func NewOutput(w io.Writer) *Output { return &Output{w: w} }

// Write writes nothing more once a write has failed: a report with a hole in it would
// look like a whole one.
func (o *Output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.lost != nil {
		return 0, o.lost
	}
	n, err := o.w.Write(p)
	if err != nil {
		o.lost = &lostOutput{err}
		return n, o.lost
	}
	return n, nil
}

// Fail remembers that something could not be written.
func (o *Output) Fail(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.lost == nil {
		o.lost = &lostOutput{err}
	}
}

// Failure is the error of the first write that failed, nil if none did.
func (o *Output) Failure() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.lost
}

// Close closes the stream: some file systems report a failed write only then.
func (o *Output) Close() {
	c, ok := o.w.(io.Closer)
	if !ok {
		return
	}
	if err := c.Close(); err != nil {
		o.Fail(err)
	}
}

// Terminal is the terminal that shows the stream, nil for none.
func (o *Output) Terminal() *os.File {
	f, ok := o.w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	return f
}

// lostOutput is the error of output that could not be written.
type lostOutput struct{ err error }

func (l *lostOutput) Error() string { return "part of the output is lost: " + l.err.Error() }
func (l *lostOutput) Unwrap() error { return l.err }

// IsLost reports whether err means that output was not written.
func IsLost(err error) bool {
	var l *lostOutput
	return errors.As(err, &l)
}
