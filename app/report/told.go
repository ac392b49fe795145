package report

import "errors"

// Told is an error about which a command has said everything. What it wraps says
// how the command ends; if that is no core.Error, not everything was done that was
// asked for.
type Told struct{ Err error }

func (t *Told) Error() string { return t.Err.Error() }
func (t *Told) Unwrap() error { return t.Err }

// IsTold reports whether everything has been said about err.
func IsTold(err error) bool {
	var t *Told
	return errors.As(err, &t)
}
