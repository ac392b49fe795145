package upload

import (
	"strings"
	"unicode"
)

// own are the names by which a server may know us: what its token says, and the
// client ID. Servers write who uploaded a file in different forms: the token's
// subject, the client ID, or what they call it ("service-account-ID").
type own []string

// nameForm is a way of naming somebody.
type nameForm int

const (
	formText   nameForm = iota // what people read: can't be compared
	formUUID                   // a Keycloak subject, a row of a database
	formClient                 // sa_…, a client ID of ArtStore
	formMail
	formNumber
	formWord
)

// servicePrefix stands before a client ID where Keycloak makes a user of it.
const servicePrefix = "service-account-"

// may reports whether a file that is said to be uploaded by a name may be ours.
// A name in a form that we don't know ourselves by says nothing.
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
