package view

import "github.com/artstore/ingester/core"

// TabFor is the tab of the settings that concerns an error.
func TabFor(e *core.Error) Tab {
	if e == nil {
		return TabServer
	}
	switch e.Kind {
	case core.KindAuth:
		return TabSignIn
	case core.KindTLS:
		return TabCertificates
	case core.KindConfig:
		switch e.Code {
		case core.CodeSecretMissing, core.CodeKeychainFailed, core.CodeKeychainLocked, core.CodeKeychainUnavailable:
			return TabSignIn
		case core.CodeProfileInvalid, core.CodeProfileNotFound, core.CodeOtherServer, core.CodeProxyInvalid:
			return TabServer
		}
		return TabCertificates
	}
	return TabServer
}

// Tab names a tab of the settings dialog.
type Tab string

// The tabs, in their order.
const (
	TabServer       Tab = "server"
	TabSignIn       Tab = "signin"
	TabCertificates Tab = "certificates"
	TabTransfers    Tab = "transfers"
	TabMetrics      Tab = "metrics"
	TabAppearance   Tab = "appearance"
)
