package wording

import (
	"errors"
	"io/fs"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/artstore/ingester/core"
)

// message is what the window says about a code, as keys of translations: a
// sentence that can follow a colon, and what to do.
type message struct{ sentence, advice string }

// messages has every code of package core.
var messages = map[core.Code]message{ //nolint:gochecknoglobals // a table
	core.CodeUsage:                 {"error.usage", "advice.report"},
	core.CodePortBusy:              {"error.port_busy", "advice.port"},
	core.CodeProfileInvalid:        {"error.profile_invalid", "advice.settings"},
	core.CodeProfileNotFound:       {"error.profile_not_found", "advice.profile"},
	core.CodeProfileRemains:        {"error.profile_remains", "advice.remove_again"},
	core.CodeProfileUnrestored:     {"error.profile_unrestored", "advice.save_again"},
	core.CodeOtherServer:           {"error.other_server", "advice.other_server"},
	core.CodeSecretMissing:         {"error.secret_missing", "advice.sign_in"},
	core.CodeCertificateUnreadable: {"error.certificate_unreadable", "advice.certificates"},
	core.CodeCertificateExpired:    {"error.certificate_expired", "advice.renew"},
	core.CodeCertificateNotYet:     {"error.certificate_not_yet_valid", "advice.clock"},
	core.CodeCertificateUsage:      {"error.certificate_usage", "advice.other_certificate"},
	core.CodeKeyMismatch:           {"error.key_mismatch", "advice.certificates"},
	core.CodeIdentityChoice:        {"error.identity_choice", "advice.identity"},
	core.CodeIdentityMissing:       {"error.identity_missing", "advice.identity"},
	core.CodeKeyUnsupported:        {"error.key_unsupported", "advice.key_format"},
	core.CodePassphraseWrong:       {"error.passphrase_wrong", "advice.certificates"},
	core.CodePassphraseMissing:     {"error.passphrase_missing", "advice.certificates"},
	core.CodeCAInvalid:             {"error.ca_invalid", "advice.certificates"},
	core.CodeKeychainUnavailable:   {"error.keychain_unavailable", "advice.session"},
	core.CodeKeychainLocked:        {"error.keychain_locked", "advice.unlock"},
	core.CodeKeychainFailed:        {"error.keychain_failed", "advice.session"},
	core.CodeStoreFailed:           {"error.store_failed", "advice.disk"},
	core.CodeForeignFiles:          {"error.foreign_files", "advice.foreign_files"},
	core.CodeNoLocks:               {"error.no_locks", "advice.no_locks"},
	core.CodeStoreNewer:            {"error.store_newer", "advice.update"},
	core.CodeStoreDamaged:          {"error.store_damaged", "advice.damaged"},
	core.CodeAlreadyRunning:        {"error.already_running", "advice.running"},
	core.CodeProxyInvalid:          {"error.proxy_invalid", "advice.proxy_address"},
	core.CodeFileMissing:           {"error.file_missing", "advice.file_back"},
	core.CodeFilePermission:        {"error.file_permission", "advice.file_rights"},
	core.CodeFileUnreadable:        {"error.file_unreadable", "advice.file_back"},
	core.CodeFileNotRegular:        {"error.file_not_regular", "advice.file_other"},
	core.CodeFileChanged:           {"error.file_changed", "advice.file_busy"},
	core.CodeFileLength:            {"error.file_length", "advice.file_length"},
	core.CodeFileInUse:             {"error.file_in_use", "advice.file_in_use"},
	core.CodeFolderAway:            {"error.folder_away", "advice.folder_away"},
	core.CodeTooManyOpen:           {"error.too_many_open_files", "advice.too_many_open_files"},
	core.CodeDiskFull:              {"error.disk_full", "advice.disk_full"},
	core.CodeFileUnwritable:        {"error.file_unwritable", "advice.disk"},
	core.CodeSignInRefused:         {"error.sign_in_refused", "advice.sign_in_refused"},
	core.CodeSignInDisabled:        {"error.sign_in_disabled", "advice.admin"},
	core.CodeTokenInvalid:          {"error.token_invalid", "advice.sign_in_server"},
	core.CodeTokenUntrusted:        {"error.token_untrusted", "advice.sign_in_server"},
	core.CodeTokenRejected:         {"error.token_rejected", "advice.admin"},
	core.CodeTokenExpired:          {"error.token_expired", "advice.token_expired"},
	core.CodeScopeMissing:          {"error.scope_missing", "advice.admin"},
	core.CodeTLSUntrusted:          {"error.tls_untrusted", "advice.ca"},
	core.CodeTLSHostname:           {"error.tls_hostname", "advice.address"},
	core.CodeTLSExpired:            {"error.tls_expired", "advice.server_renew"},
	core.CodeTLSClientRefused:      {"error.tls_client_refused", "advice.other_certificate"},
	core.CodeTLSClientRequired:     {"error.tls_client_required", "advice.certificates"},
	core.CodeTLSClientSilent:       {"error.tls_client_silent", "advice.tls_client_silent"},
	core.CodeTLSPolicy:             {"error.tls_policy", "advice.policy"},
	core.CodeTLSFailed:             {"error.tls_failed", "advice.test"},
	core.CodeNameNotFound:          {"error.name_not_found", "advice.address"},
	core.CodeConnectionRefused:     {"error.connection_refused", "advice.address"},
	core.CodeUnreachable:           {"error.unreachable", "advice.network"},
	core.CodeTimeout:               {"error.timeout", "advice.network"},
	core.CodeStalled:               {"error.stalled", "advice.network"},
	core.CodeConnectionLost:        {"error.connection_lost", "advice.network"},
	core.CodeProxy:                 {"error.proxy", "advice.proxy"},
	core.CodeServerBusy:            {"error.server_busy", "advice.wait"},
	core.CodeNotReady:              {"error.not_ready", "advice.wait"},
	core.CodeServerFailure:         {"error.server_failure", "advice.wait"},
	core.CodeStorageFull:           {"error.storage_full", "advice.admin"},
	core.CodeNoRoom:                {"error.no_room", "advice.wait"},
	core.CodeTooLarge:              {"error.too_large", "advice.smaller"},
	core.CodeHeadersTooLong:        {"error.headers_too_long", "advice.headers_too_long"},
	core.CodeRejected:              {"error.rejected", "advice.details"},
	core.CodeForbidden:             {"error.forbidden", "advice.admin"},
	core.CodeReadOnly:              {"error.read_only", "advice.retention"},
	core.CodeKeyInProgress:         {"error.key_in_progress", "advice.wait"},
	core.CodeRedirect:              {"error.redirect", "advice.address"},
	core.CodeAnswerInvalid:         {"error.answer_invalid", "advice.address"},
	core.CodeUnexpected:            {"error.unexpected_status", "advice.details"},
	core.CodeFinaliseUnsupported:   {"error.finalise_unsupported", "advice.details"},
	core.CodeFinaliseFailed:        {"error.finalise_failed", "advice.finalise"},
	core.CodeFinalisedBefore:       {"error.finalised_before", "advice.details"},
	core.CodeChecksumMismatch:      {"error.checksum_mismatch", "advice.again"},
	core.CodeChecksumMissing:       {"error.checksum_missing", "advice.admin"},
	core.CodeSizeMismatch:          {"error.size_mismatch", "advice.again"},
	core.CodeOutcomeUnknown:        {"error.outcome_unknown", "advice.decide"},
	core.CodeNotListed:             {"error.not_listed", "advice.decide"},
	core.CodeCancelled:             {"error.cancelled", "advice.retry"},
	core.CodeInternal:              {"error.internal", "advice.report"},
}

// SentenceKey is the key of what the window says about a code, "" if it has no words
// for it.
func SentenceKey(c core.Code) string { return messages[c].sentence }

// AdviceKey is the key of what to do about a code, "" if there are no words for it.
func AdviceKey(c core.Code) string { return messages[c].advice }

// statusProxyLogin is 407 Proxy Authentication Required (RFC 9110 §15.5.8).
const statusProxyLogin = 407

// Explain says what happened and what to do about it. Neither has the server's
// words or the raw cause, which are in the details.
func (t *Text) Explain(e *core.Error) (sentence, advice string) {
	if e == nil {
		return "", ""
	}
	if e.Code == core.CodeProxy && e.Status == statusProxyLogin {
		return t.S("error.proxy_login"), t.S("advice.proxy_login")
	}
	m, ok := messages[e.Code]
	if !ok {
		m = messages[core.CodeInternal]
	}
	sentence = t.S(m.sentence)
	if e.Status >= 400 {
		sentence += " (" + strconv.Itoa(e.Status) + ")"
	}
	return sentence, t.S(m.advice)
}

// Capital begins a text with a capital letter.
func Capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// Explained says in one text what happened and what to do about it.
func (t *Text) Explained(err error) string {
	if errors.Is(err, fs.ErrExist) && core.CodeOf(err) == core.CodeProfileInvalid {
		return t.S("settings.name_taken")
	}
	sentence, advice := t.Explain(core.AsError(err))
	sentence = Capital(sentence)
	if !strings.HasSuffix(sentence, ".") {
		sentence += "."
	}
	if advice == "" {
		return sentence
	}
	return sentence + " " + Capital(advice)
}
