//go:build !unix && !windows

package content

import (
	"syscall"

	"github.com/artstore/ingester/core"
)

func codeOf(syscall.Errno) core.Code { return "" }
