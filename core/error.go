package core

import (
	"errors"
	"strings"
	"time"
)

// Kind is the coarse class of an error. It is part of the command line's JSON
// and decides the exit code.
type Kind string

// The kinds.
const (
	KindUsage     Kind = "usage"     // wrong flags or arguments
	KindConfig    Kind = "config"    // a profile, certificate file or secret that can't be used
	KindFile      Kind = "file"      // the source file
	KindAuth      Kind = "auth"      // sign-in refused
	KindTLS       Kind = "tls"       // the TLS handshake or a certificate refused on the wire
	KindNetwork   Kind = "network"   // no answer: DNS, TCP, proxy, lost connection
	KindServer    Kind = "server"    // an answer that is not success
	KindIntegrity Kind = "integrity" // an answer whose hash or size is not ours
	KindCancelled Kind = "cancelled" // the user stopped it
)

// Code names one cause precisely; package ui/wording has a sentence and advice
// for each. The text is stable: it is the error_code label of
// ingester_errors_total.
type Code string

// The codes, by kind.
const (
	CodeUsage    Code = "usage"
	CodePortBusy Code = "port_busy" // another program listens there

	CodeProfileInvalid        Code = "profile_invalid"
	CodeProfileNotFound       Code = "profile_not_found"
	CodeProfileRemains        Code = "profile_remains"    // no longer in use, but could not be removed
	CodeProfileUnrestored     Code = "profile_unrestored" // could neither be saved nor be put back as it was
	CodeOtherServer           Code = "other_server"       // the profile leads to another server or account than the file was accepted for
	CodeSecretMissing         Code = "secret_missing"
	CodeCertificateUnreadable Code = "certificate_unreadable" // missing file, not PEM, DER or PKCS#12
	CodeCertificateExpired    Code = "certificate_expired"
	CodeCertificateNotYet     Code = "certificate_not_yet_valid"
	CodeCertificateUsage      Code = "certificate_usage" // lacks clientAuth
	CodeKeyMismatch           Code = "key_mismatch"      // key and certificate don't belong together
	CodeIdentityChoice        Code = "identity_choice"   // several certificates fit, and none is chosen
	CodeIdentityMissing       Code = "identity_missing"  // the chosen certificate isn't there
	CodeKeyUnsupported        Code = "key_unsupported"   // algorithm or encryption not supported
	CodePassphraseWrong       Code = "passphrase_wrong"
	CodePassphraseMissing     Code = "passphrase_missing"
	CodeCAInvalid             Code = "ca_invalid" // CA file that holds no CA certificate
	CodeKeychainUnavailable   Code = "keychain_unavailable"
	CodeKeychainLocked        Code = "keychain_locked"
	CodeKeychainFailed        Code = "keychain_failed"
	CodeStoreFailed           Code = "store_failed"  // queue could not be written
	CodeForeignFiles          Code = "foreign_files" // of another user, in the program's own folder
	CodeNoLocks               Code = "no_locks"      // the file system of the program's own folder has no locks
	CodeStoreNewer            Code = "store_newer"   // database of a newer version
	CodeStoreDamaged          Code = "store_damaged" // an entry of the database is not what was saved
	CodeAlreadyRunning        Code = "already_running"
	CodeProxyInvalid          Code = "proxy_invalid" // HTTPS_PROXY holds no address

	CodeFileMissing    Code = "file_missing"
	CodeFilePermission Code = "file_permission"
	CodeFileUnreadable Code = "file_unreadable"
	CodeFileNotRegular Code = "file_not_regular"
	CodeFileChanged    Code = "file_changed"
	CodeFileLength     Code = "file_length"     // known only by reading the file, and no copy could be made
	CodeFileUnwritable Code = "file_unwritable" // an export can't be written where the user wants it
	CodeFileInUse      Code = "file_in_use"     // another program has it open exclusively

	// Trouble of this computer with more than one file. The engine waits
	// until it is over.
	CodeFolderAway  Code = "folder_away"         // the folder that the user named, or its volume, isn't there
	CodeTooManyOpen Code = "too_many_open_files" // the computer can open no more
	CodeDiskFull    Code = "disk_full"           // this computer's disk has no room for a copy

	CodeSignInRefused  Code = "sign_in_refused"  // client ID or secret refused
	CodeSignInDisabled Code = "sign_in_disabled" // account disabled or secret expired
	CodeTokenInvalid   Code = "token_invalid"    // unusable answer of the token server
	CodeTokenUntrusted Code = "token_untrusted"  // signature or claims don't hold
	CodeTokenRejected  Code = "token_rejected"   // upload server answers 401 to a fresh token
	CodeTokenExpired   Code = "token_expired"    // 401 to a file that took longer to send than its token lived
	CodeScopeMissing   Code = "scope_missing"    // token lacks files:write

	CodeTLSUntrusted      Code = "tls_untrusted" // no configured CA vouches for the server
	CodeTLSHostname       Code = "tls_hostname"
	CodeTLSExpired        Code = "tls_expired"
	CodeTLSClientRefused  Code = "tls_client_refused"  // server refused our certificate
	CodeTLSClientRequired Code = "tls_client_required" // server wants one, none is configured
	CodeTLSClientSilent   Code = "tls_client_silent"   // server hangs up at the point where it checks our certificate
	CodeTLSPolicy         Code = "tls_policy"          // negotiated less than the profile demands
	CodeTLSFailed         Code = "tls_failed"

	CodeNameNotFound      Code = "name_not_found"
	CodeConnectionRefused Code = "connection_refused"
	CodeUnreachable       Code = "unreachable"
	CodeTimeout           Code = "timeout"
	CodeStalled           Code = "stalled"
	CodeConnectionLost    Code = "connection_lost"
	CodeProxy             Code = "proxy"

	CodeServerBusy     Code = "server_busy"      // 429, 503
	CodeNotReady       Code = "not_ready"        // the health check says so
	CodeServerFailure  Code = "server_failure"   // 500, 502, 504
	CodeStorageFull    Code = "storage_full"     // 507
	CodeNoRoom         Code = "no_room"          // 503: no storage takes this file now
	CodeTooLarge       Code = "too_large"        // 413
	CodeHeadersTooLong Code = "headers_too_long" // 431, or 400 with these words
	CodeRejected       Code = "rejected"         // 400, 415, 422 …: the server's message says why
	CodeForbidden      Code = "forbidden"        // 403
	CodeReadOnly       Code = "read_only"        // 409 MODE_NOT_ALLOWED
	CodeKeyInProgress  Code = "key_in_progress"
	CodeRedirect       Code = "redirect" // 3xx is never followed
	CodeAnswerInvalid  Code = "answer_invalid"
	CodeUnexpected     Code = "unexpected_status"

	CodeFinaliseUnsupported Code = "finalise_unsupported" // the server can't make files permanent
	CodeFinaliseFailed      Code = "finalise_failed"      // it tried and gave up
	CodeFinalisedBefore     Code = "finalised_before"     // the file is permanent already, so its description can't be changed

	CodeChecksumMismatch Code = "checksum_mismatch"
	CodeChecksumMissing  Code = "checksum_missing"
	CodeSizeMismatch     Code = "size_mismatch"

	CodeOutcomeUnknown Code = "outcome_unknown"
	CodeNotListed      Code = "not_listed" // the same, but the server lists other files and not this one
	CodeCancelled      Code = "cancelled"
	CodeInternal       Code = "internal"
)

// OfComputer reports whether c is a passing trouble of this computer, such as a
// share that is away or a full disk, rather than of a file or a server.
func (c Code) OfComputer() bool {
	return c == CodeFolderAway || c == CodeTooManyOpen || c == CodeDiskFull
}

// Outcome says what the server may have done with an attempt that failed.
type Outcome int

// The outcomes.
const (
	// OutcomeNotProcessed: no server took the request. Retrying is free.
	OutcomeNotProcessed Outcome = iota
	// OutcomeAnswered: a final status came.
	OutcomeAnswered
	// OutcomeCutOff: the body had not been sent to its end, so a correct
	// server can't have stored it.
	OutcomeCutOff
	// OutcomeUnknown: everything had been sent and no valid answer came.
	OutcomeUnknown
)

// Error is every failure that crosses a package boundary: what was being
// done, a stable code, what a server said, and the cause.
type Error struct {
	Kind    Kind
	Code    Code
	Op      string // what was being done: "upload", "fetch token"
	Message string // one plain English sentence without secrets; the UI translates by Code

	Status     int           // HTTP status, 0 without one
	ServerCode string        // code in the server's error answer ("FILE_TOO_LARGE")
	ServerText string        // the server's message, ≤ 500 characters, control characters removed
	RetryAfter time.Duration // from Retry-After; 0 without one
	Outcome    Outcome

	// Fact is Message for translation. It is nil if Message says no more than
	// Code.
	Fact *Fact

	Err error // cause, may be nil
}

// Error implements error: operation, message, cause.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Op != "" {
		b.WriteString(e.Op + ": ")
	}
	switch {
	case e.Message != "" && (e.ServerText != "" || e.Err != nil):
		b.WriteString(strings.TrimSuffix(e.Message, "."))
	case e.Message != "":
		b.WriteString(e.Message)
	default:
		b.WriteString(string(e.Code))
	}
	if e.ServerText != "" {
		b.WriteString(": " + e.ServerText)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ErrSignIn matches every error of signing in: a refusal (KindAuth), and an
// unreachable token server, which is of another kind.
var ErrSignIn = errors.New("sign-in failed")

// Is reports whether target is an *Error with the same code, so that
// errors.Is(err, &Error{Code: CodeTooLarge}) works, or is ErrSignIn and e is an
// error of signing in.
func (e *Error) Is(target error) bool {
	if target == ErrSignIn {
		return e.Kind == KindAuth
	}
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// AsError returns the *Error in err's chain, or wraps err as CodeInternal.
// It returns nil for nil.
func AsError(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Kind: KindServer, Code: CodeInternal, Message: "unexpected error", Err: err}
}

// CodeOf returns the code of the *Error in err's chain, "" for nil and
// CodeInternal for anything else.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	return AsError(err).Code
}
