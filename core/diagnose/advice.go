package diagnose

import "github.com/artstore/ingester/core"

// adviceFor says what to do about an error whose step knows nothing better.
func adviceFor(e *core.Error) string {
	if advice := adviceByCode(e.Code); advice != "" {
		return advice
	}
	switch e.Kind {
	case core.KindConfig:
		return "Correct the profile."
	case core.KindCancelled:
		return "Start the test again."
	case core.KindServer:
		return "Try again later; tell the server's administrator if it lasts."
	}
	return "Tell the server's administrator, with this report."
}

func adviceByCode(code core.Code) string {
	switch code {
	case core.CodeNameNotFound:
		return "Check the name in the address; check that this computer is in the network, or VPN, that knows it."
	case core.CodeConnectionRefused:
		return "Check the port in the address; the server may not be running."
	case core.CodeUnreachable:
		return "Check that this computer is in the right network or VPN."
	case core.CodeTimeout:
		return "Check the address and the network; a firewall may drop the connection without a word."
	case core.CodeConnectionLost:
		return "Check the port in the address; a firewall or gateway may have cut the connection."
	case core.CodeProxy:
		return "Check HTTPS_PROXY (http://user:password@host:port); set NO_PROXY for servers that are reached without it."
	case core.CodeTLSPolicy:
		return "Ask the server's administrator what it offers; tls.protocol_version, tls.ciphers and upload.http_version say what this profile demands."
	case core.CodeTLSFailed:
		return "Check that the address and the port are those of the server; tls.ciphers and tls.protocol_version may exclude what it offers."
	case core.CodeSecretMissing:
		return "Enter the client secret, or set INGESTER_CLIENT_SECRET."
	case core.CodeSignInRefused:
		return "Check the client ID and enter the client secret again; it may have been replaced (secrets are rotated)."
	case core.CodeSignInDisabled:
		return "Ask the administrator to enable the account or to issue a new client secret."
	case core.CodeTokenInvalid:
		return "Check token_url: what answers there is no token server, or a login page is in between."
	case core.CodeTokenUntrusted:
		return "Check auth.jwks_url or auth.public_key_file, and the clock. If they are right, the token is not the token server's: tell its administrator."
	case core.CodeScopeMissing:
		return "Ask the administrator to give this account the scope files:write."
	case core.CodeRedirect:
		return "Enter the address that the server really has."
	case core.CodeAnswerInvalid:
		return "Check the address. In a public network, sign in to its login page with a browser first."
	case core.CodeCertificateUnreadable, core.CodeCertificateExpired, core.CodeCertificateNotYet, core.CodeCertificateUsage,
		core.CodeKeyMismatch, core.CodeKeyUnsupported:
		return "Choose another client certificate or key file, or ask whoever issued it for a new one."
	case core.CodePassphraseMissing, core.CodePassphraseWrong:
		return "Enter the passphrase of the key or PKCS#12 file."
	case core.CodeCAInvalid:
		return "Choose the file that holds the certificate of the server's authority."
	}
	return ""
}
