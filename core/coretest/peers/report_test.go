//go:build bench

package peers

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/artstore/ingester/core/coretest"
)

// goal is how many times faster than a peer the program should be.
type goal struct {
	peer  string
	ratio float64
}

// section is the part of the report about one case.
type section struct {
	title string
	note  string
	unit  string  // unit of a rate
	work  float64 // units in one run
	goals []goal
	// results has the program's first.
	results []result
}

// markdown returns the section's table: each contender's figures, and how much slower it was than the program.
func (s section) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "### %s\n\n", s.title)
	if s.note != "" {
		fmt.Fprintf(&b, "%s\n\n", s.note)
	}
	fmt.Fprintf(&b, "| | seconds, median (best–worst) | %s | CPU s | peak MB | the program is | goal |\n|---|---|---|---|---|---|---|\n", s.unit)
	ours := median(s.results[0].of(seconds))
	for i, r := range s.results {
		all := r.of(seconds)
		m := median(all)
		ratio, wanted := "", ""
		if i > 0 {
			ratio = fmt.Sprintf("%.2f ×", m/ours)
		}
		for _, g := range s.goals {
			if g.peer == r.name {
				wanted = fmt.Sprintf("%.2f × %s", g.ratio, verdict(m/ours >= g.ratio))
			}
		}
		fmt.Fprintf(&b, "| %s | %.2f (%.2f–%.2f) | %s | %.2f | %.0f | %s | %s |\n", r.name, m, all[0], all[len(all)-1],
			thousands(s.work/m), median(r.of(cpu)), median(r.of(peak)), ratio, wanted)
	}
	return b.String() + "\n"
}

func verdict(reached bool) string {
	if reached {
		return "reached"
	}
	return "**missed**"
}

func thousands(v float64) string {
	switch {
	case v < 10:
		return fmt.Sprintf("%.1f", v)
	case v < 1000:
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%d,%03d", int(v)/1000, int(v)%1000)
}

// publish replaces the part of the report called name.
func publish(t *testing.T, name string, sections []section) {
	t.Helper()
	var b strings.Builder
	for _, s := range sections {
		b.WriteString(s.markdown())
	}
	fmt.Print(b.String())
	if path := os.Getenv("REPORT"); path != "" {
		coretest.Publish(t, path, name, b.String())
	}
}
