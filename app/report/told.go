package report

import "errors"

// Told is an error that a command has reported already. The exit code follows from
// what it wraps: if that is no core.Error, not everything that was asked for was done.
type Told struct{ Err error }

func (t *Told) Error() string { return t.Err.Error() }
func (t *Told) Unwrap() error { return t.Err }

// IsTold reports whether err has been reported already.
func IsTold(err error) bool {
	var t *Told
	return errors.As(err, &t)
}
