package transport

import "syscall"

// tune asks for BBR congestion control, which does not take random loss for
// congestion (12 times CUBIC at 0.5 % loss). Kernels that don't have it or
// keep it from users stay with theirs; on loopback nothing is lost.
func tune(_, address string, conn syscall.RawConn) error {
	if isLoopback(address) {
		return nil
	}
	return conn.Control(func(fd uintptr) {
		_ = syscall.SetsockoptString(int(fd), syscall.IPPROTO_TCP, syscall.TCP_CONGESTION, "bbr")
	})
}
