package tus

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/transport"
)

// state is what the server says about an upload.
type state struct {
	url    string
	offset int64
	header http.Header // of the server's answer, nil for a new upload
	proto  string
	status int
	known  bool // the server had made this upload before
}

// create makes a new upload of size bytes and returns it. It is usually empty, but
// a server that recognises the transfer may have the file already.
func (a *attempt) create(ctx context.Context, size int64, sum core.Checksum, header map[string]string) (state, *core.Error) {
	described, err := metadata(a.transfer.Source.Name, a.transfer.Options, sum)
	if err != nil {
		return state{}, &core.Error{Kind: core.KindUsage, Code: core.CodeUsage, Op: opUpload,
			Message: "What is said about the file can't be sent.", Err: err}
	}
	header["Upload-Metadata"] = described
	if !strings.HasPrefix(header["Upload-Concat"], final) {
		header["Upload-Length"] = strconv.FormatInt(size, 10)
	}
	complete := size == 0 || strings.HasPrefix(header["Upload-Concat"], final)
	got, e := a.client.call(ctx, opUpload, request{method: http.MethodPost, url: a.client.base.String(), header: header, size: a.size, once: complete})
	if e != nil {
		return state{}, e
	}
	if got.StatusCode != http.StatusCreated {
		e = a.client.refused(opUpload, got, true)
		if e.Status == http.StatusInternalServerError { // the server says that it did not create it
			e.Outcome = core.OutcomeAnswered
		}
		return state{}, e
	}
	created, err := locate(a.client.base, got.Header.Get("Location"))
	if err != nil {
		return state{}, &core.Error{Kind: core.KindServer, Code: core.CodeAnswerInvalid, Op: opUpload, Status: got.StatusCode, Outcome: core.OutcomeAnswered,
			Message: "The server's address for the upload (Location) can't be used.", Err: err}
	}
	offset, err := number(got.Header, "Upload-Offset")
	if err != nil {
		offset = 0
	}
	return state{url: created, offset: offset, known: got.Header.Get("Idempotency-Replayed") == "true"}, nil
}

// look asks how much the server has of an upload of size bytes.
func (a *attempt) look(ctx context.Context, target string, size int64) (state, *core.Error) {
	question := request{method: http.MethodHead, url: target, size: a.size}
	got, e := a.client.call(ctx, opUpload, question)
	if e == nil && got.StatusCode == http.StatusUnauthorized { // asking again with another token is harmless
		got, e = a.client.call(ctx, opUpload, question)
	}
	if e != nil {
		return state{}, cutOff(e)
	}
	if got.StatusCode != http.StatusOK && got.StatusCode != http.StatusNoContent {
		return state{}, unanswered(a.client.refused(opUpload, got, false))
	}
	offset, err := number(got.Header, "Upload-Offset")
	if err != nil {
		return state{}, nonsense("The server does not say where its copy of the file ends.", err)
	}
	if offset > size {
		return state{}, nonsense("The server says it has more of the file than there is.", nil)
	}
	if got.Header.Get("Upload-Length") != "" {
		if length, err := number(got.Header, "Upload-Length"); err != nil || length != size {
			return state{}, nonsense("The server's upload is of another size than the file.", err)
		}
	}
	return state{url: target, offset: offset, header: got.Header, proto: got.Proto, status: got.StatusCode}, nil
}

// errUnanswered means that a server does not tell an upload's offset.
var errUnanswered = errors.New("the question about the upload was refused")

// unanswered returns e as the refusal of a question about one upload. It says
// nothing about other uploads or the account. tusd answers 500, without a message
// to HEAD, if it can't get a lock.
func unanswered(e *core.Error) *core.Error {
	switch {
	case gone(e), e.Kind == core.KindNetwork, e.Kind == core.KindTLS:
	case e.Status == http.StatusInternalServerError:
		e.Code, e.Message = core.CodeKeyInProgress, "The server can't say what it has of the file; it may be busy with an earlier attempt."
	case e.Status == http.StatusUnauthorized, e.Status == http.StatusNotImplemented, e.Status/100 == 4 && !passing(e):
		e.Kind, e.Code, e.Err = core.KindServer, core.CodeServerFailure, errUnanswered
		e.Message = "The server refuses to say what it has of the file."
	}
	return e
}

// gone reports whether the server no longer knows an upload.
func gone(e *core.Error) bool {
	return !errors.Is(e, errRefused) && (e.Status == http.StatusNotFound || e.Status == http.StatusGone)
}

// nonsense is the error of an answer that makes no sense.
func nonsense(message string, err error) *core.Error {
	return &core.Error{Kind: core.KindServer, Code: core.CodeAnswerInvalid, Op: opUpload, Message: message, Outcome: core.OutcomeAnswered, Err: err}
}

// patch is a part of the file to be added to an upload.
type patch struct {
	url            string
	offset, length int64 // in the upload
	header         map[string]string
	finishing      bool // completes the upload
	content        func(context.Context) io.Reader
}

// patch sends a part of the file and returns the upload's new state.
func (a *attempt) patch(ctx context.Context, p patch) (state, *core.Error) {
	header := map[string]string{"Content-Type": "application/offset+octet-stream", "Upload-Offset": strconv.FormatInt(p.offset, 10)}
	for name, value := range p.header {
		header[name] = value
	}
	var out *transport.Body
	got, e := a.client.call(ctx, opUpload, request{method: http.MethodPatch, url: p.url, header: header, size: a.size, length: p.length,
		content: func(b *transport.Body) io.Reader { //nolint:contextcheck // the body carries its context
			out = b
			return b.Metered(p.content(b.Context()), a.client.cfg.Limiter, a.report)
		}})
	if e == nil && got.StatusCode/100 != 2 {
		e = a.client.refused(opUpload, got, p.finishing)
	}
	if e != nil {
		if out != nil {
			a.report.Back(out.Sent())
		}
		if e.Outcome == core.OutcomeUnknown && !p.finishing {
			e.Outcome = core.OutcomeCutOff
		}
		if a.client.tooMuch(e, p.length) {
			e.Err = errTooMuch
		}
		return state{}, e
	}
	offset, err := number(got.Header, "Upload-Offset")
	switch end := p.offset + p.length; {
	case err != nil:
		e = nonsense("The server does not say where its copy of the file ends.", err)
		e.Status, e.Outcome = got.StatusCode, core.OutcomeCutOff
		if p.finishing {
			e.Outcome = core.OutcomeUnknown
		}
		return state{}, e
	case offset != end: // the server says that it took only some of it
		a.report.Back(p.length)
		return state{}, &core.Error{Kind: core.KindServer, Code: core.CodeServerFailure, Op: opUpload, Status: got.StatusCode, Outcome: core.OutcomeAnswered,
			Message: "The server's copy ends elsewhere than it should.", Err: errElsewhere}
	}
	return state{url: p.url, offset: offset, header: got.Header, proto: got.Proto, status: got.StatusCode}, nil
}
