// Command ingester puts files into ArtStore: with a window, or from the
// command line. It is the only place where the concrete types of the core meet.
package main

import (
	"os"

	"github.com/artstore/ingester/app/report"
)

func main() {
	os.Exit(run(os.Args[1:], streams{in: os.Stdin, out: report.NewOutput(os.Stdout), err: report.NewOutput(os.Stderr)}))
}
