//go:build bench

package peers

import (
	"net"
	"os"
	"strings"
	"testing"

	"github.com/artstore/ingester/core/coretest"
)

// TestVariants compares builds of the program, to measure the effect of a change. VARIANTS lists them, separated by
// semicolons: name=path, and after it, separated by commas, lines of the profile's [upload] section. CASE is big (one
// file of 2 GiB), middling (200 of 5 MiB) or small (10,000 of 4 KiB). With NETWORK clean or lossy, they send over a
// round trip of 50 ms: 512 MiB, 100 of 1 MiB, 1,000 of 4 KiB.
func TestVariants(t *testing.T) {
	variants := os.Getenv("VARIANTS")
	if variants == "" {
		t.Skip("VARIANTS names none")
	}
	var (
		f     field
		s     *server
		start starter = here
		many          = 1
	)
	if os.Getenv("NETWORK") != "" {
		f, s, start = wideField(t, os.Getenv("NETWORK") == "lossy")
		many = 10
	} else {
		ca := coretest.NewCA(t, "peers")
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		s = serve(t, ca, listener, "127.0.0.1")
		f = newField(t, ca, s.url)
	}
	var work corpus
	switch os.Getenv("CASE") {
	case "big":
		work = newCorpus(t, 1, int64(2<<30/min(many, 4)))
	case "middling":
		work = newCorpus(t, 200/min(many, 2), int64(5<<20/min(many, 5)))
	default:
		work = newCorpus(t, 10_000/many, 4<<10)
	}
	var all []contender
	for variant := range strings.SplitSeq(variants, ";") {
		name, rest, _ := strings.Cut(variant, "=")
		path, settings, _ := strings.Cut(rest, ",")
		build := f
		build.program = path
		all = append(all, build.ours(t, name, work, strings.ReplaceAll(settings, ",", "\n")))
	}
	results := compete(t, s, work, nil, setting(t, "ROUNDS", 5), start, all...)
	first := median(results[0].of(seconds))
	for _, r := range results {
		all := r.of(seconds)
		t.Logf("%-20s %.2f s (%.2f–%.2f), %.2f × the first, %.2f s CPU, %.0f MB", r.name, median(all), all[0], all[len(all)-1],
			median(all)/first, median(r.of(cpu)), median(r.of(peak)))
	}
}
