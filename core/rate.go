package core

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// rateUnits are the accepted suffixes, longest first within a first letter.
var rateUnits = []struct { //nolint:gochecknoglobals // a table
	suffix string
	factor float64
}{
	{"kib", 1 << 10}, {"mib", 1 << 20}, {"gib", 1 << 30},
	{"kb", 1e3}, {"mb", 1e6}, {"gb", 1e9},
	{"k", 1 << 10}, {"m", 1 << 20}, {"g", 1 << 30}, {"b", 1},
}

// ParseRate reads a bandwidth in bytes a second: "500KiB", "10MiB", "1.5 GB",
// "1048576", each with an optional "/s". "" and "0" mean no limit and give 0.
func ParseRate(text string) (int64, error) {
	s := strings.TrimSuffix(strings.ToLower(Trimmed(text)), "/s")
	if s == "" {
		return 0, nil
	}
	factor := 1.0
	for _, u := range rateUnits {
		if rest, ok := strings.CutSuffix(s, u.suffix); ok {
			s, factor = strings.TrimSpace(rest), u.factor
			break
		}
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || n < 0 || math.IsNaN(n) || n*factor > math.MaxInt64/2 {
		return 0, fmt.Errorf("not a rate in bytes a second: %.40q (write it like 500KiB or 10MiB)", text)
	}
	rate := int64(n * factor)
	if n > 0 && rate == 0 {
		rate = 1
	}
	return rate, nil
}
