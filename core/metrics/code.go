package metrics

import "github.com/artstore/ingester/core"

// errorCode returns the value of the label "error_code": the error's code if package core
// has it, so that no other code can add a series.
func errorCode(err error) string {
	if c := core.CodeOf(err); known(c) {
		return string(c)
	}
	return other
}

// known reports whether c is one of package core's codes.
func known(c core.Code) bool {
	switch c {
	case core.CodeUsage, core.CodePortBusy,
		core.CodeProfileInvalid, core.CodeProfileNotFound, core.CodeProfileRemains, core.CodeProfileUnrestored,
		core.CodeSecretMissing, core.CodeCertificateUnreadable,
		core.CodeCertificateExpired, core.CodeCertificateNotYet, core.CodeCertificateUsage, core.CodeKeyMismatch,
		core.CodeIdentityChoice, core.CodeIdentityMissing,
		core.CodeKeyUnsupported, core.CodePassphraseWrong, core.CodePassphraseMissing, core.CodeCAInvalid,
		core.CodeKeychainUnavailable, core.CodeKeychainLocked, core.CodeKeychainFailed, core.CodeStoreFailed, core.CodeForeignFiles, core.CodeNoLocks,
		core.CodeStoreNewer, core.CodeStoreDamaged, core.CodeAlreadyRunning, core.CodeProxyInvalid, core.CodeOtherServer,
		core.CodeFileMissing, core.CodeFilePermission, core.CodeFileUnreadable, core.CodeFileNotRegular,
		core.CodeFileChanged, core.CodeFileLength, core.CodeFileUnwritable, core.CodeFileInUse,
		core.CodeFolderAway, core.CodeTooManyOpen, core.CodeDiskFull,
		core.CodeSignInRefused, core.CodeSignInDisabled, core.CodeTokenInvalid, core.CodeTokenUntrusted,
		core.CodeTokenRejected, core.CodeTokenExpired, core.CodeScopeMissing,
		core.CodeTLSUntrusted, core.CodeTLSHostname, core.CodeTLSExpired, core.CodeTLSClientRefused,
		core.CodeTLSClientRequired, core.CodeTLSClientSilent, core.CodeTLSPolicy, core.CodeTLSFailed,
		core.CodeNameNotFound, core.CodeConnectionRefused, core.CodeUnreachable, core.CodeTimeout, core.CodeStalled,
		core.CodeConnectionLost, core.CodeProxy,
		core.CodeServerBusy, core.CodeNotReady, core.CodeServerFailure, core.CodeStorageFull, core.CodeNoRoom, core.CodeTooLarge, core.CodeHeadersTooLong, core.CodeRejected,
		core.CodeForbidden, core.CodeReadOnly, core.CodeKeyInProgress, core.CodeRedirect, core.CodeAnswerInvalid,
		core.CodeUnexpected, core.CodeFinaliseUnsupported, core.CodeFinaliseFailed, core.CodeFinalisedBefore,
		core.CodeChecksumMismatch, core.CodeChecksumMissing, core.CodeSizeMismatch,
		core.CodeOutcomeUnknown, core.CodeNotListed, core.CodeCancelled, core.CodeInternal:
		return true
	}
	return false
}
