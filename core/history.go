package core

import "time"

// HistoryQuery selects transfers of the history, newest first.
type HistoryQuery struct {
	Text  string // words, each in name, path, file ID, SHA-256, size, time, tag or server; "" for all
	Limit int    // rows, 0 for all
	// Stored leaves out what a user took as arrived, which nobody verified.
	Stored bool
	Zone   *time.Location // the time zone of times in Text, nil for the local one
}

// HistoryFormat is a form in which the history can be written.
type HistoryFormat string

// The formats.
const (
	FormatJSON HistoryFormat = "json"       // one object in each line
	FormatCSV  HistoryFormat = "csv"        // RFC 4180, with a header line
	FormatSums HistoryFormat = "sha256sums" // for sha256sum -c
)
