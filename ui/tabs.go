package ui

import "github.com/artstore/ingester/core"

// tabFor is the settings tab on which an error can be mended.
func tabFor(e *core.Error) settingsTab {
	if e == nil {
		return tabServer
	}
	switch e.Kind {
	case core.KindAuth:
		return tabSignIn
	case core.KindTLS:
		return tabCertificates
	case core.KindConfig:
		switch e.Code {
		case core.CodeSecretMissing, core.CodeKeychainFailed, core.CodeKeychainLocked, core.CodeKeychainUnavailable:
			return tabSignIn
		case core.CodeProfileInvalid, core.CodeProfileNotFound, core.CodeOtherServer, core.CodeProxyInvalid:
			return tabServer
		}
		return tabCertificates
	}
	return tabServer
}

// settingsTab names a tab of the settings dialog.
type settingsTab string

// The tabs, in their order.
const (
	tabServer       settingsTab = "server"
	tabSignIn       settingsTab = "signin"
	tabCertificates settingsTab = "certificates"
	tabTransfers    settingsTab = "transfers"
	tabMetrics      settingsTab = "metrics"
	tabAppearance   settingsTab = "appearance"
)
