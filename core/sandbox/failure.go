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

// op is the operation in the package's errors.
const op = "sandbox"

// usage is a *core.Error for a Config that makes no sense.
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

// The second generation's error codes. The metric ingester_errors_total has them as
// error_code.
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

// refusal is an error that the client is told, before it is written as one of the
// generations does.
type refusal struct {
	status     int
	code       string
	message    string
	field      string // the bad form field, for the first generation's 422
	kind       string // what is wrong with it: "missing", "value_error"
	retryAfter int    // seconds, 0 for none
	challenge  string // of a 401; "" is the generation's
	problem    *problem
	body       any   // the first generation's, where it is more than a detail
	told       bool  // the first generation's 500 has a detail
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

// asRefusal turns any error of receiving a file into a refusal. Errors of the disk
// and of the index are the server's fault, all others the request's.
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
	if errors.As(err, &path) || errors.As(err, &rename) || errors.Is(err, errBroken) || errors.Is(err, errUnavailable) {
		return &refusal{status: http.StatusInternalServerError, code: codeInternal, message: "the file could not be stored", err: err}
	}
	return &refusal{status: http.StatusBadRequest, code: codeIncomplete, message: "the request body ended early or is not multipart/form-data", err: err}
}
