package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/artstore/ingester/core"
)

// Time limits on the caller's side.
const (
	helloTime = 10 * time.Second // for an owner to answer the greeting
	verbTime  = 2 * time.Minute  // for verbs that may have to wait until uploads have stopped
	// silence is how long a caller waits without hearing from its owner, which
	// says every five seconds that it is there.
	silence = 30 * time.Second
	// lastWord is how long to wait for the owner's last message after another
	// answer was cut off.
	lastWord = time.Second
)

// Gone is the error of all requests to an owner that has ended. The caller has to take
// the queue itself, or find its next owner.
type Gone struct {
	HandedOver bool // the queue goes to a window, which should be there in a moment
	Busy       bool // the owner has said that it is starting or ending
	Err        error
}

func (g *Gone) Error() string {
	return fmt.Sprintf("the process that had the queue has ended: %v", g.Err)
}

// Unwrap returns the error that showed it.
func (g *Gone) Unwrap() error { return g.Err }

// IsGone reports whether err means that the owner has ended.
func IsGone(err error) bool {
	var g *Gone
	return errors.As(err, &g)
}

// Moved returns the reason for err if that is that the queue is getting, or has got,
// another owner, and else nil. Work on the queue then goes on with the next owner.
func Moved(ctx context.Context, err error) error {
	switch cause := context.Cause(ctx); {
	case err == nil:
		return nil
	case IsGone(err):
		return err
	case IsGone(cause):
		return cause
	}
	return nil
}

// Client talks to the owner of a queue from another process. It is a Queue.
type Client struct {
	Hello Hello
	http  *http.Client
}

var _ Queue = (*Client)(nil)

// Dial finds the owner of the queue in folder. ErrNobody means that no owner listens,
// and *Gone that the owner is starting or ending and should be asked again. program is
// the caller's version.
func Dial(ctx context.Context, folder, program string) (*Client, error) {
	transport := &http.Transport{
		DialContext:     func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx, folder) },
		IdleConnTimeout: time.Minute, DisableCompression: true, MaxResponseHeaderBytes: 16 << 10,
	}
	c := &Client{http: &http.Client{Transport: transport}}
	if err := c.greet(ctx, program); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// Close ends idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// greet asks the owner for its Hello.
func (c *Client) greet(ctx context.Context, program string) error {
	asking, cancel := context.WithTimeout(ctx, helloTime)
	defer cancel()
	r, err := c.request(asking, http.MethodGet, "hello", nil)
	if err == nil {
		err = json.NewDecoder(io.LimitReader(r.Body, maxAddress)).Decode(&c.Hello)
		_ = r.Body.Close()
	}
	switch {
	case err == nil && c.Hello.Protocol != Version:
		return running("Another version of Ingester (%s, process %d) has the queue, and this one (%s) can't talk to it. End it, or use the same version.",
			c.Hello.Program, c.Hello.Process, program)
	case err == nil && c.Hello.Busy:
		return &Gone{Busy: true, Err: errors.New("it takes no callers now")}
	case err == nil, errors.Is(err, ErrNobody):
		return err
	case ctx.Err() != nil:
		return stopped(ctx)
	case errors.Is(err, errForeign):
		return running("A process of another user listens in the place of the one that has the queue. Set INGESTER_HOME to a folder that is yours alone.")
	case asking.Err() != nil:
		return running("The process that has the queue does not answer. End it, and give the command again.")
	}
	return &Gone{Err: err}
}

// running is the error if the queue is owned by a process that can't be used.
func running(format string, args ...any) error {
	return &core.Error{Kind: core.KindConfig, Code: core.CodeAlreadyRunning, Op: "take the queue", Message: fmt.Sprintf(format, args...)}
}

func (c *Client) request(ctx context.Context, method, path string, body io.Reader) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, "http://"+host+"/"+path, body)
	if err != nil {
		return nil, err
	}
	return c.http.Do(r)
}

// ask sends messages and reads the answer. take gets all of it except an error.
func (c *Client) ask(ctx context.Context, method, path string, send func(*lineWriter), take func(message)) error {
	var body io.Reader
	var writing errgroup.Group
	if send != nil {
		in, out := io.Pipe()
		body = in
		defer func() { _ = writing.Wait() }() // its error reaches the reader
		defer func() { _ = in.Close() }()
		writing.Go(func() error {
			w := &lineWriter{out: json.NewEncoder(out)}
			send(w)
			w.write(message{Last: true})
			return out.CloseWithError(w.err)
		})
	}
	r, err := c.request(ctx, method, path, body)
	if err != nil {
		return err
	}
	defer func() { _ = r.Body.Close() }()
	var failed *failure
	ending := false
	err = newLineReader(r.Body).all(func(m message) {
		failed, ending = m.Error, m.Ending
		take(m)
	})
	if err == nil && failed != nil {
		return failed.error()
	}
	if err == nil && ending {
		return &Gone{Err: errors.New("it is ending")}
	}
	return err
}

// verb makes a request about the queue as a whole.
func (c *Client) verb(ctx context.Context, method, path string, m *message, take func(message)) error {
	asking, cancel := context.WithTimeout(ctx, verbTime)
	defer cancel()
	var send func(*lineWriter)
	if m != nil {
		send = func(w *lineWriter) { w.write(*m) }
	}
	err := c.ask(asking, method, "1/"+path, send, take)
	var said *core.Error
	switch {
	case err == nil, errors.As(err, &said):
		return err
	case ctx.Err() != nil:
		return stopped(ctx)
	case asking.Err() != nil:
		return running("The process that has the queue (%d) does not answer. End it, and give the command again.", c.Hello.Process)
	}
	return &Gone{Err: err}
}

// stopped is the error if the caller's own context has ended.
func stopped(ctx context.Context) error {
	return &core.Error{Kind: core.KindCancelled, Code: core.CodeCancelled, Op: opControl, Message: "The work was stopped.", Err: context.Cause(ctx)}
}

func nothing(message) {}

// Transfers implements Queue.
func (c *Client) Transfers(ctx context.Context) (s core.Snapshot, err error) {
	err = c.verb(ctx, http.MethodGet, "transfers", nil, func(m message) {
		s.Transfers = append(s.Transfers, transfersOf(m.Transfers)...)
		if m.State != nil {
			s.Paused, s.Halt, s.Waits = m.State.Paused, m.State.Halt.error(), m.State.waits()
		}
	})
	return s, err
}

// Retry implements Queue.
func (c *Client) Retry(ctx context.Context, ids ...core.TransferID) error {
	return c.verb(ctx, http.MethodPost, "retry", &message{IDs: ids}, nothing)
}

// Cancel implements Queue.
func (c *Client) Cancel(ctx context.Context, ids ...core.TransferID) error {
	return c.verb(ctx, http.MethodPost, "cancel", &message{IDs: ids}, nothing)
}

// Remove implements Queue.
func (c *Client) Remove(ctx context.Context, ids ...core.TransferID) error {
	return c.verb(ctx, http.MethodPost, "remove", &message{IDs: ids}, nothing)
}

// Take implements Queue.
func (c *Client) Take(ctx context.Context, ids ...core.TransferID) error {
	return c.verb(ctx, http.MethodPost, "take", &message{IDs: ids}, nothing)
}

// PauseAll implements Queue.
func (c *Client) PauseAll(ctx context.Context) error {
	return c.verb(ctx, http.MethodPost, "pause", &message{}, nothing)
}

// PauseAllAfter implements Queue.
func (c *Client) PauseAllAfter(ctx context.Context) error {
	return c.verb(ctx, http.MethodPost, "pause-after", &message{}, nothing)
}

// ResumeAll implements Queue.
func (c *Client) ResumeAll(ctx context.Context) error {
	return c.verb(ctx, http.MethodPost, "resume", &message{}, nothing)
}

// Open gives files to the window that is the owner, and raises it.
func (c *Client) Open(ctx context.Context, paths []string) error {
	return c.verb(ctx, http.MethodPost, "open", &message{Paths: texts(paths)}, nothing)
}

// AskForQueue asks a command for the queue: this process is a window.
func (c *Client) AskForQueue(ctx context.Context) error {
	return c.verb(ctx, http.MethodPost, "hand-over", &message{}, nothing)
}
