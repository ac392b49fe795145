package core

import "time"

// HistoryQuery selects transfers of the history.
type HistoryQuery struct {
	Text    string // words, each in name, path, file ID, SHA-256, size, time, tag or server; "" for all
	Order   HistoryOrder
	Reverse bool // the order from its other end
	Limit   int  // rows, 0 for all
	// Stored leaves out what a user took as arrived, which nobody verified.
	Stored bool
	Zone   *time.Location // the time zone of times in Text, nil for the local one
}

// HistoryOrder is what stored transfers are sorted by.
type HistoryOrder string

// The orders. The first has the newest first, the others are ascending.
const (
	HistoryByTime    HistoryOrder = ""
	HistoryByName    HistoryOrder = "name" // without folders
	HistoryByProfile HistoryOrder = "profile"
	HistoryBySize    HistoryOrder = "size"
	HistoryByServer  HistoryOrder = "server"
	HistoryByFileID  HistoryOrder = "file_id"
	HistoryBySum     HistoryOrder = "sha256"
)

// HistoryFormat is a form in which the history can be written.
type HistoryFormat string

// The formats.
const (
	FormatJSON HistoryFormat = "json"       // one object in each line
	FormatCSV  HistoryFormat = "csv"        // RFC 4180, with a header line
	FormatSums HistoryFormat = "sha256sums" // for sha256sum -c
	FormatHTML HistoryFormat = "html"       // a page to print; of receipts only
)
