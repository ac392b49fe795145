package core

import (
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// Profile is one server and how to reach it: what a profile file holds.
// It never holds a secret. File paths are absolute once loaded.
type Profile struct {
	Name        string `toml:"name"`
	AdminURL    string `toml:"admin_url"`
	IngesterURL string `toml:"ingester_url"`

	Auth    AuthSettings    `toml:"auth"`
	TLS     TLSSettings     `toml:"tls"`
	Upload  UploadSettings  `toml:"upload"`
	Metrics MetricsSettings `toml:"metrics"`
}

// Grant is the form of the token request.
type Grant string

// The grants.
const (
	GrantArtStore Grant = "artstore" // JSON body, first-generation Admin Module
	GrantOAuth2   Grant = "oauth2"   // RFC 6749 §4.4 form
)

// ClientAuth is how the oauth2 grant sends the client's credentials.
type ClientAuth string

// The client authentication methods of RFC 6749 §2.3.1.
const (
	ClientAuthBasic ClientAuth = "basic"
	ClientAuthBody  ClientAuth = "body"
)

// AuthSettings says how to sign in.
type AuthSettings struct {
	Grant         Grant      `toml:"grant"`
	ClientID      string     `toml:"client_id"`
	ClientAuth    ClientAuth `toml:"client_auth,omitempty"` // oauth2 only; "" is basic
	TokenURL      string     `toml:"token_url"`             // "" is {admin_url}/api/v1/auth/token
	Scope         string     `toml:"scope"`
	JWKSURL       string     `toml:"jwks_url"` // "" is {admin_url}/api/v1/auth/jwks, "none" turns verification off
	PublicKeyFile string     `toml:"public_key_file"`
	Timeout       string     `toml:"timeout"` // Go duration of one token call
}

// TLS protocol versions as profile files write them.
const (
	TLSv12 = "TLSv1.2"
	TLSv13 = "TLSv1.3"
)

// TLSSettings says which servers to trust and which certificate to present.
type TLSSettings struct {
	Enabled         bool   `toml:"enabled"`
	CACertFile      string `toml:"ca_cert_file"` // "" is the system's roots
	CertFile        string `toml:"cert_file"`
	KeyFile         string `toml:"key_file"` // "" if CertFile holds both
	PKCS12File      string `toml:"pkcs12_file"`
	Identity        string `toml:"identity,omitempty"` // which certificate if the files hold several: see Called
	ProtocolVersion string `toml:"protocol_version"`   // the minimum
	Ciphers         string `toml:"ciphers"`            // OpenSSL or IANA names, ":" or "," between
	ServerName      string `toml:"server_name"`
}

// HasClientCertificate reports whether the profile presents a certificate.
func (t TLSSettings) HasClientCertificate() bool { return t.CertFile != "" || t.PKCS12File != "" }

// Protocol is how files are sent.
type Protocol string

// The protocols.
const (
	ProtocolAuto      Protocol = "auto"
	ProtocolMultipart Protocol = "multipart"
	ProtocolTus       Protocol = "tus"
)

// HTTP versions as profile files write them.
const (
	HTTPAuto = "auto"
	HTTP2    = "2"
	HTTP11   = "1.1"
)

// UploadSettings are the defaults of a profile's uploads.
type UploadSettings struct {
	RetentionPolicy Retention `toml:"retention_policy"`
	TTLDays         int       `toml:"ttl_days"`
	Concurrency     int       `toml:"concurrency"`     // files in flight, 0: chosen by the program
	BandwidthLimit  string    `toml:"bandwidth_limit"` // "10MiB": bytes a second, or a Timetable; "" for none
	Protocol        Protocol  `toml:"protocol"`
	HTTPVersion     string    `toml:"http_version"`
	TusURL          string    `toml:"tus_url"` // "" is {ingester_url}/files/
	// GiveUpAfter is how long `ingester upload` waits while nothing makes
	// progress: a Go duration, "" for a default that depends on where it runs.
	GiveUpAfter string `toml:"give_up_after,omitempty"`
	// TusComplete says what it means that a resumable upload is complete but its
	// last answer was lost: TusCompleteStored, or else what the server says.
	TusComplete string `toml:"tus_complete,omitempty"`
}

// What a complete resumable upload means, as profile files write it.
const (
	TusCompleteAuto   = "auto"   // stored only if the server says so
	TusCompleteStored = "stored" // stored, as no hook can refuse it afterwards
)

// MetricsSettings says where /metrics is served.
type MetricsSettings struct {
	Listen string `toml:"listen"` // "" is off
}

// DefaultTokenTimeout is the time limit of one token call.
const DefaultTokenTimeout = 10 * time.Second

// NewProfile returns a profile with the defaults of the profile file format.
func NewProfile(name string) Profile {
	return Profile{
		Name: name,
		Auth: AuthSettings{Grant: GrantArtStore, Timeout: DefaultTokenTimeout.String()},
		TLS:  TLSSettings{Enabled: true, ProtocolVersion: TLSv13},
		Upload: UploadSettings{
			RetentionPolicy: RetentionTemporary,
			TTLDays:         DefaultTTLDays,
			Protocol:        ProtocolAuto,
			HTTPVersion:     HTTPAuto,
		},
	}
}

// TokenURL is where tokens are fetched.
func (p Profile) TokenURL() string {
	if p.Auth.TokenURL != "" {
		return p.Auth.TokenURL
	}
	return join(p.AdminURL, "/api/v1/auth/token")
}

// JWKSURL is where the token server's keys are fetched, "" if tokens are not
// verified by JWKS (turned off, or a public key file is given).
func (p Profile) JWKSURL() string {
	switch {
	case p.Auth.PublicKeyFile != "" || p.Auth.JWKSURL == "none":
		return ""
	case p.Auth.JWKSURL != "":
		return p.Auth.JWKSURL
	case p.AdminURL == "":
		return ""
	}
	return join(p.AdminURL, "/api/v1/auth/jwks")
}

// JWKSAssumed reports whether the profile names no JWKS address, so that JWKSURL
// is only where token servers usually publish their keys.
func (p Profile) JWKSAssumed() bool { return p.Auth.JWKSURL == "" && p.JWKSURL() != "" }

// TusURL is where resumable uploads are created.
func (p Profile) TusURL() string {
	if p.Upload.TusURL != "" {
		return p.Upload.TusURL
	}
	return join(p.IngesterURL, "/files/")
}

// TokenTimeout is the time limit of one token call.
func (p Profile) TokenTimeout() time.Duration {
	if d, err := time.ParseDuration(p.Auth.Timeout); err == nil && d > 0 {
		return d
	}
	return DefaultTokenTimeout
}

// GiveUpAfter is how long a call waits while nothing makes progress, if the
// profile says so.
func (p Profile) GiveUpAfter() (limit time.Duration, given bool) {
	limit, err := time.ParseDuration(p.Upload.GiveUpAfter)
	return limit, err == nil && limit >= 0
}

// DefaultOptions returns the options of a batch for which the user chose none.
func (p Profile) DefaultOptions() Options {
	o := Options{Profile: p.Name, Retention: p.Upload.RetentionPolicy, TTLDays: p.Upload.TTLDays}
	if o.Retention == "" {
		o.Retention = RetentionTemporary
	}
	if o.Retention == RetentionPermanent {
		o.TTLDays = 0
	} else if o.TTLDays == 0 {
		o.TTLDays = DefaultTTLDays
	}
	return o
}

func join(base, path string) string { return strings.TrimRight(base, "/") + path }

// IsLoopback reports whether the URL's host is this machine by name or
// address: plain HTTP is allowed there.
func IsLoopback(u *url.URL) bool {
	host := u.Hostname()
	address, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || (err == nil && address.IsLoopback())
}
