package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"syscall"

	"github.com/artstore/ingester/core"
)

// op is the operation that the package's errors name.
const op = "sandbox"

// usage is a *core.Error for a Config that can't work.
func usage(message string, err error) error {
	return &core.Error{Kind: core.KindUsage, Code: core.CodeUsage, Op: op, Message: message, Err: err}
}

// unusable is a *core.Error for a folder that can't be read or written.
func unusable(doing string, err error) error {
	if known := (*core.Error)(nil); errors.As(err, &known) {
		return err
	}
	return &core.Error{Kind: core.KindConfig, Code: core.CodeStoreFailed, Op: op,
		Message: "cannot " + doing, Err: err}
}

// The second generation's error codes. They are also the error_code label of
// ingester_errors_total.
const (
	codeValidation   = "VALIDATION_ERROR"
	codeUnauthorized = "UNAUTHORIZED"
	codeForbidden    = "FORBIDDEN"
	codeTooLarge     = "FILE_TOO_LARGE"
	codeKeyBusy      = "KEY_IN_PROGRESS"
	codeIncomplete   = "INCOMPLETE_BODY"
	codeStorageFull  = "STORAGE_FULL"
	codeInternal     = "INTERNAL_ERROR"
	codeNotFound     = "NOT_FOUND"
	codeStopping     = "SHUTTING_DOWN"
	codeMediaType    = "UNSUPPORTED_MEDIA_TYPE"
	codeChecksum     = "CHECKSUM_MISMATCH"
	codeMode         = "MODE_NOT_ALLOWED"
)

// refusal is an answer that is not success, before it gets the shape of a
// generation.
type refusal struct {
	status     int
	code       string
	message    string
	field      string // the form field at fault, for the first generation's 422
	kind       string // what is wrong with it: "missing", "value_error"
	retryAfter int    // seconds, 0 for none
	challenge  string // of a 401, where it is not the generation's
	problem    *problem
	body       any   // of the first generation, where it is more than a detail
	told       bool  // a 500 of the first generation that has a detail
	err        error // for the log only
}

// Error implements error.
func (r *refusal) Error() string {
	text := fmt.Sprintf("%d %s: %s", r.status, r.code, r.message)
	if r.err != nil {
		text += ": " + r.err.Error()
	}
	return text
}

// Unwrap returns the cause.
func (r *refusal) Unwrap() error { return r.err }

// badField refuses one form field.
func badField(field, kind, format string, args ...any) *refusal {
	return &refusal{status: http.StatusUnprocessableEntity, code: codeValidation,
		message: fmt.Sprintf(format, args...), field: field, kind: kind}
}

// asRefusal turns any error of receiving a file into an answer. What the disk
// did is the server's fault; everything else came with the request.
func asRefusal(err error) *refusal {
	var known *refusal
	if errors.As(err, &known) {
		return known
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || isFull(err) {
		return &refusal{status: http.StatusInsufficientStorage, code: codeStorageFull, message: "the storage is full", err: err}
	}
	var body *http.MaxBytesError
	if errors.As(err, &body) {
		return &refusal{status: http.StatusRequestEntityTooLarge, code: codeTooLarge, message: "the request is larger than this server takes", err: err}
	}
	var path *fs.PathError
	var rename *os.LinkError
	if errors.As(err, &path) || errors.As(err, &rename) || errors.Is(err, errBroken) || errors.Is(err, errUnreadable) {
		return &refusal{status: http.StatusInternalServerError, code: codeInternal, message: "the file could not be stored", err: err}
	}
	return &refusal{status: http.StatusBadRequest, code: codeIncomplete, message: "the request body ended early or is not multipart/form-data", err: err}
}
