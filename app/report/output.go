package report

import (
	"errors"
	"io"
	"os"
	"sync"

	"golang.org/x/term"
)

// Output is standard output or standard error. A write that fails is
// remembered, so that no command has to look at each of its lines: who reads
// them may be gone, or the disk full. The work goes on; the exit code tells.
type Output struct {
	w    io.Writer
	mu   sync.Mutex
	lost error // why nothing is written any more
}

// NewOutput writes to w, which is closed with it.
func NewOutput(w io.Writer) *Output { return &Output{w: w} }

// Write writes nothing more once a write has failed: half a report with a
// hole in it would look like a whole one.
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

// Fail remembers that something could not be put into the output.
func (o *Output) Fail(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.lost == nil {
		o.lost = &lostOutput{err}
	}
}

// Failure is the first failed write, nil for none.
func (o *Output) Failure() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.lost
}

// Close closes the stream: some file systems say only then that a write
// failed.
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

// lostOutput is why part of what a command had to say was not written.
type lostOutput struct{ err error }

func (l *lostOutput) Error() string { return "part of the output is lost: " + l.err.Error() }
func (l *lostOutput) Unwrap() error { return l.err }

// IsLost reports whether err is that part of the output was not written.
func IsLost(err error) bool {
	var l *lostOutput
	return errors.As(err, &l)
}
