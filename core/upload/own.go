package upload

import (
	"strings"
	"unicode"
)

// own lists the names by which a server may know us: those in its token, and the
// client ID. Servers name a file's uploader in different forms: as the token's
// subject, as the client ID, or derived from it ("service-account-ID").
type own []string

// nameForm is the form of a name.
type nameForm int

const (
	formText   nameForm = iota // for people: can't be compared
	formUUID                   // a Keycloak subject, a row of a database
	formClient                 // sa_…, a client ID of ArtStore
	formMail
	formNumber
	formWord
)

// servicePrefix is what Keycloak puts before a client ID to make a user name.
const servicePrefix = "service-account-"

// may reports whether a file with this uploader may be ours. A name in a form in
// which we have no name says nothing.
func (o own) may(by string) bool {
	by = strings.TrimPrefix(by, servicePrefix)
	comparable := false
	for _, name := range o {
		name = strings.TrimPrefix(name, servicePrefix)
		if name != "" && strings.EqualFold(name, by) {
			return true
		}
		comparable = comparable || name != "" && formOf(name) == formOf(by)
	}
	return by == "" || !comparable || formOf(by) == formText
}

// formOf is the form of a name.
func formOf(name string) nameForm {
	switch {
	case isUUID(name):
		return formUUID
	case strings.HasPrefix(name, "sa_"):
		return formClient
	case strings.Contains(name, "@"):
		return formMail
	case strings.ContainsFunc(name, unicode.IsSpace), name == "":
		return formText
	case strings.Trim(name, "0123456789") == "":
		return formNumber
	}
	return formWord
}

func isUUID(name string) bool {
	for i, r := range strings.ToLower(name) {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if r != '-' {
				return false
			}
		} else if !strings.ContainsRune("0123456789abcdef", r) {
			return false
		}
	}
	return len(name) == 36
}
