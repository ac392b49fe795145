package content

import (
	"syscall"
	"time"
)

func changeTime(s *syscall.Stat_t) time.Time { return moment(s.Ctimespec.Unix()) }
