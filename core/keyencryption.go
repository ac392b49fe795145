package core

// KeyEncryptionError is the cause of a CodeKeyUnsupported whose private key is encrypted in
// a way that the program doesn't read, such as the old PEM encryption (RFC 1421). Other
// programs can read it and write it in another form.
type KeyEncryptionError struct {
	Err error // what is not supported; may be nil
}

// Error implements error.
func (e *KeyEncryptionError) Error() string {
	if e.Err == nil {
		return "the encryption of the private key is not supported"
	}
	return "the encryption of the private key is not supported: " + e.Err.Error()
}

// Unwrap returns what is not supported.
func (e *KeyEncryptionError) Unwrap() error { return e.Err }
