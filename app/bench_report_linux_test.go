//go:build bench && !headless

package main

import (
	"fmt"
	"slices"
	"strings"
)

// Goals of the window.
const (
	goalStart  = 0.5 // seconds
	goalRSS    = 150 // MB
	goalRest   = 2   // % of a core
	goalUpload = 10  // % of a core
	goalRows   = 40  // MB for 100,000 rows
)

// series are the figures of each case, by its name.
type series map[string][]float64

func (s series) add(name string, v float64) { s[name] = append(s[name], v) }

func (s series) median(name string) float64 {
	all := slices.Sorted(slices.Values(s[name]))
	n := len(all)
	if n == 0 {
		return 0
	}
	return (all[(n-1)/2] + all[n/2]) / 2
}

// report is the section of the document.
func (b *bench) report() string {
	var s strings.Builder
	line := func(format string, a ...any) { fmt.Fprintf(&s, format+"\n", a...) }
	verdict := func(reached bool) string {
		if reached {
			return "reached"
		}
		return "**missed**"
	}
	line("### Start, memory, and the processor at rest\n")
	line("| | start, s | resident, MB | of that its own, MB | at rest, %% of a core |\n|---|---|---|---|---|")
	for _, name := range []string{caseTrivial, caseEmpty, caseFew, caseMany} {
		line("| %s | %.2f | %.0f | %.0f | %.1f |", name, b.start.median(name), b.rss.median(name), b.anon.median(name), b.rest.median(name))
	}
	start, rss, rest := b.start.median(caseEmpty), b.rss.median(caseEmpty), b.rest.median(caseEmpty)
	rows := b.rss.median(caseMany) - b.rss.median(caseFew)
	line("\n| goal | | |\n|---|---|---|")
	line("| start ≤ %.1f s | %.2f s | %s |", goalStart, start, verdict(start <= goalStart))
	line("| resident ≤ %d MB | %.0f MB | %s |", goalRSS, rss, verdict(rss <= goalRSS))
	line("| at rest ≤ %d %% of a core | %.1f %% | %s |", goalRest, rest, verdict(rest <= goalRest))
	line("| 100,000 files ≤ %d MB more than 1,000 | %.0f MB | %s |", goalRows, rows, verdict(rows <= goalRows))

	line("\n### While files are sent\n")
	line("| | a second | %% of a core | over rest | command line | the window's part | goal |\n|---|---|---|---|---|---|---|")
	bar := b.busy.median(caseBar)
	line("| %s | | %.1f | %.1f | | %.1f | |", caseBar, bar, bar-b.rest.median(caseTrivial), bar-b.rest.median(caseTrivial))
	for _, u := range burdens() {
		unit, like := "files", "many files of 4 KiB"
		if u.large {
			unit, like = "MB", u.name
		}
		busy, alone := b.busy.median(u.name), b.busy.median(like+headless)
		over := busy - b.rest.median(u.name)
		part := over - alone
		line("| %s | %.0f %s | %.1f | %.1f | %.1f | %.1f | %d %s |", u.name, b.rate.median(u.name), unit, busy, over, alone, part,
			goalUpload, verdict(part <= goalUpload))
	}

	line("\n### Scrolling\n")
	line("| | ms of processor time a step of the wheel |\n|---|---|")
	for _, name := range []string{caseListFew, caseList, caseFew, caseMany} {
		line("| %s | %.2f |", name, b.wheel.median(name))
	}
	line("")
	return s.String()
}
