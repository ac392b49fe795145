// Package transfers is the page of the queue: the drop area with the options for the next files, the list with its rows,
// menus and keys, and the details of a transfer.
package transfers
