//go:build unix && !linux && !darwin && !freebsd

package control

import "errors"

// peerOf fails: this system doesn't tell the user of the process on the other side of a
// socket, so no process is accepted.
func peerOf(int) (uid int, err error) { return 0, errors.ErrUnsupported }
