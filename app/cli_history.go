package main

import (
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/artstore/ingester/app/report"
	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/store"
)

func newHistory(s streams) *cobra.Command {
	var (
		query             core.HistoryQuery
		asJSON, csv, sums bool
		taken             bool
	)
	cmd := &cobra.Command{
		Use: "history", Short: "List what was stored, newest first", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f, log, err := foldersAndLog(s)
			if err != nil {
				return err
			}
			q, err := store.OpenReader(f.queue(), log)
			if err != nil {
				return err
			}
			query.Stored = !taken // scripts rely on what is listed: all of it was stored
			rows, err := q.History(cmd.Context(), query)
			if err != nil {
				return errors.Join(err, q.Close())
			}
			switch {
			case asJSON:
				err = report.History(s.out, core.FormatJSON, rows)
			case csv:
				err = report.History(s.out, core.FormatCSV, rows)
			case sums:
				err = report.History(s.out, core.FormatSums, rows)
			default:
				err = printHistory(s, rows)
			}
			if err == nil {
				err = damagedRows(s, rows)
			}
			return errors.Join(err, q.Close())
		},
	}
	f := cmd.Flags()
	f.StringVar(&query.Text, "search", "", "words, each in name, path, tag or server, or a size, a day or time, or the beginning of a file ID or SHA-256")
	f.IntVar(&query.Limit, "limit", 0, "rows at most (default all)")
	f.BoolVar(&taken, "taken", false, "list also what you took as arrived; nobody verified that it was stored")
	f.BoolVar(&asJSON, "json", false, "print one JSON object a line")
	f.BoolVar(&csv, "csv", false, "print CSV")
	f.BoolVar(&sums, "sha256sums", false, "print lines for 'sha256sum -c'")
	cmd.MarkFlagsMutuallyExclusive("json", "csv", "sha256sums")
	return cmd
}

func printHistory(s streams, rows []core.Transfer) error {
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, t := range rows {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", t.FinishedAt.Local().Format("2006-01-02 15:04:05"),
			humanize.IBytes(uint64(t.Source.Size)), shownID(t), report.Printable(keptWords(t)), report.Printable(t.Source.Path)) // Flush reports what failed
	}
	return w.Flush()
}

// keptWords says how long the server keeps a file, and what it keeps otherwise than
// it was asked.
func keptWords(t core.Transfer) string {
	if t.State == core.StateTaken {
		return "unknown"
	}
	words := string(t.Kept().Retention)
	if t.Receipt != nil && !t.Receipt.ExpiresAt.IsZero() {
		words = "until " + t.Receipt.ExpiresAt.Local().Format(time.DateOnly)
	}
	if differs := t.DiffersFrom(t.Options); len(differs) > 0 {
		words += " (" + report.Differences(differs, t.Kept()) + ")"
	}
	return words
}

// shownID is the file ID of an entry, or why it has none.
func shownID(t core.Transfer) string {
	switch {
	case t.Damaged():
		return "damaged"
	case t.State == core.StateTaken:
		return "taken as arrived, not verified"
	}
	return report.FileID(t)
}

// damagedRows counts damaged rows on standard error, and returns an error if there
// are some.
func damagedRows(s streams, rows []core.Transfer) error {
	n := 0
	for _, t := range rows {
		if t.Damaged() {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	err := fmt.Errorf("%d of %d entries are damaged: what the server said of them is not known any more", n, len(rows))
	_, _ = fmt.Fprintln(s.err, err) // the exit code says it too
	return &report.Told{Err: err}
}
