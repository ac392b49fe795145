package core

import (
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// FieldError says that a field of a profile can't be used. Field is its key in the
// profile file ("auth.client_id"), so that a form can show the message beside it;
// Reason is stable, for translation.
type FieldError struct {
	Field  string
	Reason Reason
	Detail string // the offending value or the range; never a secret
}

// Reason names what is wrong with a field.
type Reason string

// The reasons.
const (
	ReasonRequired    Reason = "required"
	ReasonName        Reason = "name"         // empty, too long, or characters a file name can't have
	ReasonURL         Reason = "url"          // not an http or https URL with a host
	ReasonURLUserInfo Reason = "url_userinfo" // user:password@ belongs in the sign-in fields
	ReasonPlainHTTP   Reason = "plain_http"   // http to another machine: secrets would be sent unencrypted
	ReasonChoice      Reason = "choice"       // not one of the allowed words
	ReasonRange       Reason = "range"
	ReasonDuration    Reason = "duration"
	ReasonRate        Reason = "rate"
	ReasonAddress     Reason = "address" // not host:port
	ReasonConflict    Reason = "conflict"
	ReasonKeyWithout  Reason = "key_without_certificate"
)

// Error implements error in English for the command line.
func (e FieldError) Error() string {
	text := map[Reason]string{
		ReasonRequired:    "is required",
		ReasonName:        "must be 1 to 64 letters, digits, spaces, dots, dashes or underscores",
		ReasonURL:         "is not an http or https URL",
		ReasonURLUserInfo: "must not hold a user name or password",
		ReasonPlainHTTP:   "uses http to another machine; use https",
		ReasonChoice:      "is not one of the allowed words",
		ReasonRange:       "is out of range",
		ReasonDuration:    `is not a duration such as "10s"`,
		ReasonRate:        `is not a rate such as "10MiB"`,
		ReasonAddress:     `is not an address such as "127.0.0.1:9464"`,
		ReasonConflict:    "can't be used together",
		ReasonKeyWithout:  "is given without a certificate",
	}[e.Reason]
	if e.Detail != "" {
		return fmt.Sprintf("%s %s: %s", e.Field, text, e.Detail)
	}
	return e.Field + " " + text
}

// maxNameLength is the longest profile name in characters.
const maxNameLength = 64

// Validate returns everything that is wrong with the profile's own values, in the
// order of the file, nil if it can be used. It opens no files.
func (p Profile) Validate() []FieldError {
	v := validator{}
	v.name(p.Name)
	if p.Auth.TokenURL == "" || p.AdminURL != "" {
		v.url("admin_url", p.AdminURL, true)
	}
	v.url("ingester_url", p.IngesterURL, true)

	v.choice("auth.grant", string(p.Auth.Grant), string(GrantArtStore), string(GrantOAuth2))
	v.choice("auth.client_auth", string(p.Auth.ClientAuth), "", string(ClientAuthBasic), string(ClientAuthBody))
	v.required("auth.client_id", p.Auth.ClientID)
	v.url("auth.token_url", p.Auth.TokenURL, p.Auth.Grant == GrantOAuth2)
	if p.Auth.JWKSURL != "none" {
		v.url("auth.jwks_url", p.Auth.JWKSURL, false)
	}
	if p.Auth.Timeout != "" {
		if d, err := time.ParseDuration(p.Auth.Timeout); err != nil || d <= 0 {
			v.add("auth.timeout", ReasonDuration, p.Auth.Timeout)
		}
	}

	v.tls(p.TLS)

	v.choice("upload.retention_policy", string(p.Upload.RetentionPolicy), "", string(RetentionTemporary), string(RetentionPermanent))
	v.between("upload.ttl_days", p.Upload.TTLDays, 0, MaxTTLDays)
	v.between("upload.concurrency", p.Upload.Concurrency, 0, MaxConcurrency)
	if _, err := ParseTimetable(p.Upload.BandwidthLimit); err != nil {
		v.add("upload.bandwidth_limit", ReasonRate, p.Upload.BandwidthLimit)
	}
	v.choice("upload.protocol", string(p.Upload.Protocol), "", string(ProtocolAuto), string(ProtocolMultipart), string(ProtocolTus))
	v.choice("upload.http_version", p.Upload.HTTPVersion, "", HTTPAuto, HTTP2, HTTP11)
	v.url("upload.tus_url", p.Upload.TusURL, false)
	if _, given := p.GiveUpAfter(); !given && p.Upload.GiveUpAfter != "" {
		v.add("upload.give_up_after", ReasonDuration, p.Upload.GiveUpAfter)
	}
	v.choice("upload.tus_complete", p.Upload.TusComplete, "", TusCompleteAuto, TusCompleteStored)

	if p.Metrics.Listen != "" {
		if _, port, err := net.SplitHostPort(p.Metrics.Listen); err != nil || port == "" {
			v.add("metrics.listen", ReasonAddress, p.Metrics.Listen)
		}
	}
	return v.found
}

// MaxConcurrency is the largest number of files in flight a profile may ask for.
const MaxConcurrency = 256

type validator struct{ found []FieldError }

func (v *validator) add(field string, reason Reason, detail string) {
	v.found = append(v.found, FieldError{Field: field, Reason: reason, Detail: detail})
}

func (v *validator) required(field, value string) {
	if strings.TrimSpace(value) == "" {
		v.add(field, ReasonRequired, "")
	}
}

func (v *validator) name(name string) {
	ok := name != "" && utf8.RuneCountInString(name) <= maxNameLength && name == strings.TrimSpace(name) && name[0] != '.'
	for _, r := range name {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" .-_", r) {
			ok = false
		}
	}
	if !ok {
		v.add("name", ReasonName, name)
	}
}

func (v *validator) choice(field, value string, allowed ...string) {
	for _, a := range allowed {
		if value == a {
			return
		}
	}
	v.add(field, ReasonChoice, value)
}

func (v *validator) between(field string, value, low, high int) {
	if value < low || value > high {
		v.add(field, ReasonRange, fmt.Sprintf("%d is not between %d and %d", value, low, high))
	}
}

func (v *validator) url(field, value string, required bool) {
	if value == "" {
		if required {
			v.add(field, ReasonRequired, "")
		}
		return
	}
	u, err := url.Parse(value)
	switch {
	case err != nil || u.Hostname() == "" || (u.Scheme != "https" && u.Scheme != "http"):
		v.add(field, ReasonURL, "")
	case u.User != nil:
		v.add(field, ReasonURLUserInfo, "")
	case u.Scheme == "http" && !IsLoopback(u):
		v.add(field, ReasonPlainHTTP, u.Host)
	}
}

func (v *validator) tls(t TLSSettings) {
	v.choice("tls.protocol_version", t.ProtocolVersion, "", TLSv12, TLSv13)
	if !t.Enabled {
		return
	}
	if t.PKCS12File != "" && (t.CertFile != "" || t.KeyFile != "") {
		v.add("tls.pkcs12_file", ReasonConflict, "pkcs12_file with cert_file or key_file")
	}
	if t.KeyFile != "" && t.CertFile == "" {
		v.add("tls.key_file", ReasonKeyWithout, "")
	}
	if t.Identity != "" && !t.HasClientCertificate() {
		v.add("tls.identity", ReasonKeyWithout, "")
	}
}
